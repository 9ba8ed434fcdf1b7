// What the documents in docs/errors say to do, done: what was refused is compiled and runs as a run to its end.
import { compile } from "@coldframe/compiler";
import { expect, test } from "vitest";
import { load, makePlace } from "../engine/kit.ts";
import { failureOf } from "./kit.ts";

const head = `import { step, sleep, stepContext } from "@coldframe/runtime";\n`;

/** `main` of each text is started as a run; what follows the advice gives true. */
const rows: readonly (readonly [code: string, refused: string, ...followed: string[]])[] = [
  [
    "CF1003",
    `export function main() { "use durable"; return true; }`,
    `export async function main() { "use durable"; return true; }`,
  ],
  [
    "CF1104",
    `export async function main() { "use durable"; return eval("true"); }`,
    `export async function main() { "use durable"; return globalThis.eval("true"); }`,
    `function read(code) { return eval(code); }
     export async function main() { "use durable"; return read("true"); }`,
  ],
  [
    "CF1201",
    `function make(x) { return async () => { "use durable"; return x; }; }
     const made = make(true);
     export async function main() { "use durable"; return await made(); }`,
    `async function make(x) { "use durable"; return async () => { "use durable"; return x; }; }
     export async function main() { "use durable"; const made = await make(true); return await made(); }`,
    `async function made(x) { "use durable"; return x; }
     export async function main() { "use durable"; return await made(true); }`,
  ],
  [
    "CF2306",
    `export const main = step(async () => true);`,
    `const work = step(async () => true);
     export async function main() { "use durable"; return await work(); }`,
  ],
  [
    "CF2311",
    `class Order { paid = true; async pay() { "use durable"; return this.paid; } }
     export const main = Order.prototype.pay;`,
    `class Order { paid = true; async pay() { "use durable"; return this.paid; } }
     export async function main() { "use durable"; const order = new Order(); return order.pay(); }`,
  ],
  [
    "CF2311",
    `class Order { static paid = true; static async pay() { "use durable"; return this.paid; } }
     export const main = Order.pay;`,
    `class Order { static paid = true; static async pay() { "use durable"; return Order.paid; } }
     export const main = Order.pay;`,
  ],
  [
    "CF2401",
    `export async function main() { "use durable"; const work = w.makeStep(); return await work(); }`,
    `const work = step(async () => true);
     export async function main() { "use durable"; return await work(); }`,
    `const made = w.makeStep({ name: "followed/work" });
     export async function main() { "use durable"; return await made(); }`,
  ],
  [
    "CF2406",
    `export async function main() { "use durable"; await sleep("soon"); return true; }`,
    `export async function main() { "use durable"; await sleep(0); return true; }`,
  ],
  [
    "CF2407",
    `export async function main() { "use durable"; return stepContext().attempt === 1; }`,
    `const work = step(async () => stepContext().attempt === 1);
     export async function main() { "use durable"; return await work(); }`,
  ],
  [
    "CF2410",
    `export const main = await (async () => { "use durable"; const x = true; return async () => { "use durable"; return x; }; })();`,
    `export async function main(x = true) { "use durable"; return x; }`,
  ],
];

let count = 0;

async function run(text: string): Promise<unknown> {
  const { diagnostics } = compile(head + text, { filename: "f.ts", sourceType: "module" });
  const [refused] = diagnostics;
  if (refused !== undefined) throw refused;
  const { main } = await load<{ main(): Promise<unknown> }>(head + text, `followed/${count++}`);
  const { engine } = await (await makePlace("memory")).open();
  return await (await engine.start(main, [])).result();
}

test.each(rows)("%s", async (code, refused, ...followed) => {
  const { step } = await import("@coldframe/runtime");
  (globalThis as unknown as { w: unknown }).w = {
    makeStep: (options?: { name: string }) => step(async () => true, options),
  };
  expect(await failureOf(() => run(refused))).toMatchObject({ code });
  for (const text of followed) expect(await run(text), text).toBe(true);
});
