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
}

/** The options with their defaults. */
export type ResolvedOptions = Required<CompileOptions>;

export function resolveOptions(options: CompileOptions): ResolvedOptions {
  const { filename, sourceType = "module", mark = "tagged" } = options;
  const abi = options.abi ?? (sourceType === "module" ? "import" : "require");
  // An absolute path must not leak into ids: what is left of one is the file's name.
  const relative = /^(?:\/|[A-Za-z]:|\\)/.test(filename) ? filename.replace(/^.*[\\/]/, "") : filename;
  const moduleId = options.moduleId ?? relative.replaceAll("\\", "/").replace(/\.[cm]?[jt]sx?$/, "");
  return { filename: relative, sourceType, mark, abi, moduleId };
}
