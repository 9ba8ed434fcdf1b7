// Calls of durable code are bounded by memory, not by the stack; and what compiled code says of itself.
import { expect, test } from "vitest";
import { lowerText, observe } from "./harness.ts";

const programs = {
  "calls that do not suspend": `async function main() { return await down(30000) } async function down(n) { return n === 0 ? 0 : 1 + (await down(n - 1)) }`,
  "calls that suspend at the bottom": `async function main() { return await down(20000) } async function down(n) { if (n === 0) return later("bottom", 0); return 1 + (await down(n - 1)) }`,
  "returned calls": `async function main() { return await down(20000) } async function down(n) { return n ? down(n - 1) : "end" }`,
  "through closures": `async function main() { const down = async (n) => (n ? 1 + (await down(n - 1)) : 0); return await down(20000) }`,
  "with many locals": `async function main() { return await down(5000) } async function down(n) { ${Array.from({ length: 200 }, (_, i) => `let v${i} = n + ${i};`).join(" ")} return n ? (await down(n - 1)) + v0 - v199 + 199 : v0 }`,
  "an error from the bottom": `async function main() { try { await down(20000) } catch (e) { return e.message } } async function down(n) { if (n === 0) throw new Error("bottom"); try { return await down(n - 1) } finally { n } }`,
};

test.each(Object.entries(programs))("%s", async (_, source) => {
  const trace = await observe(source, "volatile");
  // Natively these overflow; what they give is known.
  expect(trace.at(-1)).toMatch(/^returned (?:30000|20000|0|"end"|"bottom"|5000)$/);
  expect(await observe(source, "cut")).toEqual(trace);
});

test("the run function charges what it takes", () => {
  const cost = (locals: number) => {
    const lets = Array.from({ length: locals }, (_, i) => `let v${i} = await f(${i});`).join(" ");
    const code = lowerText(`async function f(x) { return x } async function main() { ${lets} }`);
    return Number(/\$h \+ (\d+)/.exec(code)?.[1]);
  };
  expect(cost(1)).toBeGreaterThan(100);
  expect(cost(50) - cost(1)).toBeGreaterThanOrEqual(49 * 8);
});

test("frames are typed by the kinds of initializers", () => {
  const code = lowerText(
    `async function main(n) { let s = 0, u = "", w = true, x, y = s + 1, z = y > 1; for (let i = 0; i < n; i++) { await i; s += i } return [s, u, w, x, y, z] }`,
  );
  const made = code.slice(code.indexOf("function main$F"), code.indexOf("}", code.indexOf("function main$F")));
  expect(made.match(/this\.\w+ = [^;]+/g)?.map((line) => line.slice(5))).toEqual([
    "n = void 0",
    "s = 0",
    'u = ""',
    "w = false",
    "x = void 0",
    "y = 0",
    "z = false",
    "i = 0",
  ]);
});

test("statements without points stay native", () => {
  const code = lowerText(
    `async function main(xs) { let s = 0; for (const x of xs) { try { s += x } finally { s++ } } await s; while (s-- > 0) if (s === 3) break; return s }`,
  );
  expect(code).toContain("for (const x of xs)");
  expect(code).toContain("finally");
  expect(code).toMatch(/while \(s-- > 0\)/);
});

test("calls of the module's own functions are static, others are not", () => {
  const code = lowerText(
    `async function f() { return 1 } async function g() { return 2 } g = f; async function main(h) { await f(); await g(); await h(); { const f = h; await f() } const k = async () => { await f() }; return k }`,
  );
  expect(code.match(/f\$_\w+\(null, void 0\)/g)).toHaveLength(2);
});
