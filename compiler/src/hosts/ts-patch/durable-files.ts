// Owns: which files of a program have durable functions, and what the compiler made of each.
// Does not own: what is shown or emitted.
// I1. A SourceFile object never changes, so it is compiled once, whatever number of programs share it (watch, -b), unless
//     a const enum of another file has other values now.
import { isAbsolute } from "node:path";
import type ts from "typescript";
import type { Compile, Lowered } from "../lowering.ts";
import { createLowering } from "../lowering.ts";
import { constEnumValue, settingsOf } from "./settings.ts";
import type { Program, SourceFile, TypeScript } from "./typescript.ts";

/** What the plugin's entry in tsconfig.json may set. */
export interface Options {
  /** `"tagged"` (default): functions with a mark; `"all"`: every async function and generator. */
  mark?: "tagged" | "all";
}

/** The durable files of one program. */
export interface DurableFiles {
  /** @returns null for a file without durable functions */
  get(file: ts.SourceFile): Lowered | null;
  /** Makes an incremental build see another version of each file that may have a mark. */
  stampVersions(): void;
}

/** Asks for a value of a const enum, by offsets; the answer that was given. */
type Asked = [start: number, end: number, value: string | number | undefined];

/** What was made of a file, and what was asked meanwhile. */
interface Result {
  lowered: Lowered | null;
  asked: Asked[];
}

/** Results per file and per way to compile it. */
export type Cache = WeakMap<ts.SourceFile, Map<string, Result>>;

export interface Context {
  ts: TypeScript;
  program: Program;
  host: ts.CompilerHost;
  compile: Compile;
  /** Of the compiler; a change of it must be seen by incremental builds. */
  version: string;
  mark: "tagged" | "all";
}

export function createDurableFiles({ ts, program, host, compile, version, mark }: Context, cache: Cache): DurableFiles {
  // `transpileModule` has a host that says every file is empty.
  const lower = createLowering(compile, mark, (file) => host.readFile(file) || ts.sys?.readFile(file));

  const settings = settingsOf(ts, program.getCompilerOptions());
  const valueAt = (file: ts.SourceFile, start: number, end: number) => constEnumValue(ts, program, file, start, end);

  function get(file: ts.SourceFile): Lowered | null {
    if (!isOwnSource(file)) return null;
    const kind = kindOf(file);
    const key = JSON.stringify([mark, kind, settings]);
    const results = cache.get(file) ?? new Map<string, Result>();
    cache.set(file, results);
    const known = results.get(key);
    if (known?.asked.every(([start, end, value]) => valueAt(file, start, end) === value)) return known.lowered;
    const result = compileFile(file, kind);
    results.set(key, result);
    return result.lowered;
  }

  function compileFile(file: ts.SourceFile, kind: ReturnType<typeof kindOf>): Result {
    const asked: Asked[] = [];
    const constEnumValue = (start: number, end: number) => {
      const value = valueAt(file, start, end);
      asked.push([start, end, value]);
      return value;
    };
    const later = { constEnumValue, ...settings };
    const source = { text: file.text, original: originalOf(file), file: file.fileName };
    return { lowered: lower({ ...source, ...kind, later }), asked };
  }

  /** Undefined in an editor, where the user writes what is not on disk yet, and for a text that is no file. */
  function originalOf({ fileName, version }: SourceFile): string | undefined {
    const isBuild = version === undefined || isHash(version);
    return isBuild && isAbsolute(fileName) ? ts.sys?.readFile(fileName) : undefined;
  }

  function isOwnSource(file: ts.SourceFile): boolean {
    return (
      /\.[cm]?[jt]sx?$/.test(file.fileName) && !file.isDeclarationFile && !program.isSourceFileFromExternalLibrary(file)
    );
  }

  // In a module the import is TypeScript like the user's own and becomes `require` where the user's do. A script must not
  // become a module by an import: its declarations would no longer be global.
  function kindOf(file: ts.SourceFile) {
    if (ts.isExternalModule(file)) return { sourceType: "module", abi: "import" } as const;
    const isCommonJs = program.getEmitModuleFormatOfFile(file) === ts.ModuleKind.CommonJS;
    return { sourceType: "script", abi: isCommonJs ? "require" : "global" } as const;
  }

  // A build that finds a .tsbuildinfo of plain tsc, of an older Coldframe or of other options emits nothing for files
  // whose version is the same, so uncompiled code would stay in place. Only hashes are touched: other versions belong to
  // an editor, which compares them with its own.
  function stampVersions(): void {
    for (const file of program.getSourceFiles() as readonly SourceFile[]) {
      if (file.version === undefined || !isHash(file.version)) continue;
      if (isOwnSource(file) && (mark === "all" || /durable/i.test(file.text)))
        file.version += `+coldframe@${version}-${mark}`;
    }
  }

  return { get, stampVersions };
}

/** Builders version files by the hash of their text, which `stampVersions` may have added to; editors count. */
function isHash(version: string): boolean {
  return /^[0-9a-f]{16,}(?:\+coldframe@|$)/.test(version);
}
