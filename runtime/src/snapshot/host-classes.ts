/**
 * Owns: classes of the language, the web and Node whose instances can't be stored, and what to do instead. Their instances hold
 *   more than properties, so a name for the class would not help: never `registerClass`.
 * Does not own: values of the language that are told by their brand, classes of users (foreign.ts).
 *
 * I1 A class is known by identity: a user's class of the same name is the user's.
 * I2 Nothing is loaded for the answer: an instance can only be of a module that is loaded.
 */
import { shared } from "../realm.ts";

/** What instances of a host class are, and each thing that helps. */
export interface HostClass {
  readonly name: string;
  /** They stand for something of this process. */
  readonly isHandle: boolean;
  readonly advice: readonly string[];
}

type Row = readonly [names: string, ...advice: string[]];

/** What a step opens it closes; a constant of a module is stored by its name. */
export const ofHandles: readonly string[] = [
  "open it in the step that uses it, and close it there",
  "keep it in a constant at the top of a compiled module: each process then has its own",
];
const again = "make it where it is used, not before the await";
const atTop = "make it once, in a constant at the top of a compiled module";

const handles = `
  EventEmitter EventEmitterAsyncResource Stream Readable Writable Duplex Transform PassThrough
  ReadableStream WritableStream TransformStream CompressionStream DecompressionStream TextDecoderStream TextEncoderStream
  ReadableStreamDefaultReader ReadableStreamBYOBReader WritableStreamDefaultWriter
  Socket Server BlockList Agent ClientRequest IncomingMessage ServerResponse OutgoingMessage Http2Session WebSocket EventSource
  ChildProcess Worker MessageChannel MessagePort BroadcastChannel FileHandle Dir FSWatcher StatWatcher Resolver Session
  DatabaseSync StatementSync PerformanceObserver Interface Console Channel`;

const rows: readonly Row[] = [
  ["Timeout", "await `sleep` instead of keeping a timer"],
  ["Immediate", "await `sleep(0)` instead of keeping a timer"],
  ["AbortController", "make it in the step that it aborts; a step is aborted by `stepContext().signal`"],
  ["AbortSignal", "use `stepContext().signal` in the step that it aborts"],
  ["Response", "fetch in a step, and return what you need of it: `await response.json()`"],
  ["Request", "keep its URL and options, and make it where it is sent"],
  ["Headers", "keep its entries (`[...headers]`), and make it again by `new Headers(entries)`"],
  ["FormData", "keep its entries (`[...form]`), and make it again where it is sent"],
  ["Blob File", "read it in the step that makes it (`new Uint8Array(await blob.arrayBuffer())`), and keep the bytes"],
  ["URLPattern", "keep its parts, and make it again where it is used", atTop],
  ["TextEncoder TextDecoder StringDecoder", again, atTop],
  ["EventTarget Event CustomEvent CountQueuingStrategy ByteLengthQueuingStrategy", again],
  [
    "KeyObject",
    'keep what it exports (`key.export({ format: "jwk" })`), and make it again where it is used',
    "read the key in the step that uses it: then no secret is stored",
  ],
  [
    "CryptoKey",
    'export it in the step that makes it (`await crypto.subtle.exportKey("jwk", key)`), and import it again in the steps that use it',
    "read the key in the step that uses it: then no secret is stored",
  ],
  [
    "Hash Hmac Cipheriv Decipheriv Sign Verify ECDH DiffieHellman DiffieHellmanGroup",
    "keep the data, and do all of it in one step, from making this object to its result",
  ],
  ["X509Certificate", "keep its text (`String(certificate)`), and make it again where it is used"],
  [
    "Crypto SubtleCrypto Performance Navigator",
    "name the global where you use it, and await before that what you hand to it",
  ],
  [
    "PerformanceEntry PerformanceMark PerformanceMeasure PerformanceNodeTiming PerformanceResourceTiming",
    "keep what you need of it: `entry.toJSON()`",
  ],
  ["Histogram RecordableHistogram", "keep its figures: `histogram.toJSON()`"],
  ["Module Instance Memory Table Global Tag", "keep the bytes, and compile them where they are used", atTop],
  ["Stats BigIntStats StatFs Dirent", "keep what you need of it, for instance its `name` or `size`"],
  ["SocketAddress", "keep its address and port"],
  ["MIMEType MIMEParams", "keep its text (`String(type)`), and make it again where it is used"],
  ["AsyncLocalStorage AsyncResource", "make it once, in a constant at the top of a compiled module"],
  ["Script", "keep its source text, and compile it where it is used"],
  ["DisposableStack AsyncDisposableStack", "dispose of it before the await", "declare what it holds by `using`"],
  [
    "NumberFormat DateTimeFormat Collator PluralRules RelativeTimeFormat ListFormat DisplayNames Segmenter DurationFormat",
    "keep locale and options, and make it where it is used",
    atTop,
  ],
  ["Locale", "keep its text (`String(locale)`), and make it again where it is used"],
  [
    "Instant ZonedDateTime PlainDate PlainTime PlainDateTime PlainYearMonth PlainMonthDay Duration",
    "keep its text (`String(time)`), and make it again by `from`",
  ],
];

/** Where classes are found: globals with classes of their own, and modules of Node. */
const spaces = ["Intl", "WebAssembly", "Temporal"];
const modules = `
  buffer async_hooks child_process crypto dgram diagnostics_channel dns events fs fs/promises http http2 https inspector net perf_hooks readline
  readline/promises console sqlite stream stream/web string_decoder tls tty url util v8 vm worker_threads zlib`;

const words = (text: string) => text.split(/\s+/).filter((word) => word !== "");

function collect(): Map<object, HostClass> {
  const byName = new Map<string, HostClass>();
  for (const name of words(handles)) byName.set(name, { name, isHandle: true, advice: ofHandles });
  for (const [names, ...advice] of rows)
    for (const name of words(names)) byName.set(name, { name, isHandle: false, advice });
  const found = new Map<object, HostClass>();
  for (const { holder, prefix, isOurs } of holders()) {
    for (const [name, known] of byName) {
      // Node has getters for some of its exports; one that a user has put on the global is not called.
      const { value, get } = Object.getOwnPropertyDescriptor(holder, name) ?? {};
      const cls: unknown = get !== undefined && isOurs ? quietly(() => get.call(holder)) : value;
      if (typeof cls === "function" && isObject(cls.prototype))
        found.set(cls.prototype, { ...known, name: prefix + name });
    }
  }
  for (const [name, make] of samples) {
    const prototype = quietly(() => Object.getPrototypeOf(make()));
    if (isObject(prototype)) found.set(prototype, byName.get(name) as HostClass);
  }
  // Bun's navigator is an ordinary object, and a user may put one in the place of any of these.
  for (const ordinary of [Object.prototype, Function.prototype]) found.delete(ordinary);
  return found;
}

/** Classes that nothing exports. */
const samples: readonly (readonly [name: string, make: () => unknown])[] = [
  ["Timeout", () => stopped(setTimeout(() => {}))],
  ["Immediate", () => cleared(setImmediate(() => {}))],
  ["Histogram", () => Object.getPrototypeOf(loaded("perf_hooks")?.createHistogram?.())],
  ["Crypto", () => globalThis.crypto],
  ["Performance", () => globalThis.performance],
  ["Navigator", () => globalThis.navigator],
];

function stopped(timer: ReturnType<typeof setTimeout>): object {
  clearTimeout(timer);
  return timer;
}

function cleared(timer: ReturnType<typeof setImmediate>): object {
  clearImmediate(timer);
  return timer;
}

interface Holder {
  readonly holder: object;
  /** Of the names in it. */
  readonly prefix: string;
  /** No user has put anything there. */
  readonly isOurs: boolean;
}

function holders(): Holder[] {
  const global = globalThis as unknown as Record<string, unknown>;
  const found: [unknown, string, boolean][] = [
    [global, "", false],
    ...spaces.map((name): [unknown, string, boolean] => [global[name], `${name}.`, false]),
    ...words(modules).map((name): [unknown, string, boolean] => [loaded(name), "", true]),
  ];
  return found.flatMap(([holder, prefix, isOurs]) => (isObject(holder) ? [{ holder, prefix, isOurs }] : []));
}

type Builtin = Record<string, (() => unknown) | undefined>;

/** A module of Node, if it is loaded (I2). */
function loaded(name: string): Builtin | undefined {
  const { moduleLoadList, getBuiltinModule } = process as { moduleLoadList?: string[] } & Partial<typeof process>;
  if (moduleLoadList !== undefined && !moduleLoadList.includes(`NativeModule ${name}`)) return undefined;
  return quietly(() => getBuiltinModule?.(name)) as Builtin | undefined;
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}

interface Collected {
  found: Map<object, HostClass>;
  /** How many modules were loaded then. */
  count: number;
}

function hostClasses(): Map<object, HostClass> {
  const collected = shared("snapshot.hostClasses", (): Collected => ({ found: new Map(), count: -1 }));
  const count = (process as { moduleLoadList?: string[] }).moduleLoadList?.length ?? 0;
  if (collected.count !== count) Object.assign(collected, { found: collect(), count });
  return collected.found;
}

/** The host class that an object is of, or whose subclass its class is. */
export function hostClassOf(value: object): HostClass | undefined {
  const found = hostClasses();
  for (let at = Object.getPrototypeOf(value); at !== null; at = Object.getPrototypeOf(at)) {
    const known = found.get(at);
    if (known !== undefined) return known;
  }
  return undefined;
}
