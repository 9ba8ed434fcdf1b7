/**
 * Owns: typed arrays, DataViews and Buffers (kind 9). Views of one buffer keep sharing it, at their offsets.
 *
 * I1 A Buffer that Node cut from its pool lies beside memory of others: only what Buffers of this graph show is stored, as an
 *    ArrayBuffer of its own, and nothing of where it lay.
 */
import { types } from "node:util";
// Whole: a Node that lacks the name comes as far as saying that it is too old (CF2202).
import * as workerThreads from "node:worker_threads";
import type { NodeWriter } from "../graph-writer.ts";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";
import { Pool, type PooledMemory } from "./array-buffer.ts";

type View = DataView | NodeJS.TypedArray;
type MakeView = (buffer: ArrayBuffer, offset: number, length: number | undefined) => View;

interface ViewType {
  readonly prototype: object;
  readonly make: MakeView;
}

function ofClass(name: string): ViewType {
  const cls = (globalThis as unknown as Record<string, { new (...args: never[]): View; prototype: object }>)[name];
  const make: MakeView = (buffer, offset, length) => {
    if (cls === undefined) throw new RangeError(`no ${name}`); // native error: the caller says that the snapshot is at fault
    return new cls(...([buffer, offset, length] as never[]));
  };
  return { prototype: cls?.prototype ?? {}, make };
}

/** In the order of docs/formats.md. */
const viewTypes: readonly ViewType[] = [
  ofClass("DataView"),
  { prototype: Buffer.prototype, make: (buffer, offset, length) => Buffer.from(buffer, offset, length) },
  ...[
    ["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"],
    ["Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "Float16Array"],
  ]
    .flat()
    .map(ofClass),
];
const BUFFER = 1;

const typeTests: readonly ((value: object) => boolean)[] = [
  types.isDataView,
  () => false,
  types.isInt8Array,
  types.isUint8Array,
  types.isUint8ClampedArray,
  types.isInt16Array,
  types.isUint16Array,
  types.isInt32Array,
  types.isUint32Array,
  types.isFloat32Array,
  types.isFloat64Array,
  types.isBigInt64Array,
  types.isBigUint64Array,
  (value) => types.isTypedArray(value), // the only one left
];

function getter<T>(prototype: object, key: string): (this: unknown) => T {
  return Object.getOwnPropertyDescriptor(prototype, key)?.get as (this: unknown) => T;
}

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);
const parts = {
  typed: {
    buffer: getter<ArrayBuffer>(typedArrayPrototype, "buffer"),
    byteOffset: getter<number>(typedArrayPrototype, "byteOffset"),
    length: getter<number>(typedArrayPrototype, "length"),
    byteLength: getter<number>(typedArrayPrototype, "byteLength"),
  },
  data: {
    buffer: getter<ArrayBuffer>(DataView.prototype, "buffer"),
    byteOffset: getter<number>(DataView.prototype, "byteOffset"),
    length: getter<number>(DataView.prototype, "byteLength"),
    byteLength: getter<number>(DataView.prototype, "byteLength"),
  },
};

function typeOf(value: View): number {
  if (types.isUint8Array(value) && Buffer.isBuffer(value)) return BUFFER;
  return typeTests.findIndex((test) => test(value));
}

/** Was the Buffer cut from Node's pool? Node alone marks buffers so, and no user's own buffer under a Buffer is. */
function isPooled(type: number, buffer: ArrayBuffer): boolean {
  return type === BUFFER && workerThreads.isMarkedAsUntransferable(buffer);
}

/** Does the view follow the length of its buffer? Only behaviour tells, so a copy is asked. */
function followsBuffer(value: View, buffer: ArrayBuffer, end: number): boolean {
  const elementBytes = "BYTES_PER_ELEMENT" in value ? value.BYTES_PER_ELEMENT : 1;
  if (!buffer.resizable || buffer.byteLength - end >= elementBytes) return false;
  const copy = structuredClone(value);
  const memory = copy.buffer as ArrayBuffer;
  const before = copy.byteLength;
  if (memory.byteLength + elementBytes <= memory.maxByteLength) {
    memory.resize(memory.byteLength + elementBytes);
    return copy.byteLength > before;
  }
  memory.resize(Math.max(0, memory.byteLength - elementBytes));
  return byteLengthOf(copy) === before - elementBytes && (before > elementBytes || copy.byteOffset > 0);
}

/** A DataView that has got out of bounds throws. */
function byteLengthOf(view: View): number {
  try {
    return view.byteLength;
  } catch {
    return 0;
  }
}

/** What stands for a Buffer's memory if that is a part of Node's pool. */
function pooledMemoryOf(buffer: ArrayBuffer, from: number, to: number, writer: NodeWriter): PooledMemory {
  let pool = writer.notes.get(buffer) as Pool | undefined;
  if (pool === undefined) {
    pool = new Pool(buffer);
    writer.notes.set(buffer, pool);
  }
  const range = pool.rangeOf(from, to);
  return range ?? writer.refuse("a Buffer that overlaps several others", "copy it: `Uint8Array.from(buffer)`");
}

export const viewKind: BuiltinKind<View> = {
  name: "view of a buffer",
  tag: tags.view,
  prototypes: viewTypes.map(({ prototype }) => prototype),
  is: ArrayBuffer.isView,
  encode(value, writer) {
    const type = typeOf(value);
    const read = type === 0 ? parts.data : parts.typed;
    const buffer = read.buffer.call(value);
    if (!types.isArrayBuffer(buffer)) writer.refuse("a view of a SharedArrayBuffer", "use an ArrayBuffer");
    const offset = buffer.detached ? 0 : read.byteOffset.call(value);
    const end = offset + (buffer.detached ? 0 : read.byteLength.call(value));
    const length = buffer.detached ? 0 : read.length.call(value);
    writer.value(type);
    // A pool that is met as an ArrayBuffer as well is kept whole.
    if (isPooled(type, buffer) && !writer.has(buffer)) {
      const memory = pooledMemoryOf(buffer, offset, end, writer);
      writer.value(memory);
      writer.value(offset - memory.anchor);
    } else {
      writer.value(buffer);
      writer.value(offset);
    }
    writer.value(followsBuffer(value, buffer, end) ? null : length);
  },
  needs: (node) => [node.reference(1)],
  allocate(node) {
    const buffer = node.value(1);
    const type = viewTypes[node.int(0, 0, viewTypes.length - 1)] as ViewType;
    if (!types.isArrayBuffer(buffer)) throw node.corrupt("a view without a buffer");
    const offset = node.int(2, -(2 ** 32), Number.MAX_SAFE_INTEGER) + node.graph.sections.anchorOf(buffer);
    const length = node.primitive(3) === null ? undefined : node.int(3, 0, Number.MAX_SAFE_INTEGER);
    return type.make(buffer, offset, length);
  },
};
