/**
 * Owns: values of the runtime's own classes with a fixed list of fields, written by shape: frames and records.
 * Does not own: which fields (codecs/frame, codecs/record).
 *
 * I1 These classes are ours: their fields are data properties, so nothing needs to be checked.
 */
import type { GraphWriter } from "./graph-writer.ts";
import { MAX_KEYS, type ShapeNode, type ShapeRoot } from "./shapes.ts";

/** Where the shapes of one layout are found; null: more fields than a shape holds. */
export interface Layout {
  readonly keys: readonly string[];
  readonly place: { readonly root: ShapeRoot; readonly node: ShapeNode } | null;
}

export function makeLayout(
  writer: GraphWriter,
  form: number,
  a: number | string,
  b: number,
  keys: readonly string[],
): Layout {
  const root = writer.shapes.root(form, a, b);
  const node = keys.length > MAX_KEYS ? null : writer.shapes.leaf(root, keys);
  return { keys, place: node === null ? null : { root, node } };
}

/** Writes a node of a layout that has a place: `value` gives the value of each key. */
export function writeLayout(writer: GraphWriter, layout: Layout, value: (index: number) => unknown): void {
  const { keys, place } = layout;
  if (place === null) return;
  const at = writer.pos;
  writer.pos = at + 1;
  let mask = 0;
  for (let i = 0; i < keys.length; i++) if (writer.put(value(i))) mask |= 1 << i;
  writer.patchUint(at, writer.shapes.at(place.root, place.node, keys, mask).tag);
  writer.tokens += keys.length + 1;
}
