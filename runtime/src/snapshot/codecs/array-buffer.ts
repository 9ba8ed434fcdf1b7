/**
 * Owns: ArrayBuffers (kind 8): fixed, resizable, detached. Their memory lies in a section.
 * Does not own: views (codecs/view).
 */
import { types } from "node:util";
// Whole: a Node that lacks the name comes as far as saying that it is too old (CF2202).
import * as workerThreads from "node:worker_threads";
import { COST_OF_GROWABLE } from "../cost.ts";
import type { Range } from "../section-table.ts";
import { greatestLengthOf, isDetached, isResizable, lengthOf } from "../slot-getters.ts";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";

/** A range of Node's pool, seen through Buffers only. In the bytes it is an ArrayBuffer of its own. */
export class PooledMemory implements Range {
  readonly memory: ArrayBuffer;
  readonly anchor: number;
  from: number;
  to: number;

  constructor(memory: ArrayBuffer, from: number, to: number) {
    this.memory = memory;
    this.anchor = from;
    this.from = from;
    this.to = to;
  }
}

/** The ranges of one pool that Buffers in this graph show; those that overlap are one. */
export class Pool {
  readonly #memory: ArrayBuffer;
  readonly #ranges: PooledMemory[] = [];

  constructor(memory: ArrayBuffer) {
    this.#memory = memory;
  }

  /** The range in which a Buffer lies; null if it joins two that have been told apart. */
  rangeOf(from: number, to: number): PooledMemory | null {
    const overlapping = this.#ranges.filter((range) => from < range.to && range.from < to);
    const [known] = overlapping;
    if (overlapping.length > 1) return null;
    if (known === undefined) {
      const range = new PooledMemory(this.#memory, from, to);
      this.#ranges.push(range);
      return range;
    }
    known.from = Math.min(known.from, from);
    known.to = Math.max(known.to, to);
    return known;
  }
}

/** WebAssembly counts memory in these. */
const PAGE_BYTES = 65_536;

/** Has somebody said that it may not be transferred? Node's pool has the mark, too. */
export function isMarked(buffer: ArrayBuffer): boolean {
  return workerThreads.isMarkedAsUntransferable(buffer);
}

/** Is it the memory of a module? Then nothing but that may detach it; a list that is refused in any case asks whether others may. */
function isOfWebAssembly(buffer: ArrayBuffer): boolean {
  if (lengthOf(buffer) === 0 || lengthOf(buffer) % PAGE_BYTES !== 0 || isMarked(buffer)) return false;
  try {
    structuredClone(null, { transfer: [buffer, buffer] });
    return false;
  } catch (error) {
    return !/duplicate/.test((error as Error).message);
  }
}

export const arrayBufferKind: BuiltinKind<ArrayBuffer> = {
  name: "ArrayBuffer",
  tag: tags.arrayBuffer,
  prototypes: [ArrayBuffer.prototype],
  is: types.isArrayBuffer,
  encode(value, writer) {
    if (writer.notes.has(value)) {
      writer.refuse("the memory behind a Buffer of Node's pool", "copy what you need of it: `Uint8Array.from(buffer)`");
    }
    if (isOfWebAssembly(value)) {
      writer.refuse(
        "the memory of a WebAssembly.Memory",
        "copy what you need of it: `new Uint8Array(memory.buffer).slice()`",
      );
    }
    if (isDetached(value)) writer.value(null);
    else writer.value(writer.sections.add({ memory: value, from: 0, to: lengthOf(value), anchor: 0 }));
    writer.value(isResizable(value) ? greatestLengthOf(value) : null);
    if (isMarked(value)) writer.value(true);
    if (isDetached(value) || !isResizable(value)) return;
    writer.sections.reserved += greatestLengthOf(value) - lengthOf(value);
    writer.spend(COST_OF_GROWABLE);
  },
  allocate(node) {
    const most = node.primitive(1) === null ? undefined : node.int(1, 0, Number.MAX_SAFE_INTEGER);
    if (node.primitive(0) === null) return new ArrayBuffer(0, most === undefined ? undefined : { maxByteLength: 0 });
    if (most !== undefined) node.graph.cost.spend(COST_OF_GROWABLE);
    return node.graph.sections.take(node.int(0, 0, 2 ** 32), most, node);
  },
  // Views need it attached while they are made.
  fill(shell, node) {
    if (node.primitive(0) === null) shell.transfer();
    if (node.size > 2 && node.bool(2)) workerThreads.markAsUntransferable(shell);
  },
};

/** The same bytes as an ArrayBuffer. */
export const pooledMemoryKind: BuiltinKind<PooledMemory> = {
  name: "pooled memory",
  tag: tags.arrayBuffer,
  prototypes: [PooledMemory.prototype],
  isSelfContained: true,
  is: (value) => value instanceof PooledMemory,
  encode(value, writer) {
    writer.value(writer.sections.add(value));
    writer.value(null);
  },
  allocate: () => new PooledMemory(new ArrayBuffer(0), 0, 0),
};
