/**
 * Owns: async generators under test, as the text of a module, and scripts of what is done to one: by foreign code, tick by
 * tick, or by durable code.
 */
import fc from "fast-check";

/** Bodies of `async function* subject(self)`; `self.it` is the generator itself. */
export const bodies: Readonly<Record<string, string>> = {
  values: `const x = yield 1; t(x); yield x; yield later(5); return yield`,
  rejections: `try { yield reject("no") } catch (e) { t("caught", e); yield e } return reject("end")`,
  "try and finally": `try { t(yield 1); yield 2 } catch (e) { t("caught"); t(yield e) } finally { t("finally"); await 1; t(yield 3); await pass(2); t("end") } return 4`,
  "finally that returns": `try { yield 1 } finally { return await 2 }`,
  "finally that throws": `try { yield 1; throw "T" } finally { await 1; throw "F" }`,
  "nested finally": `try { try { yield 1 } finally { t("inner"); await 1; yield 2 } } finally { t("outer"); yield 3 } yield 4`,
  awaits: `t(1); await 0; t(2); const v = yield await pass(3); t(v); try { await reject("R") } catch (e) { t(e) } yield v; return pass(7)`,
  "catch that yields": `for (let i = 0; i < 3; i++) { try { yield i } catch (e) { t("c"); if ((yield e) === "go") continue; break } } return "end"`,
  "yield* over ours": `try { t(yield* inner()) } catch (e) { t("outer", e) } finally { t("finally") } return 9`,
  "yield* over a list": `try { t(yield* [1, later(2), 3]) } catch (e) { t("outer", e) } finally { t("finally") } return 9`,
  "yield* over a rejection": `try { yield* failing() } catch (e) { t("outer", e) } yield 8; return 9`,
  "yield* over a sync generator": `try { t(yield* sync()) } catch (e) { t("outer", e) } finally { t("finally") } return 9`,
  "yield* over what has all methods": `try { t(yield* full()) } catch (e) { t("outer", e) } finally { t("finally"); await 0 } return 9`,
  "yield* over what has only next": `try { t(yield* bare()) } catch (e) { t("outer", e) } finally { t("finally"); await 0 } return 9`,
  "yield* over a sync iterator with all methods": `try { t(yield* fullSync()) } catch (e) { t("outer", e) } return 9`,
  "yield* over what is no iterable": `try { yield* 5 } catch (e) { t(e.name) } try { yield* { [Symbol.asyncIterator]: () => 5 } } catch (e) { t(e.name) } try { yield* { [Symbol.asyncIterator]: () => ({ next: () => 5 }) } } catch (e) { t(e.name) } yield 1`,
  "yield* twice, the second in finally": `try { yield* inner() } finally { yield* [7, 8] }`,
  "for await": `for await (const x of inner()) { try { t(yield x) } finally { t("body") } } return "end"`,
  "for await that breaks": `for await (const x of inner()) { t(x); if (x > 1) break; yield x } return "end"`,
  "for-of": `for (const x of sync()) t(yield x); return "end"`,
  "itself, while it runs": `self.it.next("more").then((r) => t("then", r)); yield 1; yield 2; return 3`,
  thenables: `yield { then(r) { t("then"); r(1) } }; return { then(r) { t("then again"); r(2) } }`,
  nothing: ``,
};

/** The bodies that call durable functions, which may return in no time: their ticks are given up (DESIGN 2). */
export const callers: Readonly<Record<string, string>> = {
  calls: `t(yield same(1)); t(yield pass(2)); yield flag ? pass(3) : 4; yield plain(5); return same(6)`,
};

/** What the bodies use. */
const kit = `
const flag = true;
function t(...values) { world.trace(...values) }
async function same(x) { return x }
function plain(x) { return Promise.resolve(x) }
async function* inner() { try { t(yield 1); yield 2; return "inner" } catch (e) { t("inner caught"); yield e; return "after" } finally { t("inner finally"); await 0 } }
function* failing() { try { yield 1; yield reject("x"); yield 3 } finally { t("closed") } }
function* sync() { try { t(yield 1); yield later(2); return "sync" } catch (e) { t("sync caught"); yield e; return "after" } finally { t("sync finally") } }
class Bare { n = 0; [Symbol.asyncIterator]() { return this } next(v) { t("next", v); return { value: this.n++, done: this.n > 3 } } }
class Full extends Bare { throw(e) { t("throw", e); return { value: "thrown", done: e === "b" } } return(v) { t("return", v); return { value: v, done: v !== "a" } } }
class FullSync { n = 0; [Symbol.iterator]() { return this } next(v) { t("next", v); return { value: later(this.n++), done: this.n > 3 } } throw(e) { t("throw", e); return { value: later("thrown"), done: e === "b" } } return(v) { t("return", v); return { value: v, done: v !== "a" } } }
function bare() { return new Bare() }
function full() { return new Full() }
function fullSync() { return new FullSync() }
`;

/** Promises as the bodies get them: of the language, or (in durable code, where they are to be stored) tasks. */
const promises = {
  plain: `function later(x) { return Promise.resolve(x) }\nfunction reject(x) { return Promise.reject(x) }\nfunction pass(x) { return Promise.resolve(0).then(() => x) }`,
  tasks: `async function later(x) { return x }\nasync function reject(x) { throw x }\nasync function pass(x) { await 0; return x }`,
};

/** A module with the generator, to be driven by the test. */
export function foreignModule(body: string): string {
  return `${kit}${promises.plain}\nfunction main() { const self = {}; return (self.it = subject(self)) }\nasync function* subject(self) {\n${body}\n}`;
}

/** A module whose durable `main` does to the generator what a script says; tasks hear of the outcomes. */
export function durableModule(body: string, script: readonly Step[]): string {
  return `${kit}${promises.tasks}
async function hear(request, id) { try { settled(id, "ok", await request) } catch (e) { settled(id, "no", e) } }
function settled(...values) { world.settled(...values) }
async function main() {
  const self = { it: undefined };
  const it = (self.it = subject(self));
  const heard = [];
  for (const [method, value] of ${JSON.stringify(script)}) {
    if (method === "pause") for (let i = 0; i < value; i++) await 0;
    else heard.push(hear(it[method](value === "P" && method === "return" ? later("p") : value), heard.length));
  }
  await Promise.all(heard);
  for (let i = 0; i < 9; i++) await 0; // for what the generator asks of itself
}
async function* subject(self) {\n${body}\n}`;
}

/** A request with its value ("P": of return a promise, which it awaits), or a pause of so many ticks. */
export type Step = readonly [method: "next" | "throw" | "return" | "pause", value: unknown];

export const scripts: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc.constantFrom("next" as const, "next" as const, "throw" as const, "return" as const),
        fc.constantFrom("a", "b", 1, "go", "P"),
      ),
    },
    { weight: 2, arbitrary: fc.tuple(fc.constant("pause" as const), fc.integer({ min: 1, max: 7 })) },
  ),
  { minLength: 1, maxLength: 9 },
);
