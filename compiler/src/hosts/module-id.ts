// Owns: the name a source file has in ids, manifests, stamps and messages.
// Does not own: ids of the functions in it (emit/manifest.ts).
// I1. A name depends on the file's place in its package only: never on the working directory, the output or a bundle's chunks.
// I2. No absolute path leaks: the same sources give the same names on every machine.

/** How a source file is called. */
export interface ModuleName {
  /** `<package name>/<path from its package.json, no extension>`, the first part of the ids of its functions. */
  moduleId: string;
  /** The path from its package.json, with extension: for messages and source maps. */
  path: string;
}

/** Returns the text of a `package.json`, or undefined if there is none. */
export type ReadPackage = (file: string) => string | undefined;

interface Package {
  directory: string;
  name: string | undefined;
}

/**
 * Makes the function that names source files. Answers are remembered per folder, so make a new one when packages may have changed.
 * @param readPackage gets the absolute path of a `package.json` that may or may not exist, with `/` separators
 * @returns a function from an absolute path to its name. A `package.json` without a name is passed over, as those that
 *   only set `"type"` are; where none has a name, the nearest one counts and the id is the path alone; where there is no
 *   `package.json` at all, it is the name of the file.
 * @example createModuleNames(() => '{"name":"shop"}')("/home/me/shop/orders.ts").moduleId // depends on where the seam finds one
 */
export function createModuleNames(readPackage: ReadPackage): (file: string) => ModuleName {
  const known = new Map<string, Package | undefined>();

  function findPackage(directory: string): Package | undefined {
    if (known.has(directory)) return known.get(directory);
    const own = parsePackage(directory, readPackage(`${directory}/package.json`));
    const parent = directory.slice(0, Math.max(directory.lastIndexOf("/"), 0));
    const outer = own?.name === undefined && parent !== directory ? findPackage(parent) : undefined;
    const found = outer?.name === undefined ? (own ?? outer) : outer;
    known.set(directory, found);
    return found;
  }

  return (file) => {
    const absolute = file.replaceAll("\\", "/");
    const slash = absolute.lastIndexOf("/");
    const found = findPackage(absolute.slice(0, Math.max(slash, 0)));
    const path = absolute.slice(found ? found.directory.length + 1 : slash + 1);
    const bare = path.replace(/\.[cm]?[jt]sx?$/, "");
    return { moduleId: found?.name === undefined ? bare : `${found.name}/${bare}`, path };
  };
}

function parsePackage(directory: string, text: string | undefined): Package | undefined {
  if (text === undefined) return undefined;
  try {
    const { name } = JSON.parse(text) as { name?: unknown };
    return { directory, name: typeof name === "string" && name !== "" ? name : undefined };
  } catch {
    return { directory, name: undefined }; // Whoever owns the file reports it; a name can be had without it.
  }
}
