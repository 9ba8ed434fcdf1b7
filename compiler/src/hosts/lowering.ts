// Owns: what each host does with one file: names it, calls the compiler, and turns a failure of the compiler itself into
//   a diagnostic.
// Does not own: which files a host looks at, and how it shows diagnostics.
// I1. The compiler gets the file's path within its package, so nothing it prints can hold an absolute path.
// I2. A file is either lowered, refused with diagnostics, or has no mark: never left uncompiled in silence.
// I3. A durable file that is not as its user wrote it is refused: marks may be gone, and stored runs find their code by
//     what the user wrote.
import { type ColdframeError, errors, isColdframeError } from "../errors.ts";
import type { CompileOptions, CompileResult } from "../index.ts";
import { createModuleNames, type ReadPackage } from "./module-id.ts";

/** The compiler, as hosts call it; a parameter of each host so that it can be tested by itself. */
export type Compile = (source: string, options: CompileOptions) => CompileResult;

/** A file as a host meets it. */
export interface SourceFile {
  text: string;
  /** What the user wrote, where the host can know it; other plugins may have made `text` of it (I3). */
  original?: string | undefined;
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
  return ({ text, original = text, file, sourceType, abi, later }) => {
    const { moduleId, path } = nameOf(file);
    const lower = (source: string): Lowered => {
      const options = { filename: path, sourceType, mark, abi, moduleId, ...later };
      const result = attempt(() => compile(source, options), source, path);
      return { ...result, refused: result.diagnostics.some(({ severity }) => severity === "error") };
    };
    if (withoutMark(original) !== withoutMark(text)) {
      const { manifest, refused } = lower(original);
      if (manifest !== null || refused) return refuse(errors.changedBefore({ file: path }), text);
    }
    const lowered = lower(text);
    return lowered.manifest === null && lowered.diagnostics.length === 0 ? null : lowered;
  };
}

/** Some hosts drop the mark of the byte order, some keep it. */
function withoutMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function attempt(run: () => CompileResult, text: string, path: string): CompileResult {
  try {
    return run();
  } catch (cause) {
    const isKnown = isColdframeError(cause, errors.compilerFailed.code);
    return refuse(isKnown ? cause : errors.compilerFailed({ file: path, detail: detailOf(cause) }, { cause }), text);
  }
}

/** What is wrong with a file as a whole. */
function refuse({ code, what, why, fix, link }: ColdframeError, text: string): Lowered {
  const place = { start: 0, end: 0, line: 1, column: 0 };
  const diagnostic = { code, severity: "error" as const, message: what, why, fix, link, ...place };
  return { code: text, map: null, manifest: null, diagnostics: [diagnostic], refused: true };
}

function detailOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
