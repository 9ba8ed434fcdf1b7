/** Owns: getters of buffers and views as the language has them: own properties of their names, and a subclass's, would hide what is there. */

function getter<T>(prototype: object, key: string): (this: unknown) => T {
  return Object.getOwnPropertyDescriptor(prototype, key)?.get as (this: unknown) => T;
}

const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype);

export const typedArray = {
  buffer: getter<ArrayBuffer>(typedArrayPrototype, "buffer"),
  byteOffset: getter<number>(typedArrayPrototype, "byteOffset"),
  length: getter<number>(typedArrayPrototype, "length"),
  byteLength: getter<number>(typedArrayPrototype, "byteLength"),
  keys: typedArrayPrototype.keys as (this: unknown) => unknown,
};

export const dataView: Omit<typeof typedArray, "keys"> = {
  buffer: getter<ArrayBuffer>(DataView.prototype, "buffer"),
  byteOffset: getter<number>(DataView.prototype, "byteOffset"),
  length: getter<number>(DataView.prototype, "byteLength"),
  byteLength: getter<number>(DataView.prototype, "byteLength"),
};

const byteLength = getter<number>(ArrayBuffer.prototype, "byteLength");
const maxByteLength = getter<number>(ArrayBuffer.prototype, "maxByteLength");
const resizable = getter<boolean>(ArrayBuffer.prototype, "resizable");
const detached = getter<boolean>(ArrayBuffer.prototype, "detached");

export const lengthOf = (buffer: ArrayBuffer): number => byteLength.call(buffer);
export const greatestLengthOf = (buffer: ArrayBuffer): number => maxByteLength.call(buffer);
export const isResizable = (buffer: ArrayBuffer): boolean => resizable.call(buffer);
export const isDetached = (buffer: ArrayBuffer): boolean => detached.call(buffer);
