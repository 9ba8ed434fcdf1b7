/** Owns: rows for classes whose instances have slots that no kind stores: as they are, extended, and named by hand. */
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { createHash, createSecretKey, generateKeyPairSync } from "node:crypto";
import { EventEmitter } from "node:events";
import { Readable, Transform } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { MIMEType } from "node:util";
import { DefaultSerializer, Serializer } from "node:v8";
import { createContext, Script } from "node:vm";
import { MessageChannel } from "node:worker_threads";
import { createGzip } from "node:zlib";
import { registry } from "../kit/roundtrip.ts";
import type { Rows } from "./row.ts";

type Class = new (...args: never[]) => object;
type WebAssemblyClasses = Record<
  "Module" | "Instance" | "Memory" | "Table" | "Global",
  new (
    ...args: unknown[]
  ) => object
>;
const { Module, Instance, Memory, Table, Global } = (globalThis as unknown as { WebAssembly: WebAssemblyClasses })
  .WebAssembly;
const memory = (initial: number) => new Memory({ initial }) as { buffer: ArrayBuffer };
const wasm = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

/** Classes with arguments that make one. */
const classes: Record<string, [cls: unknown, ...args: unknown[]]> = {
  "Intl.Collator": [Intl.Collator],
  "Intl.DateTimeFormat": [Intl.DateTimeFormat],
  "Intl.DisplayNames": [Intl.DisplayNames, "en", { type: "region" }],
  "Intl.DurationFormat": [(Intl as unknown as Record<string, unknown>).DurationFormat],
  "Intl.ListFormat": [Intl.ListFormat],
  "Intl.Locale": [Intl.Locale, "en"],
  "Intl.NumberFormat": [Intl.NumberFormat],
  "Intl.PluralRules": [Intl.PluralRules],
  "Intl.RelativeTimeFormat": [Intl.RelativeTimeFormat],
  "Intl.Segmenter": [Intl.Segmenter],
  Promise: [Promise, () => {}],
  WeakMap: [WeakMap],
  WeakSet: [WeakSet],
  WeakRef: [WeakRef, {}],
  FinalizationRegistry: [FinalizationRegistry, () => {}],
  SharedArrayBuffer: [SharedArrayBuffer, 8],
  DisposableStack: [DisposableStack],
  AsyncDisposableStack: [AsyncDisposableStack],
  "WebAssembly.Module": [Module, wasm],
  "WebAssembly.Instance": [Instance, new Module(wasm)],
  "WebAssembly.Memory": [Memory, { initial: 1 }],
  "WebAssembly.Table": [Table, { element: "anyfunc", initial: 1 }],
  "WebAssembly.Global": [Global, { value: "i32" }, 1],
  AbortController: [AbortController],
  BroadcastChannel: [BroadcastChannel, "kinds"],
  Blob: [Blob, ["a"]],
  File: [File, ["a"], "f"],
  CustomEvent: [CustomEvent, "e"],
  Event: [Event, "e"],
  EventTarget: [EventTarget],
  FormData: [FormData],
  Headers: [Headers],
  MessageChannel: [MessageChannel],
  MessageEvent: [MessageEvent, "m"],
  ReadableStream: [ReadableStream],
  Request: [Request, "http://a/"],
  Response: [Response],
  TextDecoder: [TextDecoder],
  TextEncoder: [TextEncoder],
  TransformStream: [TransformStream],
  URLPattern: [(globalThis as unknown as Record<string, unknown>).URLPattern, { pathname: "/a" }],
  WritableStream: [WritableStream],
  ByteLengthQueuingStrategy: [ByteLengthQueuingStrategy, { highWaterMark: 1 }],
  AsyncLocalStorage: [AsyncLocalStorage],
  AsyncResource: [AsyncResource, "r"],
  EventEmitter: [EventEmitter],
  Readable: [Readable],
  Transform: [Transform],
  StringDecoder: [StringDecoder, "utf8"],
  MIMEType: [MIMEType, "text/plain"],
  "v8.Serializer": [Serializer],
  "v8.DefaultSerializer": [DefaultSerializer],
  "vm.Script": [Script, "1"],
};

/** Values of classes that can't be called. */
const instances: Record<string, [make: () => unknown, what: RegExp]> = {
  "AbortSignal that is aborted": [() => AbortSignal.abort(), /AbortSignal/],
  "AbortSignal with a time limit": [() => AbortSignal.timeout(1e6), /AbortSignal/],
  "secret key": [() => createSecretKey(Buffer.alloc(8)), /KeyObject/],
  "private key": [() => generateKeyPairSync("ed25519").privateKey, /KeyObject/],
  hash: [() => createHash("sha256"), /Hash/],
  "gzip stream": [() => createGzip(), /Gzip/],
  timer: [() => clearing(setTimeout(() => {}, 1e6)), /Timeout/],
  immediate: [() => clearingImmediate(setImmediate(() => {})), /Immediate/],
  "object of another realm": [() => new Script("({})").runInContext(createContext()), /cannot be stored/],
  "Map of another realm": [() => new Script("new Map()").runInContext(createContext()), /cannot be stored/],
  "Error of another realm": [() => new Script("new Error()").runInContext(createContext()), /cannot be stored/],
  "memory of WebAssembly": [() => memory(1).buffer, /memory of a WebAssembly/],
  "bytes of WebAssembly": [() => new Uint8Array(memory(2).buffer), /memory of a Web/],
  "segments of a text": [() => new Intl.Segmenter().segment("a b"), /cannot be stored/],
  "Iterator.from": [() => Iterator.from({ next: () => ({ done: true, value: 1 }) }), /native iterator/],
  "iterator of matches": [() => "abc".matchAll(/./g), /native iterator/],
  "helper of an iterator": [() => [1].values().map((x) => x), /cannot be stored/],
};

function clearing(timer: NodeJS.Timeout): object {
  clearTimeout(timer);
  return timer;
}

function clearingImmediate(immediate: NodeJS.Immediate): object {
  clearImmediate(immediate);
  return immediate;
}

function collect(): Rows {
  const rows: Rows = {};
  for (const [name, [base, ...args]] of Object.entries(classes)) {
    const make = (cls: unknown) => new (cls as Class)(...(args as never[]));
    const Extended = { [name]: class extends (base as Class) {} }[name] as Class;
    const Named = { [name]: class extends (base as Class) {} }[name] as Class;
    registry.register(`test/hosts#${name}`, Named);
    const what = new RegExp(name.split(".").at(-1) as string, "i");
    rows[name] = { make: () => make(base), refused: what };
    rows[`class that extends ${name}`] = { make: () => make(Extended), refused: what };
    rows[`named class that extends ${name}`] = { make: () => make(Named), refused: what };
  }
  for (const [name, [make, what]] of Object.entries(instances)) rows[name] = { make, refused: what };
  return rows;
}

export const hosts = collect();
