/**
 * Owns: the shapes of one snapshot (docs/formats.md): which sequences of keys there are, and their numbers.
 * Does not own: whether a value may be written by shape (objects, codecs/frame, codecs/record).
 *
 * I1 Two nodes have the same shape exactly if form, a, b, keys in order and mask agree.
 * I2 Every key is plain text and there are at most MAX_KEYS, so that a mask fits one small integer.
 */
import { isPlainText, type PackWriter } from "./pack.ts";

/** Bits of one mask. */
export const MAX_KEYS = 30;
/** Tags below this are general nodes. */
export const FIRST_SHAPE_TAG = 32;

export const OBJECT_FORM = 0;
export const FRAME_FORM = 1;
export const RECORD_FORM = 2;

export interface Shape {
  readonly tag: number;
  readonly form: number;
  readonly a: number | string | null;
  readonly b: number;
  readonly keys: readonly string[];
  readonly mask: number;
}

/** The shapes of one family of values. */
export interface ShapeRoot {
  readonly form: number;
  readonly a: number | string | null;
  readonly b: number;
  /** The shapes found last: values of one shape come in a row, or two take turns. */
  last: Shape | null;
  former: Shape | null;
  readonly shapes: Shape[];
  /** By keys and mask, once there are many. */
  index: Map<string, Shape[]> | null;
}

/** Up to here, looking through all is faster than making a text of the keys. */
const FEW = 8;

export class ShapeTable {
  readonly all: Shape[] = [];
  /** Values that these are in the table. */
  entries = 0;

  root(form: number, a: number | string | null, b: number): ShapeRoot {
    return { form, a, b, last: null, former: null, shapes: [], index: null };
  }

  /** The shape of these keys; null if one of them can't be in a shape (I2). */
  find(root: ShapeRoot, keys: readonly string[], mask: number): Shape | null {
    const { last, former } = root;
    if (last !== null && last.mask === mask && sameKeys(last.keys, keys)) return last;
    root.former = last;
    if (former !== null && former.mask === mask && sameKeys(former.keys, keys)) root.last = former;
    else root.last = this.#search(root, keys, mask) ?? this.#add(root, keys, mask);
    return root.last;
  }

  #search(root: ShapeRoot, keys: readonly string[], mask: number): Shape | undefined {
    const { shapes } = root;
    const some = shapes.length <= FEW ? shapes : indexOf(root).get(textOf(keys, mask));
    return some?.find((shape) => shape.mask === mask && sameKeys(shape.keys, keys));
  }

  #add(root: ShapeRoot, keys: readonly string[], mask: number): Shape | null {
    if (!keys.every(isPlainText)) return null;
    const shape = { tag: this.all.length + FIRST_SHAPE_TAG, form: root.form, a: root.a, b: root.b, keys, mask };
    this.all.push(shape);
    this.entries += 5 + keys.length;
    root.shapes.push(shape);
    if (root.index !== null) addTo(root.index, shape);
    return shape;
  }

  write(out: PackWriter): void {
    out.makeRoom();
    out.array32(this.all.length);
    for (const { form, a, b, mask, keys } of this.all) {
      out.makeRoom();
      out.array(4 + keys.length);
      out.uint(form);
      if (a === null) out.nil();
      else if (typeof a === "string") out.text(a);
      else out.uint(a);
      out.uint(b);
      out.uint(mask);
      for (const key of keys) out.text(key);
    }
  }
}

export function sameKeys(left: readonly string[], right: readonly string[]): boolean {
  if (left === right) return true;
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

function textOf(keys: readonly string[], mask: number): string {
  return `${mask} ${keys.join(" ")}`;
}

function indexOf(root: ShapeRoot): Map<string, Shape[]> {
  if (root.index === null) {
    root.index = new Map();
    for (const shape of root.shapes) addTo(root.index, shape);
  }
  return root.index;
}

/** Keys with blanks may have the same text: all of them are kept. */
function addTo(index: Map<string, Shape[]>, shape: Shape): void {
  const text = textOf(shape.keys, shape.mask);
  const known = index.get(text);
  if (known === undefined) index.set(text, [shape]);
  else known.push(shape);
}
