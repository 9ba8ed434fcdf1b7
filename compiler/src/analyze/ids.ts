// Owns: the ids of a module's outermost durable functions, and that they are unique.
// Does not own: ids of nested functions (lower/), the module's part of an id (hosts).
// I1. An id never depends on an ordinal, unless two functions are the same letter by letter.
// I2. Two functions that the user marked never share an id in silence; where all are durable, the body tells them apart.
import type { Diagnostics } from "../diagnostic.ts";
import { errors } from "../errors.ts";
import type { FoundFunction } from "./types.ts";

/** Ids by function, in the given order. @param hashOf hash of a function's source */
export function assignIds(
  functions: readonly FoundFunction[],
  hashOf: (fn: FoundFunction) => string,
  diagnostics: Diagnostics,
): string[] {
  const owners = new Map<string, FoundFunction>();
  const ids = new Map<FoundFunction, string>();
  for (const fn of functions.toSorted((a, b) => Number(b.isExplicit) - Number(a.isExplicit))) {
    const { scope, label } = fn.lexicalPath;
    const body = `~${hashOf(fn).slice(0, 8)}`;
    const isNamed = fn.mark.id !== undefined || label !== "";
    let id = fn.mark.id ?? [...scope, label === "" ? body : label].join(".");
    const owner = owners.get(id);
    if (owner !== undefined && fn.isExplicit && isNamed) {
      const { line, column } = owner.loc.start;
      const place = { start: fn.path.node.start, end: fn.path.node.body.start, loc: fn.loc };
      diagnostics.add("error", place, errors.duplicateId({ id, other: `${line}:${column + 1}` }));
    } else if (owner !== undefined && isNamed) id += body;
    for (let n = 2, base = id; owners.has(id); n++) id = `${base}~${n}`;
    owners.set(id, fn);
    ids.set(fn, id);
  }
  return functions.map((fn) => ids.get(fn) as string);
}
