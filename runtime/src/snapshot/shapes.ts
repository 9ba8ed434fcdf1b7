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
  /** Where its keys end; its siblings there differ in the mask only. */
  readonly node: ShapeNode;
}

/** A place in the tree of key sequences: what follows, and the shapes that end here, by mask. */
export interface ShapeNode {
  next: Map<string, ShapeNode> | null;
  readonly shapes: Shape[];
}

/** Where the key sequences of one family of values begin. */
export interface ShapeRoot extends ShapeNode {
  readonly form: number;
  readonly a: number | string | null;
  readonly b: number;
  /** The shape found last: values of one shape come in a row. */
  last: Shape | null;
}

export class ShapeTable {
  readonly all: Shape[] = [];

  root(form: number, a: number | string | null, b: number): ShapeRoot {
    return { form, a, b, last: null, next: null, shapes: [] };
  }

  /** The shape of these keys; null if one of them can't be in a shape (I2). */
  find(root: ShapeRoot, keys: readonly string[], mask: number): Shape | null {
    const last = root.last;
    if (last !== null && sameKeys(last.keys, keys)) {
      return last.mask === mask ? last : this.at(root, last.node, last.keys, mask);
    }
    const node = this.leaf(root, keys);
    return node === null ? null : this.at(root, node, keys, mask);
  }

  /** The end of a key sequence, for callers that keep it. */
  leaf(root: ShapeRoot, keys: readonly string[]): ShapeNode | null {
    let node: ShapeNode = root;
    for (const key of keys) {
      let child: ShapeNode | undefined = node.next?.get(key);
      if (child === undefined) {
        if (!isPlainText(key)) return null;
        child = { next: null, shapes: [] };
        node.next ??= new Map();
        node.next.set(key, child);
      }
      node = child;
    }
    return node;
  }

  /** The shape with this mask at the end of a key sequence. */
  at(root: ShapeRoot, node: ShapeNode, keys: readonly string[], mask: number): Shape {
    for (const shape of node.shapes) {
      if (shape.mask === mask) {
        root.last = shape;
        return shape;
      }
    }
    const shape = { tag: this.all.length + FIRST_SHAPE_TAG, form: root.form, a: root.a, b: root.b, keys, mask, node };
    this.all.push(shape);
    node.shapes.push(shape);
    root.last = shape;
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
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
