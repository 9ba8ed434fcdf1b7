// Programs in which foreign code, and code of the language itself, gets hold of the promises of durable calls.

export const head = `
import { once } from "node:events";
import { inspect, promisify, types } from "node:util";
const turn = () => new Promise((resolve) => setImmediate(resolve));
async function work(n) { "use durable"; await turn(); if (n < 0) throw new Error("below " + n); return n; }
async function atOnce(n) { "use durable"; if (n < 0) throw new Error("below " + n); return n; }
`;

/** Bodies of main, which is durable; some with foreign functions in front. */
export const programs: Record<string, string | [foreign: string, body: string]> = {
  "then.call": `
    for (const make of [work, atOnce]) {
      log(await Promise.prototype.then.call(make(1), (n) => n + 1));
      log(await Promise.prototype.then.call(make(-1), 0, (error) => error.message));
      log(await Promise.prototype.catch.call(make(-2), (error) => error.message));
      log(await Promise.prototype.finally.call(make(2), () => log("finally")));
      const { then } = Promise.prototype;
      log(await Reflect.apply(then, make(3), [(n) => n]), await then.apply(make(4), [(n) => n]));
    }`,
  identity: `
    for (const make of [work, atOnce]) {
      const p = make(1);
      const list = [p, p.then((n) => n), p.catch(() => 0), p.finally(() => 0), Promise.all([p]), Promise.race([p])];
      for (const one of list) log(Promise.resolve(one) === one, types.isPromise(one), one instanceof Promise, one.constructor === Promise, String(one));
      await Promise.all(list);
      log(list, list.map((one) => one.constructor.name));
    }`,
  "inspected while pending and after": `
    const p = Object.assign(work(1), { tag: "x" });
    const q = work(2).then(() => { throw "below"; });
    log(p, [q]);
    q.catch(() => {});
    await p;
    await turn(); await turn();
    log(p, [q], inspect({ p }, { depth: 3 }));`,
  "foreign async code": [
    `
    const read = async (p) => { try { return ["value", await p]; } catch (error) { return ["error", error.message]; } };
    const given = (p) => new Promise((resolve) => resolve(p));
    const returned = async (p) => p;
    async function* yielded(p) { yield p; yield* [p]; return p; }
    const all = async (p) => { const seen = []; for await (const one of yielded(p)) seen.push(one); return seen; };`,
    `
    for (const make of [work, atOnce]) {
      log(await read(make(1)), await read(make(-1)), await given(make(2)), await returned(make(3)), await all(make(4)));
      const p = make(5);
      log(await Promise.all([read(p), given(p), returned(p), p]), await read(p));
    }`,
  ],
  "foreign combinators": [
    `
    const P = Promise;
    class Mine extends Promise {}
    const pMap = async (list, f) => { const out = []; for (const one of list) out.push(await f(one)); return out; };
    const some = { all: (l) => P.all(l), race: (l) => P.race(l), any: (l) => P.any(l), allSettled: (l) => P.allSettled(l) };`,
    `
    for (const make of [work, atOnce]) {
      for (const kind of Object.keys(some)) log(kind, await some[kind]([make(1), turn(), make(2)].slice(0, kind === "race" ? 1 : 3)));
      log(await pMap([1, 2, 3], make), await pMap([make(4), make(5)], (p) => p));
      const mine = Mine.resolve(make(6));
      log(mine instanceof Mine, await mine, await Mine.all([make(7), 8]));
      log(await Array.fromAsync([make(1), 2]), await Promise.all([make(3), turn().then(() => 4), 5]));
    }`,
  ],
  "callbacks and events": [
    `
    const later = promisify((p, done) => void p.then((n) => done(null, n), done));
    const heard = async (p) => {
      const target = new EventTarget();
      p.then((n) => target.dispatchEvent(new CustomEvent("done", { detail: n })));
      return (await once(target, "done"))[0].detail;
    };`,
    `
    for (const make of [work]) log(await later(make(1)), await later(make(-1)).catch((error) => error.message), await heard(make(2)));`,
  ],
  "own then": `
    const own = (p, name) => Object.assign(p, { then(yes) { log("own then", name); yes?.(name); } });
    const give = async (p) => p;
    log(await own(work(1), "awaited"), await give(own(work(1), "returned")));
    log(await Promise.all([own(work(1), "combined"), work(2)]), await Promise.race([own(work(1), "raced"), turn()]));
    log(await work(1).then(() => own(work(1), "chained")));
    log(await own(work(1), "finally").finally(() => log("ended")));`,
  "own constructor": `
    class Mine extends Promise {}
    const p = work(1);
    p.constructor = Mine;
    log(Promise.resolve(p) === p, Mine.resolve(p) === p, p.then((n) => n) instanceof Mine, Object.keys(p));
    log(await p, await Promise.all([p]));
    const q = work(2);
    q.constructor = Promise;
    log(await (async () => await q)(), Reflect.ownKeys(q));`,
  "then patched for all": [
    `const patch = () => { const { then } = Promise.prototype; Promise.prototype.then = function (...all) { log("patched", this instanceof Promise); return then.apply(this, all); }; return () => { Promise.prototype.then = then; }; };`,
    `
    const undo = patch();
    try { const p = atOnce(1); log(typeof p.then); const q = p.then((n) => n + 1); undo(); log(await q, await p); } finally { undo(); }`,
  ],
  "closed and decorated": `
    const p = Object.freeze(Object.assign(work(1), { tag: 1 })), q = Object.seal(work(2)), r = Object.preventExtensions(atOnce(3));
    for (const one of [p, q, r]) log(Object.isFrozen(one), Object.isSealed(one), Object.isExtensible(one), Reflect.ownKeys(one), JSON.stringify(one));
    try { p.x = 1; } catch (error) { log(error.name); }
    log(await p, await q, await r, Object.assign({}, p), { ...p });`,
  "copies are none": `
    const p = work(1);
    const copies = [Object.create(p), Object.assign(Object.create(Object.getPrototypeOf(p)), p), new Proxy(p, {}), Object.defineProperties({}, Object.getOwnPropertyDescriptors(p))];
    for (const copy of copies) {
      log(types.isPromise(copy));
      try { log(Promise.prototype.then.call(copy)); } catch (error) { log(error.name); }
    }
    log(await p, (await copies[3]) === copies[3]);`,
  "awaited many times": `
    const p = work(1), q = work(-1);
    q.catch(() => {});
    for (let i = 0; i < 3; i++) { log(await p); try { await q; } catch (error) { log(error.message); } }
    const readers = [1, 2, 3].map(async (i) => { log("reader", i, await p); });
    await Promise.all(readers);`,
  "its own result": `
    let own, third;
    const itself = async () => { "use durable"; await turn(); return own; };
    const inTry = async () => { "use durable"; await turn(); try { return third; } finally { log("left"); } };
    own = itself(); third = inTry();
    for (const p of [own, third]) log(await p.catch((error) => error.name + ": " + error.message));`,
  "its own result, given back by a call": [
    `const give = (read) => read();
    const giver = { give };`,
    `
    const own = {};
    const ways = {
      plain: async () => { "use durable"; await turn(); return give(() => own.plain); },
      method: async () => { "use durable"; await turn(); return giver.give(() => own.method); },
      choice: async () => { "use durable"; await turn(); return own.none ? 1 : own.none ?? give(() => own.choice); },
      optional: async () => { "use durable"; await turn(); return giver?.give?.(() => own.optional); },
      spread: async () => { "use durable"; await turn(); return give(...[() => own.spread]); },
      resolve: async () => { "use durable"; await turn(); return Promise.resolve(own.resolve); },
    };
    for (const name of Object.keys(ways)) own[name] = ways[name]();
    for (const name of Object.keys(own)) log(name, await own[name].catch((error) => error.name + ": " + error.message));`,
  ],
  "a promise with a then of its own, returned": [
    `const own = (then) => Object.defineProperty(Promise.resolve("settled"), "then", typeof then === "function" ? { get: then } : { value: then });
    const rejected = () => Object.assign(Promise.reject(new Error("rejected")), { then: (yes) => yes("called") });
    class Sub extends Promise { then(yes, no) { log("sub"); return super.then(yes, no); } }
    const give = (make) => make();`,
    `
    const cases = {
      throwing: () => own(() => { throw new Error("then"); }),
      "a text": () => own("no function"),
      method: () => own(() => (yes) => yes("called")),
      failing: () => own(() => (yes, no) => no(new Error("failed"))),
      "throwing when called": () => own(() => () => { throw new Error("called"); }),
      rejected,
      "of a class": () => Sub.resolve(1),
      native: () => own(() => Promise.prototype.then),
      thenable: () => ({ then: (yes) => yes(give(() => 7)) }),
    };
    const atOnce = async (make) => { "use durable"; return give(make); };
    const later = async (make) => { "use durable"; await turn(); return give(make); };
    const below = async (make) => { "use durable"; return later(make); };
    for (const name of Object.keys(cases)) {
      for (const f of [atOnce, later, below]) {
        const told = await f(cases[name]).then((value) => ["value", types.isPromise(value) ? "a promise" : value], (error) => ["error", error.message]);
        log(name, ...told);
        try { const value = await f(cases[name]); log("awaited", types.isPromise(value) ? "a promise" : value); } catch (error) { log("awaited", error.message); }
      }
    }`,
  ],
  "items that fail while a combination takes them up": `
    const items = function* (...first) { yield* first; throw new Error("items"); };
    for (const kind of ["race", "any", "all", "allSettled"]) {
      const settled = atOnce(1), failed = atOnce(-1);
      failed.catch(() => {});
      await turn();
      for (const first of [[1], [settled], [failed], [work(2), 1], [Promise.resolve(3), 4]]) {
        const pending = { race: () => Promise.race(items(...first)), any: () => Promise.any(items(...first)), all: () => Promise.all(items(...first)), allSettled: () => Promise.allSettled(items(...first)) }[kind]();
        log(kind, first.length, await pending.then((value) => ["value", value], (error) => ["error", error.message]));
      }
    }`,
  "promises of an async generator": `
    async function* values() { "use durable"; yield 1; await turn(); yield 2; }
    const it = values();
    const [a, b, c] = [it.next(), it.next(), it.next()];
    for (const p of [a, b, c]) log(types.isPromise(p), Promise.resolve(p) === p);
    log(await Promise.prototype.then.call(b, (r) => r), await a, await c);`,
};

export function sourceOf(program: string | [string, string]): string {
  const [foreign, body] = typeof program === "string" ? ["", program] : program;
  return `${head}${foreign}\nexport async function main() { "use durable";${body}\n}`;
}
