// Owns: what each host does with one file: names it, calls the compiler, and turns a failure of the compiler itself into
//   a diagnostic.
// Does not own: which files a host looks at, and how it shows diagnostics.
// I1. The compiler gets the file's path within its package, so nothing it prints can hold an absolute path.
// I2. A file is either lowered, refused with diagnostics, or has no mark: never left uncompiled in silence.
import { errors } from "../errors.ts";
import { createModuleNames, type ReadPackage } from "./module-id.ts";

/** A source map, version 3. */
export interface RawMap {
  version: 3;
  file?: string | null;
  sourceRoot?: string;
  sources: (string | null)[];
  sourcesContent?: (string | null)[];
  names: string[];
  mappings: string;
}

export interface CompileOptions {
  filename: string;
  sourceType: "module" | "script";
  mark: "tagged" | "all";
  abi: "import" | "require" | "global";
  moduleId?: string;
}

/** What the compiler says about a place of a file; offsets count UTF-16 units, lines from 1, columns from 0. */
export interface Diagnostic {
  code: string;
  severity: "error" | "warning";
  message: string;
  start: number;
  end: number;
  line: number;
  column: number;
  why: string;
  mend: string;
  link: string;
}

export interface CompileResult {
  code: string;
  map: RawMap | null;
  manifest: unknown;
  diagnostics: readonly Diagnostic[];
}

/** The compiler, as hosts call it; a parameter of each host so that it can be tested by itself. */
export type Compile = (source: string, options: CompileOptions) => CompileResult | null;

/** A file as a host meets it. */
export interface SourceFile {
  text: string;
  /** Absolute. */
  file: string;
  sourceType: "module" | "script";
  abi: "import" | "require" | "global";
}

/** What became of a file that has a mark. */
export interface Lowered extends CompileResult {
  /** `diagnostics` has an error: `code` must not be run. */
  refused: boolean;
}

/**
 * Makes the function by which a host lowers files.
 * @param compile the compiler
 * @param mark which functions are durable: those with a mark, or all
 * @param readPackage see {@link createModuleNames}
 * @returns null for a file without durable functions
 */
export function createLowering(
  compile: Compile,
  mark: "tagged" | "all",
  readPackage: ReadPackage,
): (source: SourceFile) => Lowered | null {
  const nameOf = createModuleNames(readPackage);
  return ({ text, file, sourceType, abi }) => {
    const { moduleId, path } = nameOf(file);
    const result = attempt(() => compile(text, { filename: path, sourceType, mark, abi, moduleId }), text, path);
    if (result === null || (result.code === text && result.diagnostics.length === 0)) return null;
    return { ...result, refused: result.diagnostics.some(({ severity }) => severity === "error") };
  };
}

function attempt(run: () => CompileResult | null, text: string, path: string): CompileResult | null {
  try {
    return run();
  } catch (cause) {
    const { code, what, why, mend, link } = errors.compilerFailed({ file: path, detail: detailOf(cause) }, { cause });
    const place = { start: 0, end: 0, line: 1, column: 0 };
    const diagnostic = { code, severity: "error" as const, message: what, why, mend, link, ...place };
    return { code: text, map: null, manifest: null, diagnostics: [diagnostic] };
  }
}

function detailOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
