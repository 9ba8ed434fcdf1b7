// Which points and closures are shown to be quiet (lower/quiet.ts): from there code can only sleep, compute on its own, and settle.
import { expect, test } from "vitest";
import { compile } from "../../compiler/src/index.ts";

const head = `
import { sleep, sleep as nap, step } from "@coldframe/runtime";
import * as cf from "@coldframe/runtime";
import { sleep as other } from "./elsewhere";
class TimeoutError extends Error { constructor(ms) { super(\`after \${ms}\`); this.name = "TimeoutError"; } }
class Deeper extends TimeoutError { code = "late"; toString() { return "x"; } }
class Loud extends Error { constructor(ms) { super(log(ms)); } }
class Trap extends Error { name = 1; set name(v) { log(v); } }
class Foreign extends Base {}
const quick = step(async (i) => i);
`;

function functionsOf(source: string) {
  const { manifest, diagnostics } = compile(head + source, { filename: "p.ts", moduleId: "p" });
  if (manifest === null) throw new Error(JSON.stringify(diagnostics));
  return manifest.functions;
}

/** Of a function with these parameters and this body: `quiet` of its first point. */
function first(params: string, body: string): number | undefined {
  const found = functionsOf(`export async function f(${params}) { "use durable"; ${body} }`).find(
    ({ id }) => id === "f",
  );
  return found?.points?.[1]?.quiet;
}

test.each<[params: string, body: string, quiet: 1 | 2]>([
  ["", `await sleep("6s");`, 1],
  ["", `await sleep("6s"); return -1;`, 1],
  ["", `await nap(1); await cf.sleep(2); await null;`, 1],
  ["v", `await sleep(1); return v;`, 1],
  ["", `const v = await sleep(1); return v;`, 1],
  ["", `return await sleep(1);`, 1],
  ["", `try { await sleep(1); } catch (e) { throw e; }`, 1],
  ["", `await sleep(1); return { late: true, list: [1, "a"] };`, 1],
  ["o", `await sleep(1); if (o === null || !o) return typeof o; else return void 0;`, 1],
  ["", `for (;;) await sleep("1d");`, 1],
  ["", `await sleep(1); throw new Error("late");`, 1],
  ["ms", `await sleep(ms); throw new Error("late " + ms);`, 2],
  ["ms", `await sleep(1); throw new TimeoutError(ms);`, 2],
  ["ms", `await sleep(1); throw new Deeper(\`after \${ms}\`);`, 2],
  ["", `let n = 0; while (n < 3) { await sleep(1); n += 1; }`, 2],
  ["ms", `await sleep(1); let x = ms; return x;`, 1],
])("quiet: (%s) %s", (params, body, quiet) => expect(first(params, body)).toBe(quiet));

test.each<[params: string, body: string]>([
  ["", `await sleep(1); log();`],
  ["", `await sleep(1); await quick(1);`],
  ["", `await sleep(1); return quick(1);`],
  ["", `await sleep(1); await other(1);`],
  ["", `const sleep = (x) => log(x); await sleep(1); await sleep(1);`],
  ["sleep", `await sleep(1); await sleep(1);`],
  ["o", `await sleep(1); return o.x;`],
  ["o", `await sleep(1); o.x = 1;`],
  ["o", `await sleep(1); const { x } = o;`],
  ["o", `await sleep(1); const [x] = o;`],
  ["o", `await sleep(1); for (const x of o) {}`],
  ["o", `await sleep(1); return x in o;`],
  ["o", `await sleep(1); return { ...o };`],
  ["o", `await sleep(1); return o\`x\`;`],
  ["o", `await sleep(1); delete o.x;`],
  ["o", `for (const x of [1]) await sleep(1);`],
  ["", `let n = 0; const g = () => n; void g; await sleep(1); n = 5;`],
  ["", `await sleep(1); const g = () => 1; return g;`],
  ["", `await sleep(1); globalThis.x = 1;`],
  ["", `await sleep(1); shared = 1;`],
  ["", `await sleep(1); return shared;`],
  ["", `try { await sleep(1); } finally { log(); }`],
  ["", `try { await sleep(1); } catch (e) { return e; }`],
  ["", `try { await sleep(1); } catch (e) { throw new Error("x" + e); }`],
  ["", `const v = await sleep(1); return \`\${v}\`;`],
  ["", `await using d = res(); await sleep(1);`],
  ["ms", `await sleep(1); throw new Loud(ms);`],
  ["", `await sleep(1); throw new Trap();`],
  ["", `await sleep(1); throw new Foreign();`],
  ["", `class Error {} await sleep(1); throw new Error("own");`],
  ["", `await sleep(1); return import("x");`],
  ["", `await sleep(1); return { then: 1 };`],
  ["", `await sleep(1); return new Promise(() => {});`],
])("not quiet: (%s) %s", (params, body) => expect(first(params, body)).toBeUndefined());

test.each<[callback: string, quiet: 1 | 2 | undefined]>([
  ["() => -1", 1],
  [`() => { throw new Error("late"); }`, 1],
  ["() => { throw new TimeoutError(i); }", 2],
  ["() => { if (i) return 1; return 2; }", 1],
  ["(v) => v", undefined],
  ["(v) => 1", 1],
  ["({ v }) => 1", undefined],
  ["() => log(i)", undefined],
  ["() => quick(i)", undefined],
  ["() => i.x", undefined],
  ["() => { i = 2; }", undefined],
  ["function* () {}", undefined],
])("callback %s: %s", (callback, quiet) => {
  const closure = functionsOf(`export async function f(i) { "use durable"; await sleep(1).then(${callback}); }`).at(-1);
  expect(closure?.kind === -1 ? closure.quiet : undefined).toBe(quiet);
});

test("a generator is never quiet; an async function is as a callback, if its whole body is", () => {
  const [generator] = functionsOf(`export function* g() { "use durable"; yield 1; }`);
  expect(generator?.points?.some(({ quiet }) => quiet !== undefined)).toBe(false);
  const [limit] = functionsOf(`export async function limit() { "use durable"; await sleep(1); return -1; }`);
  expect(limit?.points?.map(({ quiet }) => quiet)).toEqual([1, 1]);
  const [late] = functionsOf(`export async function late() { "use durable"; log(); await sleep(1); return -1; }`);
  expect(late?.points?.map(({ quiet }) => quiet)).toEqual([undefined, 1]);
});
