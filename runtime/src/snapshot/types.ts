/**
 * Owns: the words that the files of this folder share: code references, limits, and what a kind of value must bring.
 * Does not own: any behaviour. The bytes are stated in docs/formats.md.
 */
import { check, readOptions } from "../options.ts";
import type { CompiledClass, FunctionMeta, PrivateHook } from "../registry.ts";
import type { GraphReader } from "./graph-reader.ts";
import type { NodeWriter } from "./graph-writer.ts";
import type { NodeReader } from "./node-reader.ts";

/** What snapshots ask of the registry. */
export interface CodeRegistry {
  /** By id: what is loaded. */
  readonly modules: ReadonlyMap<string, unknown>;
  readonly functions: ReadonlyMap<string, FunctionMeta>;
  refOf(value: unknown): string | undefined;
  resolve(ref: string): unknown;
  compiledClass(cls: Function): CompiledClass | undefined;
  privateHook(cls: Function): PrivateHook | undefined;
}

/** What a reference from the heap into code is about; the index is its byte in the code table. */
export const codeKinds = ["frame", "function", "closure", "class", "constant"] as const;
export type CodeKind = (typeof codeKinds)[number];

/** One reference from the heap into code. */
export interface CodeRef {
  readonly kind: CodeKind;
  /** `module#name`. */
  readonly id: string;
  /** Hash of the code that wrote the snapshot; empty if it has none. */
  readonly stamp: string;
  /** Fingerprint of the point at which a frame rests, shape of instances of a class, else empty. */
  readonly fp: string;
  /** Where that point stands in the source, as line:column, else empty; for people only. */
  readonly at: string;
}

/** Bounds that a reader keeps, whatever the bytes say. */
export interface Limits {
  /** Length of the snapshot. */
  readonly bytes: number;
  /** Length of node table and sections when inflated. */
  readonly inflatedBytes: number;
  readonly nodes: number;
  /** Primitives and references in all nodes. */
  readonly tokens: number;
  /** Memory of array buffers, with what they may grow to. */
  readonly bufferBytes: number;
  /** Memory that values take, as estimated, beside 128 bytes for each byte of the snapshot. */
  readonly memoryBytes: number;
}

const MiB = 2 ** 20;

/** Large enough for any run that should be one; small enough that foreign bytes can't exhaust a process. */
export const defaultLimits: Limits = {
  bytes: 256 * MiB,
  inflatedBytes: 512 * MiB,
  nodes: 8 * MiB,
  tokens: 64 * MiB,
  bufferBytes: 512 * MiB,
  memoryBytes: 128 * MiB,
};

/** These limits, and those that users do not name. @throws CF2405, CF2432 */
export function limitsOf(given?: Partial<Limits>): Limits {
  if (given === undefined) return defaultLimits;
  const limits: Limits = { ...defaultLimits, ...readOptions<Partial<Limits>>("`limits`", given, defaultLimits) };
  for (const [name, limit] of Object.entries(limits))
    check(typeof limit === "number" && limit >= 0, `limits.${name}`, limit, "a number of at least 0");
  return limits;
}

/** An instance of one of the runtime's own classes that is nothing but its fields. */
export interface RecordKind<T extends object = object> {
  /** Stands in the bytes; never changes. */
  readonly name: string;
  readonly prototype: object;
  readonly fields: readonly (keyof T & string)[];
  /** An instance to be filled; fields that a stored one lacks keep what they have here. */
  make(): T;
  /** May a stored instance hold this? Absent: anything. Objects in it may not be filled yet: of them only what they are counts. */
  isSound?(record: T, graph: GraphReader): boolean;
}

/** One step of a value path: how it is written, and what lies there. */
export type Edge = readonly [label: string, value: unknown];

/**
 * How values of one kind become tokens and come back. `allocate` makes the shell, with an identity but maybe without
 * content; `fill` runs when every shell exists.
 */
export interface Kind<T = unknown> {
  /** For messages; of named kinds (tag 23) also the name in the bytes. */
  readonly name: string;
  /** Tag of docs/formats.md, 23 for kinds of the runtime's other rooms. */
  readonly tag: number;
  /** Is it of this kind, whatever its prototype says? Must run no user code. */
  is(value: object): boolean;
  /** Writes the tokens. */
  encode(value: T, writer: NodeWriter): void;
  /** Nodes that must have shells before `allocate`. */
  needs?(node: NodeReader): readonly number[];
  /** Shells of this kind are made before all others; they may `provide` those of other nodes. */
  readonly early?: boolean;
  allocate(node: NodeReader): T;
  fill?(shell: T, node: NodeReader): void;
  /** Which own properties of a value are part of the tokens, and no extra ones. */
  ownPart?(value: T): (key: string | symbol) => boolean;
  /** The kind to use for this very value, if not this one. */
  variant?(value: T): Kind<T>;
  /** What it holds, by name; for paths in messages. */
  edges?(value: T): Iterable<Edge>;
}

/** A kind that is found by the prototype of its values. */
export interface BuiltinKind<T = unknown> extends Kind<T> {
  /** The prototypes its plain values may have; others, and own properties, make it "extended" (tag 16). */
  readonly prototypes: readonly object[];
  /** Do its tokens hold prototype and own properties too? */
  readonly isSelfContained?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: tables hold kinds of every value there is
export type AnyKind = Kind<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyBuiltinKind = BuiltinKind<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyRecordKind = RecordKind<any>;
