// Owns: what compile() is called with.
// Does not own: how a host finds these values.

/** How one file is to be compiled. */
export interface CompileOptions {
  /** Path within its package; its extension says whether it has types and JSX. It ends up in the source map. */
  filename: string;
  /** How the text is parsed. Default "module". */
  sourceType?: "module" | "script";
  /** "tagged": functions with a mark. "all": every async function and generator, at any nesting. Default "tagged". */
  mark?: "tagged" | "all";
  /**
   * How emitted code reaches the runtime (docs/abi.md): by `import`, by `require`, or through `globalThis`.
   * Default "import" for a module, "require" for a script.
   */
  abi?: "import" | "require" | "global";
  /** First part of the ids of its functions, e.g. "shop/orders". Default: `filename` without its extension. */
  moduleId?: string;
  /**
   * The value of a member of a const enum that another file declares, by the offsets of the expression; undefined if it is
   * something else, or is not inlined. Default: none is known.
   */
  constEnumValue?: (start: number, end: number) => string | number | undefined;
  /** What comes after defines fields of classes, as the language does; false: it assigns them. Default true. */
  useDefineForClassFields?: boolean;
  /** Decorators are those that TypeScript had before the language. Default false. */
  experimentalDecorators?: boolean;
  /** What comes after makes of JSX, in any words that differ if that does. Default "". */
  jsx?: string;
  /**
   * The form of frames. "large": that of large functions for all, to test it; what is stored in one form goes on in the other.
   * Default "auto".
   */
  layout?: "auto" | "large";
}

/** The options with their defaults. */
export type ResolvedOptions = Required<CompileOptions>;

export function resolveOptions(options: CompileOptions): ResolvedOptions {
  const { filename, sourceType = "module", mark = "tagged" } = options;
  const abi = options.abi ?? (sourceType === "module" ? "import" : "require");
  // An absolute path must not leak into ids: what is left of one is the file's name.
  const relative = /^(?:\/|[A-Za-z]:|\\)/.test(filename) ? filename.replace(/^.*[\\/]/, "") : filename;
  const moduleId = options.moduleId ?? relative.replaceAll("\\", "/").replace(/\.[cm]?[jt]sx?$/, "");
  const { constEnumValue = () => undefined, jsx = "", layout = "auto" } = options;
  const { useDefineForClassFields = true, experimentalDecorators = false } = options;
  const later = { constEnumValue, useDefineForClassFields, experimentalDecorators, jsx, layout };
  return { filename: relative, sourceType, mark, abi, moduleId, ...later };
}
