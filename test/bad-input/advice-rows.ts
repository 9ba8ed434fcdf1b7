/**
 * Owns: values that can't be stored, what is said of them, and code that does what each piece of advice says.
 * Does not own: running it (advice.test.ts).
 */

/** Code of one durable function, and what stands beside it at the top of its module. */
interface Code {
  readonly top?: string;
  /** Its body; it returns true if all is well. */
  readonly body: string;
}

export interface Row {
  /** An expression whose value lives across an await. */
  readonly make: string;
  readonly top?: string;
  /** Text of what the error calls it. */
  readonly what: string;
  /** By the text of each piece of advice: code that follows it. Every piece has a row here, and no other. */
  readonly follow: Readonly<Record<string, Code | string>>;
}

const inStep = "Open it in the step that uses it, and close it there";
const inConstant = "Keep it in a constant at the top of a compiled module: each process then has its own";
const onceAtTop = "Make it once, in a constant at the top of a compiled module";
const whereUsed = "Make it where it is used, not before the await";

/** A handle: made and used within a step, or a constant. */
function handle(make: string, name: string, work = "typeof h", close = ""): Row {
  return {
    make,
    what: `an instance of ${name}, a handle of this process, cannot be stored`,
    follow: {
      [inStep]: {
        top: `const $use = step(async () => { const h = ${make}; try { return ${work}; } finally { ${close} } });`,
        body: "const got = await $use(); await sleep(1); return got !== undefined;",
      },
      [inConstant]: { top: `const $held = ${make};`, body: "const h = $held; await sleep(1); return h === $held;" },
    },
  };
}

function once(make: string): Code {
  return { top: `const $held = ${make};`, body: "const x = $held; await sleep(1); return x === $held;" };
}

export const rows: readonly Row[] = [
  handle("new EventEmitter()", "EventEmitter"),
  handle("new w.Emitter()", "Emitter, which extends EventEmitter"),
  handle("new net.Socket()", "Socket", "h.connecting", "h.destroy()"),
  handle("net.createServer()", "Server", "h.listening"),
  handle("new PassThrough()", "PassThrough", "h.readable", "h.destroy()"),
  handle("new ReadableStream()", "ReadableStream", "h.locked"),
  handle("new MessageChannel().port1", "MessagePort", "typeof h", "h.close()"),
  {
    make: "w.opened",
    what: "an instance of FileHandle, which extends EventEmitter, a handle of this process, cannot be stored",
    follow: {
      [inStep]: {
        top: "const $use = step(async () => { const h = await open(process.execPath); try { return (await h.stat()).isFile(); } finally { await h.close(); } });",
        body: "const got = await $use(); await sleep(1); return got;",
      },
      [inConstant]: { top: "const $held = w.opened2;", body: "const h = $held; await sleep(1); return h === $held;" },
    },
  },
  handle('new DatabaseSync(":memory:")', "DatabaseSync", 'h.prepare("SELECT 1 AS one").get().one', "h.close()"),
  handle("new w.Database()", "Database", "h.one()", "h.close()"),
  handle("new w.Wrapped()", "Wrapped", "h.inner.one()", "h.inner.close()"),
  handle("new Compiled()", "Compiled, which extends EventEmitter"),
  {
    make: "setTimeout(() => {}, 0)",
    what: "an instance of Timeout",
    follow: {
      "Await `sleep` instead of keeping a timer": "const x = 1; await sleep(1); await sleep(1); return x === 1;",
    },
  },
  {
    make: "setImmediate(() => {})",
    what: "an instance of Immediate",
    follow: { "Await `sleep(0)` instead of keeping a timer": "await sleep(0); await sleep(1); return true;" },
  },
  {
    make: "new AbortController()",
    what: "an instance of AbortController",
    follow: {
      "Make it in the step that it aborts; a step is aborted by `stepContext().signal`": {
        top: "const $s = step(async () => { const c = new AbortController(); c.abort(); return c.signal.aborted && !stepContext().signal.aborted; });",
        body: "const got = await $s(); await sleep(1); return got;",
      },
    },
  },
  {
    make: "AbortSignal.abort()",
    what: "an instance of AbortSignal",
    follow: {
      "Use `stepContext().signal` in the step that it aborts": {
        top: "const $s = step(async () => stepContext().signal.aborted);",
        body: "const got = await $s(); await sleep(1); return got === false;",
      },
    },
  },
  {
    make: 'new Response("{}")',
    what: "an instance of Response",
    follow: {
      "Fetch in a step, and return what you need of it: `await response.json()`": {
        top: 'const $s = step(async () => (await fetch("data:application/json,[1]")).json());',
        body: "const x = await $s(); await sleep(1); return x[0] === 1;",
      },
    },
  },
  {
    make: 'new Request("http://a.example/")',
    what: "an instance of Request",
    follow: {
      "Keep its URL and options, and make it where it is sent": {
        top: "const $s = step(async (url, options) => new Request(url, options).method);",
        body: 'const [url, options] = ["http://a.example/", { method: "PUT" }]; await sleep(1); return (await $s(url, options)) === "PUT";',
      },
    },
  },
  {
    make: "new Headers({ a: 'b' })",
    what: "an instance of Headers",
    follow: {
      "Keep its entries (`[...headers]`), and make it again by `new Headers(entries)`":
        'const x = [...new Headers({ a: "b" })]; await sleep(1); return new Headers(x).get("a") === "b";',
    },
  },
  {
    make: "new FormData()",
    what: "an instance of FormData",
    follow: {
      "Keep its entries (`[...form]`), and make it again where it is sent":
        'const form = new FormData(); form.set("a", "b"); const x = [...form]; await sleep(1); const again = new FormData(); for (const [k, v] of x) again.set(k, v); return again.get("a") === "b";',
    },
  },
  {
    make: 'new Blob(["ab"])',
    what: "an instance of Blob",
    follow: {
      "Read it in the step that makes it (`new Uint8Array(await blob.arrayBuffer())`), and keep the bytes": {
        top: 'const $s = step(async () => new Uint8Array(await new Blob(["ab"]).arrayBuffer()));',
        body: "const x = await $s(); await sleep(1); return x.length === 2;",
      },
    },
  },
  {
    make: 'new URLPattern({ pathname: "/a" })',
    what: "an instance of URLPattern",
    follow: {
      "Keep its parts, and make it again where it is used":
        'const { pathname } = new URLPattern({ pathname: "/a" }); await sleep(1); return new URLPattern({ pathname }).test({ pathname: "/a" });',
      [onceAtTop]: once('new URLPattern({ pathname: "/a" })'),
    },
  },
  {
    make: "new TextEncoder()",
    what: "an instance of TextEncoder",
    follow: {
      [whereUsed]: 'await sleep(1); return new TextEncoder().encode("a").length === 1;',
      [onceAtTop]: once("new TextEncoder()"),
    },
  },
  {
    make: "new TextDecoder()",
    what: "an instance of TextDecoder",
    follow: {
      [whereUsed]: 'await sleep(1); return new TextDecoder().encoding === "utf-8";',
      [onceAtTop]: once("new TextDecoder()"),
    },
  },
  {
    make: "new EventTarget()",
    what: "an instance of EventTarget",
    follow: { [whereUsed]: 'await sleep(1); return new EventTarget().dispatchEvent(new Event("a"));' },
  },
  {
    make: 'createSecretKey(Buffer.from("secret"))',
    what: "an instance of SecretKeyObject, which extends KeyObject",
    follow: {
      'Keep what it exports (`key.export({ format: "jwk" })`), and make it again where it is used':
        'const key = createSecretKey(Buffer.from("a")).export({ format: "jwk" }); await sleep(1); return createSecretKey(Buffer.from(key.k, "base64url")).symmetricKeySize === 1;',
      "Read the key in the step that uses it: then no secret is stored": {
        top: 'const $s = step(async () => createSecretKey(Buffer.from("a")).symmetricKeySize);',
        body: "const size = await $s(); await sleep(1); return size === 1;",
      },
    },
  },
  {
    make: 'await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"])',
    what: "an instance of CryptoKey",
    follow: {
      'Export it in the step that makes it (`await crypto.subtle.exportKey("jwk", key)`), and import it again in the steps that use it':
        {
          top: `const $make = step(async () => {
              const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]);
              return await crypto.subtle.exportKey("jwk", key);
            });
            const $use = step(async (jwk) => (await crypto.subtle.importKey("jwk", jwk, "AES-GCM", true, ["encrypt"])).type);`,
          body: 'const jwk = await $make(); await sleep(1); return (await $use(jwk)) === "secret";',
        },
      "Read the key in the step that uses it: then no secret is stored": {
        top: 'const $s = step(async () => (await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"])).type);',
        body: 'const type = await $s(); await sleep(1); return type === "secret";',
      },
    },
  },
  {
    make: 'createHash("sha256")',
    what: "an instance of Hash",
    follow: {
      "Keep the data, and do all of it in one step, from making this object to its result": {
        top: 'const $s = step(async (data) => createHash("sha256").update(data).digest("hex"));',
        body: 'const data = "a"; await sleep(1); return (await $s(data)).length === 64;',
      },
    },
  },
  {
    make: "crypto.subtle",
    what: "an instance of SubtleCrypto",
    follow: {
      "Name the global where you use it, and await before that what you hand to it":
        'await sleep(1); return (await crypto.subtle.digest("SHA-256", new Uint8Array(1))).byteLength === 32;',
    },
  },
  {
    make: 'performance.mark("a")',
    what: "an instance of PerformanceMark",
    follow: {
      "Keep what you need of it: `entry.toJSON()`":
        'const x = performance.mark("a").toJSON(); await sleep(1); return x.name === "a";',
    },
  },
  {
    make: "new WebAssembly.Module(wasm)",
    what: "an instance of WebAssembly.Module",
    follow: {
      "Keep the bytes, and compile them where they are used":
        "const bytes = Uint8Array.from(wasm); await sleep(1); return new WebAssembly.Module(bytes) instanceof WebAssembly.Module;",
      [onceAtTop]: once("new WebAssembly.Module(wasm)"),
    },
  },
  {
    make: "statSync(process.execPath)",
    what: "an instance of Stats",
    follow: {
      "Keep what you need of it, for instance its `name` or `size`":
        "const { size } = statSync(process.execPath); await sleep(1); return size > 0;",
    },
  },
  {
    make: 'new Intl.NumberFormat("de")',
    what: "an instance of Intl.NumberFormat",
    follow: {
      "Keep locale and options, and make it where it is used":
        'const [locale, options] = ["de", { style: "percent" }]; await sleep(1); return new Intl.NumberFormat(locale, options).resolvedOptions().style === "percent";',
      [onceAtTop]: once('new Intl.NumberFormat("de")'),
    },
  },
  {
    make: 'new Intl.Locale("de")',
    what: "an instance of Intl.Locale",
    follow: {
      "Keep its text (`String(locale)`), and make it again where it is used":
        'const x = String(new Intl.Locale("de")); await sleep(1); return new Intl.Locale(x).language === "de";',
    },
  },
  {
    make: "new AsyncLocalStorage()",
    what: "an instance of AsyncLocalStorage",
    follow: { [onceAtTop]: once("new AsyncLocalStorage()") },
  },
  {
    make: "new WeakMap()",
    what: "a WeakMap",
    follow: {
      "Use a Map": "const k = {}; const x = new Map([[k, 1]]); await sleep(1); return x.get(k) === 1;",
      "Keep it in a constant at the top of a compiled module": once("new WeakMap()"),
    },
  },
  {
    make: "new WeakSet()",
    what: "a WeakSet",
    follow: {
      "Use a Set": "const k = {}; const x = new Set([k]); await sleep(1); return x.has(k);",
      "Keep it in a constant at the top of a compiled module": once("new WeakSet()"),
    },
  },
  {
    make: "new WeakRef({})",
    what: "a WeakRef",
    follow: {
      "Keep the value itself": "const x = { a: 1 }; await sleep(1); return x.a === 1;",
      "Make it again after the await": "const x = { a: 1 }; await sleep(1); return new WeakRef(x).deref() === x;",
    },
  },
  {
    make: "new Proxy({ a: 1 }, {})",
    what: "a Proxy",
    follow: {
      "Keep its target instead, and wrap it again after the await":
        "const x = { a: 1 }; await sleep(1); return new Proxy(x, {}).a === 1;",
    },
  },
  {
    make: "new SharedArrayBuffer(1)",
    what: "a SharedArrayBuffer",
    follow: { "Use an ArrayBuffer": "const x = new ArrayBuffer(1); await sleep(1); return x.byteLength === 1;" },
  },
  {
    make: "new Map([[1, 2]]).keys()",
    top: "",
    what: "a native Map iterator",
    follow: {
      "Iterate with for-of in durable code":
        "let n = 0; for (const k of new Map([[1, 2]]).keys()) { await sleep(1); n += k; } return n === 1;",
      "Make an array of it first: `[...it]`":
        "const x = [...new Map([[1, 2]]).keys()]; await sleep(1); return x[0] === 1;",
    },
  },
  {
    make: "[1].values().map((n) => n)",
    what: "a native iterator",
    follow: {
      "Make an array of it first: `[...it]`":
        "const x = [...[1].values().map((n) => n)]; await sleep(1); return x[0] === 1;",
    },
  },
  {
    make: "numbers()",
    what: "a native generator object",
    follow: {
      "Mark its function as durable": {
        top: 'function* $numbers() { "use durable"; yield 1; yield 2; }',
        body: "const x = $numbers(); x.next(); await sleep(1); return x.next().value === 2;",
      },
      "Make an array of it first: `[...it]`": "const x = [...numbers()]; await sleep(1); return x[1] === 2;",
    },
  },
  {
    make: "w.promise()",
    what: "a native promise",
    follow: {
      "Await it where it is made, and keep its result": "const x = await w.promise(); await sleep(1); return x === 7;",
      "Call a step or a durable function instead: the promise of such a call can be stored": {
        top: 'const $call = async () => { "use durable"; await sleep(1); return 7; };',
        body: "const x = $call(); await sleep(1); return (await x) === 7;",
      },
    },
  },
  {
    make: 'Symbol("a")',
    what: "the symbol Symbol(a)",
    follow: {
      "Use `Symbol.for(…)`": 'const x = Symbol.for("a"); await sleep(1); return x === Symbol.for("a");',
      "Keep it in a constant at the top of a compiled module": once('Symbol("a")'),
    },
  },
  {
    make: "w.fn",
    what: "the function foreign",
    follow: {
      "Make it inside a durable function": "const x = (n) => n + 1; await sleep(1); return x(1) === 2;",
      'If it stands at the top of a module: name it there by `registerFunction("…", fn)`, or have the module compiled':
        {
          top: 'registerFunction("advice/fn", w.named);',
          body: "const x = w.named; await sleep(1); return x === w.named;",
        },
    },
  },
  {
    make: "w.named2.bind(null)",
    what: "the bound function bound",
    follow: {
      "Write an arrow function in durable code instead: `() => fn(object)`": {
        top: "const $f = (o) => o.a;",
        body: "const o = { a: 1 }; const x = () => $f(o); await sleep(1); return x() === 1;",
      },
    },
  },
  {
    make: "new w.Plain()",
    what: "an instance of Plain, whose class has no name in snapshots",
    follow: {
      'If the class stands at the top of its module: name it there by `registerClass("…", Plain)`': {
        top: 'registerClass("advice/Plain", w.Plain2);',
        body: "const x = new w.Plain2(); await sleep(1); return x instanceof w.Plain2 && x.a === 1;",
      },
      "If it is declared inside of a function: declare it at the top of a compiled module": {
        top: "class $Plain { a = 1; }",
        body: "const x = new $Plain(); await sleep(1); return x instanceof $Plain && x.a === 1;",
      },
    },
  },
  {
    make: "new w.Holder()",
    what: "an instance of Holder, which holds the function foreign",
    follow: {
      "Keep what it is made from, and make it where it is used":
        "const from = 1; await sleep(1); return new w.Holder(from).from === 1;",
      'Say what is stored of it: `registerCodec("…", { class: Holder, encode, decode })`': {
        top: 'registerCodec("advice/Holder", { class: w.Holder2, encode: (x) => x.from, decode: (from) => new w.Holder2(from) });',
        body: "const x = new w.Holder2(3); await sleep(1); return x.from === 3;",
      },
    },
  },
  {
    make: "Object.create([1])",
    what: "an object whose prototype is another object",
    follow: {
      "Copy what it inherits into it": "const x = { ...{ a: 1 }, b: 2 }; await sleep(1); return x.a === 1;",
      "Make it an instance of a class of a compiled module": {
        top: "class $Base { get a() { return 1; } }",
        body: "const x = new $Base(); await sleep(1); return x.a === 1;",
      },
    },
  },
  {
    make: "w.oddError()",
    what: "an error whose prototype is another object",
    follow: {
      "Keep its `message` and `code`, or an error of your own with these":
        "const { message, code } = w.oddError(); await sleep(1); return code === 'E_ODD' && message !== '';",
    },
  },
  {
    make: "w.accessor()",
    what: "the function get a",
    follow: {
      "Make it a plain property, or a method":
        "const x = { a: 1, b() { return 2; } }; await sleep(1); return x.a + x.b() === 3;",
      "Keep what the accessor gives, instead of the object":
        "const a = w.accessor().a; await sleep(1); return a === 1;",
    },
  },
  ...privates(),
];

/** Classes with private fields, each of which fails another condition, and the same without what fails. */
function privates(): Row[] {
  const codec = (name: string) => `Give the class a codec: \`registerCodec("…", { class: ${name}, encode, decode })\``;
  const row = (name: string, declared: string, why: string, fix: string, mended: string): Row => ({
    make: `new ${name}([1])`,
    top: declared,
    what: `an instance of ${name} with private fields (${why})`,
    follow: {
      [fix]: { top: mended, body: `const x = new $${name}([1]); await sleep(1); return x.get() === 1;` },
      [codec(name)]: {
        top: `${declared.replaceAll(name, `$C${name}`).replaceAll("zero", "$zero")}\nregisterCodec("advice/${name}", { class: $C${name}, encode: (x) => x.get(), decode: (n) => new $C${name}([n]) });`,
        body: `const x = new $C${name}([1]); await sleep(1); return x.get() === 1;`,
      },
    },
  });
  return [
    row(
      "Patterned",
      "const zero = () => 0;\nclass Patterned { #a; constructor({ [zero()]: a }) { this.#a = a; } get() { return this.#a; } }",
      "its constructor has a parameter with a computed key or a decorator",
      "Give its constructor plain parameters, and take them apart in its body",
      "class $Patterned { #a; constructor(list) { const [a] = list; this.#a = a; } get() { return this.#a; } }",
    ),
    row(
      "Derived",
      "class Derived extends Array { #a = 1; get() { return this.#a; } }",
      "Derived extends Array",
      "Let it extend nothing, `Error`, or a class that stands beside it at the top of the module and fails none of these conditions; or keep an instance of that in a field",
      "class $Empty {}\nclass $Derived extends $Empty { #a = 1; get() { return this.#a; } }",
    ),
    row(
      "Nested",
      "class Nested { #a = 1; Inner = class {}; get() { return this.#a; } }",
      "a field begins as a class",
      "Declare that class at the top of the module, and name it in the field",
      "class $Inner {}\nclass $Nested { #a = 1; Inner = $Inner; get() { return this.#a; } }",
    ),
    row(
      "Inside",
      "const Inside = (() => class Inside { #a = 1; get() { return this.#a; } })();",
      "Inside is not declared at the top of a compiled module",
      'Declare the class at the top of a module that is compiled (it has a durable function, or `"use durable"` at its top), by a name of its own',
      "class $Inside { #a = 1; get() { return this.#a; } }",
    ),
  ];
}
