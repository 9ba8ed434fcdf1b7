/**
 * Owns: where a zstd frame ends (RFC 8878, 3.1.1): decoders take any number of frames, one after the other.
 * Does not own: inflating (read.ts).
 */

const MAGIC = 0xfd2fb528;
/** Bytes of the dictionary's id, and of the content's size, by their codes in the descriptor. */
const idBytes = [0, 1, 2, 4];
const sizeBytes = [0, 2, 4, 8];
const RUN_LENGTH = 1;

/** Are the bytes one frame, and nothing else? */
export function isOneFrame(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 6 || view.getUint32(0, true) !== MAGIC) return false;
  const descriptor = view.getUint8(4);
  const isSingle = (descriptor & 32) !== 0;
  const size = descriptor >> 6 === 0 && isSingle ? 1 : (sizeBytes[descriptor >> 6] as number);
  let at = 5 + (isSingle ? 0 : 1) + (idBytes[descriptor & 3] as number) + size;
  for (let isLast = false; !isLast; ) {
    if (at + 3 > bytes.length) return false;
    const head = view.getUint16(at, true) + view.getUint8(at + 2) * 2 ** 16;
    isLast = (head & 1) === 1;
    at += 3 + (((head >> 1) & 3) === RUN_LENGTH ? 1 : head >> 3);
  }
  return at + ((descriptor & 4) === 0 ? 0 : 4) === bytes.length;
}
