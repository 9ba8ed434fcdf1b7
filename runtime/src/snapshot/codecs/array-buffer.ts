/**
 * Owns: ArrayBuffers (kind 8): fixed, resizable, detached. Their memory lies in a section.
 * Does not own: views (codecs/view).
 */
import { types } from "node:util";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";

/** A buffer of Node's pool: seen through Buffers only, it is stored as far as they show it. */
export class PooledMemory {
  readonly buffer: ArrayBuffer;
  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
  }
}

export const arrayBufferKind: BuiltinKind<ArrayBuffer> = {
  name: "ArrayBuffer",
  tag: tags.arrayBuffer,
  prototypes: [ArrayBuffer.prototype],
  is: types.isArrayBuffer,
  encode(value, writer) {
    if (value.detached) writer.value(null);
    else {
      writer.sections.keepAll(value);
      writer.value(writer.sections.place(value));
    }
    writer.value(value.resizable ? value.maxByteLength : null);
  },
  allocate(node) {
    const most = node.primitive(1) === null ? undefined : node.int(1, 0, Number.MAX_SAFE_INTEGER);
    if (node.primitive(0) === null) return new ArrayBuffer(0);
    return node.graph.sections.take(node.int(0, 0, 2 ** 32), most, node);
  },
  // Views need it attached while they are made.
  fill(shell, node) {
    if (node.primitive(0) === null) shell.transfer();
  },
};

/** The same bytes as an ArrayBuffer. If the whole buffer is met too, both nodes name one section, which is one buffer. */
export const pooledMemoryKind: BuiltinKind<PooledMemory> = {
  name: "pooled memory",
  tag: tags.arrayBuffer,
  prototypes: [PooledMemory.prototype],
  isSelfContained: true,
  is: (value) => value instanceof PooledMemory,
  encode({ buffer }, writer) {
    writer.value(writer.sections.place(buffer));
    writer.value(null);
  },
  allocate: () => new PooledMemory(new ArrayBuffer(0)),
};
