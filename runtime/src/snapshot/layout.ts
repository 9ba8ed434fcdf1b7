/**
 * Owns: values of the runtime's own classes with a fixed list of fields, written by shape: frames and records.
 * Does not own: which fields (codecs/frame, codecs/record).
 *
 * I1 These classes are ours: their fields are data properties, so nothing needs to be checked.
 */
import type { GraphWriter } from "./graph-writer.ts";
import { isPlainText } from "./pack.ts";
import { MAX_KEYS, type Shape, type ShapeRoot } from "./shapes.ts";

/** A list of fields; `root` is null if there are more than a shape holds. */
export interface Layout {
  readonly keys: readonly string[];
  readonly root: ShapeRoot | null;
}

export function makeLayout(
  writer: GraphWriter,
  form: number,
  a: number | string,
  b: number,
  keys: readonly string[],
): Layout {
  const fits = keys.length <= MAX_KEYS && keys.every(isPlainText);
  return { keys, root: fits ? writer.shapes.root(form, a, b) : null };
}

/** Writes a node of a layout that has a root: `value` gives the value of each key. */
export function writeLayout(writer: GraphWriter, { keys, root }: Layout, value: (index: number) => unknown): void {
  const at = writer.pos;
  writer.pos = at + 1;
  let mask = 0;
  for (let i = 0; i < keys.length; i++) if (writer.put(value(i))) mask |= 1 << i;
  const shape = writer.shapes.find(root as ShapeRoot, keys, mask) as Shape;
  writer.patchUint(at, shape.tag);
  writer.tokens += keys.length + 1;
}
