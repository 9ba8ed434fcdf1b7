// Generators: every step of the protocol at every point; what they hand out and take in; delegation.
import { describe, expect, test } from "vitest";
import { observe, type Step } from "./harness.ts";

/** Bodies of `function* main(a, b)`. */
const bodies: Record<string, string> = {
  values: `const x = yield 1; t(x); yield x; return yield`,
  "try and finally": `try { t(yield 1); yield 2 } catch (e) { t("caught"); t(yield e) } finally { t("finally"); t(yield 3); t("end") } return 4`,
  "finally that returns": `try { yield 1 } finally { return 2 }`,
  "finally that throws": `try { yield 1 } finally { raise("finally") }`,
  "nested finally": `try { try { yield 1 } finally { t("inner"); yield 2 } } finally { t("outer"); yield 3 } yield 4`,
  "catch that yields": `for (let i = 0; i < 3; i++) { try { yield i } catch (e) { t("c"); if ((yield e) === "go") continue; break } } return "end"`,
  "in for-of": `for (const x of iter("I", [1, 2])) { try { t(yield x) } finally { t("f") } } return "end"`,
  delegation: `t(yield* iter("I", [1, 2])); try { t(yield* [3, 4]) } catch (e) { t("outer caught"); yield e } return 5`,
  "delegation to what has all methods": `const inner = { [Symbol.iterator]() { return this }, n: 0, next(v) { t("next"); t(v); return { value: this.n++, done: this.n > 3 } }, throw(e) { t("throw"); t(e); return { value: "thrown", done: e === "end" } }, return(v) { t("return"); t(v); return { value: v, done: v !== "more" } } }; t(yield* inner); return "end"`,
  "delegation to ours": `function* g() { try { t(yield 1); yield 2; return "inner" } catch (e) { t("inner caught"); yield e; return "after" } finally { t("inner finally") } } t(yield* g()); return "end"`,
  "delegation that fails, and what follows": `try { yield* (function* () { yield 1; throw "inner" })() } catch (e) { t(e) } finally { t("finally") } t("after"); yield 2; return 3`,
  "results that are handed out": `yield* { [Symbol.iterator]: () => ({ next: () => Object.freeze({ done: false, value: 1, extra: 2 }) }) }`,
  "what is no iterable": `try { yield* 5 } catch (e) { t(e.name) } try { yield* { [Symbol.iterator]: () => 5 } } catch (e) { t(e.name) } try { yield* { [Symbol.iterator]: () => ({ next: () => 5 }) } } catch (e) { t(e.name) } yield 1`,
  loops: `let n = 0; while (n < 5) { const got = yield n++; if (got === "go") n += 2; if (n === 4) break } for (const k in { p: 1 }) yield k; do { yield n } while (n-- > 3); return n`,
  closures: `const fs = []; for (let i = 0; i < 2; i++) { fs.push(() => i++); yield fs.map((f) => f()) } return fs.map((f) => f())`,
  "this and arguments": `yield this.name; yield arguments.length; return (() => [this.name, arguments[0]])()`,
};

const sequences: readonly Step[][] = [
  [["next"], ["next", "x"], ["next", "y"], ["next", "z"], ["next"], ["next"], ["next"], ["next"]],
  [["return", "early"], ["next"], ["throw", "late"]],
  [["throw", "early"], ["next"], ["return", 1]],
  [["next"], ["throw", "T"], ["next", "go"], ["next", "n"], ["next"], ["next"]],
  [["next"], ["next", "x"], ["throw", "T"], ["next"], ["throw", "U"], ["next"], ["next"]],
  [["next"], ["return", "R"], ["next", "x"], ["next"], ["return", "S"], ["next"]],
  [["next"], ["next", "x"], ["return", "R"], ["next"], ["next"], ["next"]],
  [["next"], ["return", "more"], ["return", "R"], ["next"]],
  [["next"], ["throw", "T"], ["return", "R"], ["next"], ["throw", "end"], ["next"]],
  [["next"], ["return", "R"], ["throw", "T"], ["next"], ["next"]],
];

describe.each(Object.entries(bodies))("%s", (_, body) => {
  const source = `function* main(a, b) {\n${body}\n}`;
  test.each(sequences.map((steps) => [steps.map((step) => step.join(" ")).join(", "), steps] as const))(
    "%s",
    async (_, steps) => {
      const options = { args: [1, "b"], steps };
      const native = await observe(source, "native", options);
      expect(await observe(source, "volatile", options)).toEqual(native);
      expect(await observe(source, "cut", options)).toEqual(native);
    },
  );
});

test("objects of generators", async () => {
  const source = `function* g(x = raise("parameters")) { yield 1 } async function main() {
    try { g() } catch (e) { t(e.message) }
    const it = g(1); t(Object.keys(it)); t(Object.prototype.toString.call(it)); t(it[Symbol.iterator]() === it);
    t(it instanceof g); t(Object.getPrototypeOf(it) === g.prototype); g.prototype = null; t(typeof g(1).next);
    t(g.name); t(g.length); try { new g(1) } catch (e) { t(e.name) }
    const self = (function* () { try { self.next() } catch (e) { t(e.name) } yield 1 })(); t([...self]);
    return [...g(1)] }`;
  const native = await observe(source, "native");
  expect(await observe(source, "volatile")).toEqual(native);
  expect(await observe(source, "cut")).toEqual(native);
});
