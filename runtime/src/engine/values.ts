/**
 * Owns: values that cross a boundary alone: arguments, results, errors (docs/formats.md, "Values").
 * Does not own: graphs, which are snapshots (snapshot/).
 *
 * I1 Same value, same bytes, in every process of a build; `fingerprintOf` is the same in every build.
 * I2 An error can always be stored: what of it can't is left out, class, message, stack and cause stay as far as they go.
 */
import { hash } from "node:crypto";
import { errors, isColdframeError } from "../errors.ts";
import { cleanStacks } from "../machinery.ts";
import { decodeValue, type SnapshotCodec } from "./codec.ts";

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

  /**
   * @param value a result
   * @param of whose it is, for the error
   * @throws CF2001 for a value that cannot be stored
   */
  encode(value: unknown, of = "the run"): Uint8Array {
    if (value === undefined) return undefinedBytes;
    if (isPrimitive(value)) return toJson(value);
    try {
      return this.#codec.encode(value);
    } catch (error) {
      throw placed(error, "result", of, "It is part of a result, which is stored");
    }
  }

  /** Encodes an argument list. @param of what is called @throws CF2001 as `encode` */
  encodeList(list: readonly unknown[], of: string): Uint8Array {
    if (list.length <= MOST_ITEMS && list.every(isPrimitive)) return toJson(list);
    try {
      return this.#codec.encode([...list]);
    } catch (error) {
      throw placed(error, "arguments", `the call of ${of}`, "It is part of the arguments, which are stored");
    }
  }

  decode(bytes: Uint8Array): unknown {
    if (bytes[0] === SNAPSHOT) return decodeValue(this.#codec, bytes);
    if (bytes.length === 0 || bytes[0] === UNDEFINED) return undefined;
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1).toString("utf8"));
  }

  /** Encodes what was thrown, whatever it is (I2). */
  encodeError(thrown: unknown): Uint8Array {
    cleanStacks(thrown);
    try {
      return this.encode(thrown);
    } catch {
      return this.encode(toPortable(thrown));
    }
  }

  /** A hash of what the bytes say, without the versions that wrote them (I1). */
  fingerprintOf(bytes: Uint8Array): string {
    return bytes[0] === SNAPSHOT ? this.#codec.fingerprint(bytes) : hash("sha256", bytes, "base64url");
  }
}

/** What of a value that stands alone can't be stored has a path that begins at the value. */
function placed(error: unknown, root: string, of: string, reason: string): unknown {
  if (!isColdframeError(error, errors.unserializableValue.code)) return error;
  const { kind, path, advice } = error.params as Record<"kind" | "path" | "advice", string>;
  return errors.unserializableValue({ kind, path: path.replace(/^root/, root), function: of, advice, reason });
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

const MOST_CAUSES = 8;
const MOST_MEMBERS = 32;

/** An error with the same looks that holds nothing but primitives and, as its cause and members, other such errors. */
function toPortable(thrown: unknown, depth = 0): unknown {
  if (!(thrown instanceof Error)) return describe(thrown);
  const copy = new Error(describe(readQuietly(thrown, "message")) as string);
  const define = (key: string, value: unknown, enumerable = false) =>
    void Object.defineProperty(copy, key, { value, enumerable, writable: true, configurable: true });
  for (const key of Object.getOwnPropertyNames(thrown)) {
    const value = readQuietly(thrown, key);
    if (isPrimitive(value)) define(key, value, Object.prototype.propertyIsEnumerable.call(thrown, key));
    if (key === "params" && isColdframeError(thrown)) define(key, { ...thrown.params });
  }
  for (const key of ["name", "stack"] as const) define(key, describe(readQuietly(thrown, key)));
  if (depth === MOST_CAUSES) return copy;
  const { cause, errors: members } = { cause: readQuietly(thrown, "cause"), errors: readQuietly(thrown, "errors") };
  if (cause !== undefined) define("cause", toPortable(cause, depth + 1));
  if (Array.isArray(members)) {
    define(
      "errors",
      members.slice(0, MOST_MEMBERS).map((one) => toPortable(one, depth + 1)),
    );
  }
  return copy;
}

function readQuietly(holder: object, key: string): unknown {
  try {
    return (holder as Record<string, unknown>)[key];
  } catch {
    return undefined;
  }
}

function describe(value: unknown): unknown {
  if (isPrimitive(value) || value === undefined) return value;
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}
