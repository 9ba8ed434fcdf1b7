// Owns: what each host does with one file: names it, calls the compiler, and turns a failure of the compiler itself into
//   a diagnostic.
// Does not own: which files a host looks at, and how it shows diagnostics.
// I1. The compiler gets the file's path within its package, so nothing it prints can hold an absolute path.
// I2. A file is either lowered, refused with diagnostics, or has no mark: never left uncompiled in silence.
import { errors, isColdframeError } from "../errors.ts";
import type { CompileOptions, CompileResult } from "../index.ts";
import { createModuleNames, type ReadPackage } from "./module-id.ts";

/** The compiler, as hosts call it; a parameter of each host so that it can be tested by itself. */
export type Compile = (source: string, options: CompileOptions) => CompileResult;

/** A file as a host meets it. */
export interface SourceFile {
  text: string;
  /** Absolute. */
  file: string;
  sourceType: "module" | "script";
  abi: "import" | "require" | "global";
  /** What the host knows of what comes after the compiler. */
  later?: Pick<CompileOptions, "constEnumValue" | "useDefineForClassFields" | "experimentalDecorators" | "jsx">;
}

/** What became of a file that the compiler has changed or has something to say about. */
export interface Lowered extends CompileResult {
  /** `diagnostics` has an error: the file must not be run. */
  refused: boolean;
}

/**
 * Makes the function by which a host lowers files.
 * @param compile the compiler
 * @param mark which functions are durable: those with a mark, or all
 * @param readPackage see {@link createModuleNames}
 * @returns null for a file without durable functions and without fault
 */
export function createLowering(
  compile: Compile,
  mark: "tagged" | "all",
  readPackage: ReadPackage,
): (source: SourceFile) => Lowered | null {
  const nameOf = createModuleNames(readPackage);
  return ({ text, file, sourceType, abi, later }) => {
    const { moduleId, path } = nameOf(file);
    const result = attempt(
      () => compile(text, { filename: path, sourceType, mark, abi, moduleId, ...later }),
      text,
      path,
    );
    if (result.manifest === null && result.diagnostics.length === 0) return null;
    return { ...result, refused: result.diagnostics.some(({ severity }) => severity === "error") };
  };
}

function attempt(run: () => CompileResult, text: string, path: string): CompileResult {
  try {
    return run();
  } catch (cause) {
    const isKnown = isColdframeError(cause, errors.compilerFailed.code);
    const error = isKnown ? cause : errors.compilerFailed({ file: path, detail: detailOf(cause) }, { cause });
    const { code, what, why, fix, link } = error;
    const place = { start: 0, end: 0, line: 1, column: 0 };
    const diagnostic = { code, severity: "error" as const, message: what, why, fix, link, ...place };
    return { code: text, map: null, manifest: null, diagnostics: [diagnostic] };
  }
}

function detailOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
