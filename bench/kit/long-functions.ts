/**
 * Owns: programs whose one function (or whose file) grows with `n`, one per source of growth, to compile.
 * Does not own: what they are measured by (bench/compile.ts, test/compiler/size.test.ts).
 * I1 Every line of a program is as long at n = 50 as at n = 2,000, numbers aside: numbers are written with five digits.
 */

const number = (i: number) => String(10_000 + i);
const lines = (n: number, line: (i: string, index: number) => string) =>
  Array.from({ length: n }, (_, index) => line(number(index), index)).join("\n");

const durable = (body: string, params = "i, o", keyword = "async function") =>
  `export ${keyword} f(${params}) {\n"use durable";\n${body}\n}\n`;
const many = (line: (i: string, index: number) => string) => (n: number) => durable(lines(n, line));
const nested = (n: number, open: (i: string) => string, close: string) => `${lines(n, open)}\n${close.repeat(n)}`;

/** Source text by size. */
export const longFunctions: { readonly [name: string]: (n: number) => string } = {
  "awaits with temporaries": many((i) => `log(x(), await g(${i}));`),
  "constants alive to the end": (n) =>
    durable(`${lines(n, (i) => `const v${i} = await g(${i});`)}\nlog(${lines(n, (i) => `v${i},`)});`),
  "a constant per await": many((i) => `const v${i} = await g(${i}); log(v${i});`),
  "constants of plain calls": (n) =>
    durable(`${lines(n, (i) => `const v${i} = h(${i});`)}\nawait g();\nlog(${lines(n, (i) => `v${i},`)});`),
  closures: (n) => durable(`${lines(n, (i) => `const c${i} = () => i + ${i}; await g(c${i});`)}`),
  cells: (n) =>
    durable(
      `${lines(n, (i) => `let c${i} = await g(); const d${i} = () => c${i}++;`)}\nlog(${lines(n, (i) => `d${i},`)});`,
    ),
  "async closures": many((i) => `const c${i} = async () => g(i, ${i}); await c${i}();`),
  blocks: many((i) => `{ const a = await g(${i}); let b = a; await h(b); }`),
  conditions: many((i) => `if (await g(${i})) log(o); else await h(i);`),
  "try and catch": many((i) => `try { await g(${i}); } catch (e) { await h(e); }`),
  "try and finally": many((i) => `try { await g(${i}); } finally { await h(i); }`),
  loops: many((i) => `for (let j = 0; j < i; j++) { await g(j, ${i}); }`),
  "for of": many((i) => `for (const j of o) { await g(j, ${i}); }`),
  "for await": many((i) => `for await (const j of o) { log(j, ${i}); }`),
  labels: many((i) => `a${i}: for (;;) { for (;;) { if (await g(${i})) break a${i}; else continue a${i}; } }`),
  "one long loop": (n) => durable(`for (const j of o) {\n${lines(n, (i) => `log(x(), await g(j, ${i}));`)}\n}`),
  "one long try": (n) =>
    durable(`try {\n${lines(n, (i) => `await g(${i});`)}\n} catch (e) { log(e); } finally { await h(); }`),
  switch: (n) => durable(`switch (await g()) {\n${lines(n, (i) => `case ${i}: await h(${i}); break;`)}\n}`),
  "switch over values": (n) => durable(`switch (i) {\n${lines(n, (i) => `case o.k${i}: await h(${i}); break;`)}\n}`),
  parameters: (n) =>
    durable(
      `await g();\nlog(${lines(n, (i) => `p${i},`)});`,
      lines(n, (i) => `p${i},`),
    ),
  "parameters with defaults": (n) =>
    durable(
      `await g();\nlog(${lines(n, (i) => `p${i},`)});`,
      lines(n, (i) => `p${i} = ${i},`),
    ),
  yields: (n) =>
    durable(
      lines(n, (i) => `log(x(), yield g(${i}));`),
      "i, o",
      "function*",
    ),
  "yields of an async generator": (n) =>
    durable(
      lines(n, (i) => `log(await h(), yield g(${i}));`),
      "i, o",
      "async function*",
    ),
  functions: (n) => lines(n, (i) => `export async function f${i}(i) { "use durable"; log(x(), await g(${i})); }`),
  methods: (n) =>
    `export class A {\n${lines(n, (i) => `/** @durable */ async m${i}(i) { log(x(), await this.g(${i})); }`)}\n}\n`,
  "calls of each other": (n) =>
    lines(
      n,
      (i, at) => `export async function f${i}(i) { "use durable"; return (await f${number((at + 1) % n)}(i)) + 1; }`,
    ),
  "a long list": (n) => durable(`return [\n${lines(n, (i) => `await g(${i}),`)}];`),
  "a long object": (n) => durable(`return {\n${lines(n, (i) => `k${i}: await g(${i}),`)}};`),
  "many arguments": (n) => durable(`return g(\n${lines(n, (i) => `h(${i}), await g(${i}),`)});`),
  "a long choice": (n) => durable(`return (\n${lines(n, (i) => `(await g(${i})) ||`)} i);`),
  "a long template": (n) => durable(`return \`\n${lines(n, (i) => `\${await g(${i})}`)}\`;`),
  destructuring: many((i) => `const { a${i}, b: [c${i} = await g(${i})] } = await h(); log(a${i}, c${i});`),
  "one long pattern": (n) => durable(`const {\n${lines(n, (i) => `k${i} = await g(${i}),`)}} = o; log(k10000);`),
  assignments: many((i) => `o.k${i} += await g(${i});`),
  using: many((i) => `{ using a = await g(${i}); log(a); }`),
  "await using": many((i) => `{ await using a = await g(${i}); log(a); }`),
  "plain statements": (n) => durable(`await g();\n${lines(n, (i) => `log(i, ${i});`)}`),
  "one variable": (n) => durable(`let v = 0;\n${lines(n, (i) => `v += await g(v, ${i});`)}\nreturn v;`),
  classes: many((i) => `class C${i} { m() { return ${i}; } } await g(new C${i}());`),
  combinators: many((i) => `const [a${i}, b${i}] = await Promise.all([g(${i}), h(o)]); log(a${i}, b${i});`),
};

/** The same of shapes that are as deep as long, in which each step stands in the next. */
export const deepFunctions: { readonly [name: string]: (n: number) => string } = {
  "a long chain": (n) => durable(`return o\n${lines(n, (i) => `.m${i}(await g(${i}))`)};`),
  "a long sum": (n) => durable(`return i\n${lines(n, (i) => `+ await g(${i})`)};`),
  "a long else-if": (n) => durable(`${lines(n, (i) => `if (i === ${i}) return (await g(${i})).x;\nelse`)} return o;`),
  "a long plain sum": (n) => durable(`await g();\nreturn i\n${lines(n, (i) => `+ o.k${i}`)};`),
  "deep blocks": (n) => durable(nested(n, (i) => `{ const v${i} = await g(${i}); log(v${i});`, "}")),
  "deep conditions": (n) => durable(nested(n, (i) => `if (await g(${i})) {`, "}")),
  "deep loops": (n) => durable(nested(n, (i) => `for (const v${i} of await g(${i})) {`, "}")),
  "deep try": (n) => durable(nested(n, (i) => `try { await g(${i});`, "} finally { await h(); }")),
  "deep closures": (n) => durable(nested(n, (i) => `const v${i} = async () => { await g(${i});`, "};")),
  "deep calls": (n) => durable(`return ${lines(n, () => "g(await")} i${")".repeat(n)};`),
};
