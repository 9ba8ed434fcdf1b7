/**
 * Owns: writing the subset of MessagePack that docs/formats.md allows, straight into one growing buffer.
 * Does not own: what the tokens mean (graph-writer), reading (unpack).
 *
 * I1 Only nil, booleans, integers up to 32 bits, float 64, str and array headers are written: any decoder reads them.
 * I2 `pos` is the end of what has been written. Before a node there are SLACK free bytes (`makeRoom`), and after each text
 *    again: enough for a shape's worth of numbers and headers, which therefore need no check of their own.
 * I3 A string that is not well-formed or begins with U+FEFF is not written: it would not come back the same. Nor is -0.
 */

/** More than a node of 30 numbers, 9 bytes each, with tag, size and mask. */
const SLACK = 512;
/** Below this, a loop over the characters is faster than a call into the engine (bench/snapshot). */
const SHORT = 32;

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export class PackWriter {
  buffer: Buffer;
  pos = 0;

  constructor(buffer: Buffer) {
    this.buffer = buffer;
  }

  /** Makes sure of I2. */
  makeRoom(): void {
    if (this.pos + SLACK > this.buffer.length) this.#grow(this.pos + SLACK);
  }

  #grow(end: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(end, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.pos);
    this.buffer = larger;
  }

  nil(): void {
    this.buffer[this.pos++] = 0xc0;
  }

  bool(value: boolean): void {
    this.buffer[this.pos++] = value ? 0xc3 : 0xc2;
  }

  /** An integer from 0 to 2^32 - 1. */
  uint(value: number): void {
    const { buffer } = this;
    let { pos } = this;
    if (value < 0x80) buffer[pos++] = value;
    else if (value < 0x100) {
      buffer[pos++] = 0xcc;
      buffer[pos++] = value;
    } else if (value < 0x10000) {
      buffer[pos++] = 0xcd;
      buffer[pos++] = value >>> 8;
      buffer[pos++] = value;
    } else {
      buffer[pos++] = 0xce;
      buffer[pos++] = value >>> 24;
      buffer[pos++] = value >>> 16;
      buffer[pos++] = value >>> 8;
      buffer[pos++] = value;
    }
    this.pos = pos;
  }

  /** Any number but -0. */
  number(value: number): void {
    if (value >>> 0 === value) this.uint(value);
    else if ((value | 0) === value) this.negative(value);
    else this.double(value);
  }

  negative(value: number): void {
    const { buffer } = this;
    let { pos } = this;
    if (value >= -0x20) buffer[pos++] = value;
    else {
      buffer[pos++] = 0xd2;
      buffer[pos++] = value >>> 24;
      buffer[pos++] = value >>> 16;
      buffer[pos++] = value >>> 8;
      buffer[pos++] = value;
    }
    this.pos = pos;
  }

  double(value: number): void {
    const { buffer } = this;
    let { pos } = this;
    // One NaN in the bytes, whichever the processor made: same input, same bytes.
    float[0] = Number.isNaN(value) ? Number.NaN : value;
    buffer[pos++] = 0xcb;
    if (littleEndian) for (let i = 7; i >= 0; i--) buffer[pos++] = floatBytes[i] as number;
    else for (let i = 0; i < 8; i++) buffer[pos++] = floatBytes[i] as number;
    this.pos = pos;
  }

  /** A string, if it is plain text (I3); else nothing is written, and the answer is false. */
  text(value: string): boolean {
    const length = value.length;
    const end = this.pos + length * 3 + SLACK;
    if (end > this.buffer.length) this.#grow(end);
    if (length < SHORT && this.#ascii(value, length)) return true;
    if (!isPlainText(value)) return false;
    this.#long(value, length);
    return true;
  }

  #ascii(value: string, length: number): boolean {
    const { buffer, pos } = this;
    let at = pos + 1;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      buffer[at++] = code;
    }
    buffer[pos] = 0xa0 | length;
    this.pos = at;
    return true;
  }

  /** The header's size depends on the bytes, which are known only afterwards: guess, and move them if wrong. */
  #long(value: string, length: number): void {
    const { buffer, pos } = this;
    const guess = headerSize(length);
    const bytes = buffer.write(value, pos + guess);
    const size = headerSize(bytes);
    if (size !== guess) buffer.copyWithin(pos + size, pos + guess, pos + guess + bytes);
    if (size === 1) buffer[pos] = 0xa0 | bytes;
    else if (size === 2) {
      buffer[pos] = 0xd9;
      buffer[pos + 1] = bytes;
    } else if (size === 3) {
      buffer[pos] = 0xda;
      buffer.writeUInt16BE(bytes, pos + 1);
    } else {
      buffer[pos] = 0xdb;
      buffer.writeUInt32BE(bytes, pos + 1);
    }
    this.pos = pos + size + bytes;
  }

  /** An array header of fixed size, so that `patchArray` can write it when the count is known. */
  array32(count: number): void {
    this.buffer[this.pos] = 0xdd;
    this.buffer.writeUInt32BE(count, this.pos + 1);
    this.pos += 5;
  }

  array(count: number): void {
    if (count < 16) this.buffer[this.pos++] = 0x90 | count;
    else this.array32(count);
  }

  patchArray(at: number, count: number): void {
    this.buffer.writeUInt32BE(count, at + 1);
  }

  /** Writes an unsigned integer over the one byte kept for it at `at`; what follows moves up if it needs more. */
  patchUint(at: number, value: number): void {
    if (value < 0x80) {
      this.buffer[at] = value;
      return;
    }
    const more = value < 0x100 ? 1 : value < 0x10000 ? 2 : 4;
    const end = this.pos;
    this.buffer.copyWithin(at + 1 + more, at + 1, end);
    this.pos = at;
    this.uint(value);
    this.pos = end + more;
  }
}

function headerSize(bytes: number): number {
  return bytes < 0x20 ? 1 : bytes < 0x100 ? 2 : bytes < 0x10000 ? 3 : 5;
}

/** Can a string be a MessagePack string and come back the same from every decoder? (docs/formats.md, kind 13) */
export function isPlainText(value: string): boolean {
  return value.charCodeAt(0) !== 0xfeff && value.isWellFormed();
}
