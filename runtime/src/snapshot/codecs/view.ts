/**
 * Owns: typed arrays, DataViews and Buffers (kind 9). Views of one buffer keep sharing it, at their offsets.
 *
 * I1 A Buffer that Node cut from its pool lies beside memory of others: only what Buffers of this graph show is stored, as an
 *    ArrayBuffer of its own, and nothing of where it lay.
 */
import { types } from "node:util";
import type { NodeWriter } from "../graph-writer.ts";
import { dataView, isDetached, isResizable, lengthOf, typedArray } from "../slot-getters.ts";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";
import { isMarked, Pool, type PooledMemory } from "./array-buffer.ts";

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

/** Node makes none that follows its memory, but a Uint8Array may have been given the prototype. */
function makeBuffer(buffer: ArrayBuffer, offset: number, length: number | undefined): View {
  if (length !== undefined) return Buffer.from(buffer, offset, length);
  return Object.setPrototypeOf(new Uint8Array(buffer, offset), Buffer.prototype);
}

/** In the order of docs/formats.md. */
const viewTypes: readonly ViewType[] = [
  ofClass("DataView"),
  { prototype: Buffer.prototype, make: makeBuffer },
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

function typeOf(value: View): number {
  if (types.isUint8Array(value) && Buffer.isBuffer(value)) return BUFFER;
  return typeTests.findIndex((test) => test(value));
}

/** What Node's pools may measure: what it says now and said at first. */
const firstPoolSize = Buffer.poolSize;

/** Was the Buffer cut from Node's pool? Node marks that; users may mark buffers of theirs. */
function isPooled(type: number, buffer: ArrayBuffer): boolean {
  if (type !== BUFFER || !isMarked(buffer) || isResizable(buffer)) return false;
  return lengthOf(buffer) === Buffer.poolSize || lengthOf(buffer) === firstPoolSize;
}

/** Does it begin or end behind its buffer, which has shrunk? Then where it lay can't be read. */
function isOutOfBounds(value: View, type: number): boolean {
  try {
    if (type === 0) dataView.byteOffset.call(value);
    else typedArray.keys.call(value);
    return false;
  } catch {
    return true;
  }
}

/** Does the view follow the length of its buffer? Only behaviour tells, so a copy is asked. */
function followsBuffer(
  value: View,
  buffer: ArrayBuffer,
  type: number,
  [offset, end]: readonly [number, number],
): boolean {
  if (!isResizable(buffer) || isDetached(buffer)) return false;
  const copy = structuredClone(value);
  const elementBytes = type === 0 ? 1 : (copy as NodeJS.TypedArray).BYTES_PER_ELEMENT;
  if (lengthOf(buffer) - end >= elementBytes) return false;
  const memory = copy.buffer as ArrayBuffer;
  if (end > offset) {
    memory.resize(end - 1);
    return !isOutOfBounds(copy, type);
  }
  // Without an element it makes no difference until there is room for one.
  if (end + elementBytes > memory.maxByteLength) return false;
  memory.resize(end + elementBytes);
  return copy.byteLength > 0;
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
    const read = type === 0 ? dataView : typedArray;
    const buffer = read.buffer.call(value);
    if (!types.isArrayBuffer(buffer)) writer.refuse("a view of a SharedArrayBuffer", "use an ArrayBuffer");
    if (isResizable(buffer) && !isDetached(buffer) && isOutOfBounds(value, type)) {
      writer.refuse(
        "a view that has got out of bounds of its buffer",
        "make the view again when the buffer has shrunk",
      );
    }
    const offset = isDetached(buffer) ? 0 : read.byteOffset.call(value);
    const end = offset + (isDetached(buffer) ? 0 : read.byteLength.call(value));
    const length = isDetached(buffer) ? 0 : read.length.call(value);
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
    writer.value(followsBuffer(value, buffer, type, [offset, end]) ? null : length);
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
