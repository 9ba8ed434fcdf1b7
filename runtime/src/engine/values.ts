/**
 * Owns: values that cross a boundary alone: arguments, results, errors (docs/formats.md, "Values").
 * Does not own: graphs, which are snapshots (snapshot/).
 *
 * I1 Same value, same bytes, in every process of a build; `fingerprintOf` is the same in every build.
 * I2 Whatever was thrown can be stored: what of it can't is left out, and named (thrown.ts).
 */
import { hash } from "node:crypto";
import { errors, isColdframeError } from "../errors.ts";
import { cleanStacks } from "../machinery.ts";
import { coded } from "../snapshot/read.ts";
import type { Limits } from "../snapshot/types.ts";
import { decodeValue, type SnapshotCodec } from "./codec.ts";
import { keepOf, quietly, reasonOf } from "./thrown.ts";

const UNDEFINED = 0;
const JSON_TEXT = 1;
/** First byte of a snapshot, the C of CFSN. */
const SNAPSHOT = 0x43;
const MOST_ITEMS = 16;

const undefinedBytes = Uint8Array.of(UNDEFINED);

/** Encodes and decodes single values; primitives take a short way around the snapshot. */
export class Values {
  readonly #codec: SnapshotCodec;
  constructor(codec: SnapshotCodec) {
    this.#codec = codec;
  }

  /** Bounds of what is stored. */
  get limits(): Limits {
    return this.#codec.limits;
  }

  /**
   * @param value a result
   * @param of whose it is, for the error
   * @throws CF2001 for a value that cannot be stored
   */
  encode(value: unknown, of = "the run"): Uint8Array {
    if (value === undefined) return undefinedBytes;
    try {
      return isPrimitive(value) ? toJson(value) : this.#codec.encode(value);
    } catch (error) {
      throw placed(error, "result", of, "It is part of a result, which is stored");
    }
  }

  /** Encodes an argument list. @param of what is called @throws CF2001 as `encode` */
  encodeList(list: readonly unknown[], of: string): Uint8Array {
    try {
      return list.length <= MOST_ITEMS && list.every(isPrimitive) ? toJson(list) : this.#codec.encode([...list]);
    } catch (error) {
      throw placed(error, "arguments", `the call of ${of}`, "It is part of the arguments, which are stored");
    }
  }

  decode(bytes: Uint8Array): unknown {
    if (bytes[0] === SNAPSHOT) return decodeValue(this.#codec, bytes);
    if (bytes.length === 0 || bytes[0] === UNDEFINED) return undefined;
    return coded(() =>
      JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1).toString("utf8")),
    );
  }

  /**
   * Encodes what was thrown, whatever it is (I2).
   * @param tell hears what had to be left out
   */
  encodeError(thrown: unknown, tell?: (dropped: readonly string[]) => void): Uint8Array {
    quietly(() => cleanStacks(thrown));
    const whole = quietly(() => this.encode(thrown));
    if (whole !== undefined) return whole;
    const { value, dropped } = keepOf(thrown, (part) => this.#whyNot(part));
    const bytes = quietly(() => this.encode(value));
    if (dropped.length > 0 || bytes === undefined) tell?.(bytes === undefined ? ["all but its text"] : dropped);
    return bytes ?? this.encode(new Error(textOf(thrown)));
  }

  /** Why a value can't be stored; undefined: it can. */
  #whyNot(value: unknown): string | undefined {
    try {
      this.encode(value);
      return undefined;
    } catch (error) {
      return reasonOf(error);
    }
  }

  /** A hash of what the bytes say, without the versions that wrote them (I1). */
  fingerprintOf(bytes: Uint8Array): string {
    return bytes[0] === SNAPSHOT ? this.#codec.fingerprint(bytes) : hash("sha256", bytes, "base64url");
  }
}

/** What of a value that stands alone can't be stored has a path that begins at the value. */
function placed(error: unknown, root: string, of: string, reason: string): unknown {
  if (error instanceof RangeError) return tooLarge(error, root, of, reason);
  if (!isColdframeError(error, errors.unserializableValue.code)) return error;
  const { kind, path, advice } = error.params as Record<"kind" | "path" | "advice", string>;
  return errors.unserializableValue({ kind, path: path.replace(/^root/, root), function: of, advice, reason });
}

/** No text, buffer or table of the engine's own language can hold it. */
function tooLarge(cause: RangeError, path: string, of: string, reason: string): unknown {
  const kind = `A value that is too large to be encoded (${cause.message})`;
  const advice = "Keep what is large in a file or an object store, and pass on where it lies.";
  return errors.unserializableValue({ kind, path, function: of, advice, reason }, { cause });
}

function isPrimitive(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  return value === null || typeof value === "boolean";
}

function toJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value);
  const bytes = Buffer.allocUnsafe(Buffer.byteLength(text) + 1);
  bytes[0] = JSON_TEXT;
  bytes.write(text, 1);
  return bytes;
}

const LONGEST_TEXT = 10_000;

function textOf(thrown: unknown): string {
  const message = quietly(() => (thrown as { message?: unknown }).message);
  const text = typeof message === "string" ? message : quietly(() => String(thrown));
  return (text ?? `a ${typeof thrown}`).slice(0, LONGEST_TEXT).toWellFormed();
}
