// Methods in TypeScript's own forms do the same as tsc makes them by itself, with either kind of decorators.
import "@coldframe/runtime/abi/v1";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { compile } from "../../compiler/src/index.ts";

/** The log of a program that calls `log`, as tsc makes it, from the text or from what the compiler makes of that. */
async function run(text: string, experimentalDecorators: boolean, target: ts.ScriptTarget): Promise<string[]> {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { module: ts.ModuleKind.None, target, experimentalDecorators, useDefineForClassFields: true },
  });
  const lines: string[] = [];
  const log = (...values: unknown[]) => void lines.push(values.map(String).join(" "));
  const main = new Function("log", `"use strict";${outputText}\nreturn main;`)(log) as () => Promise<void>;
  await main();
  return lines;
}

const body = `
const calls = [];
function noted(name) {
  log("noted", name);
  return (...parts) => { const value = parts[2]?.value ?? parts[0]; log("applied", name, typeof value, value.name, value.length); };
}
function wrapped(...parts) {
  const value = parts[2]?.value ?? parts[0];
  const made = async function (...args) { return "wrapped " + (await value.apply(this, args)); };
  if (typeof parts[2] === "object" && "value" in parts[2]) return { ...parts[2], value: made };
  return made;
}
abstract class Base<T> {
  protected abstract name(): string;
  constructor(protected readonly count: number, private scale = 2) {}
  async load(id: string): Promise<T>;
  async load(id: number): Promise<T>;
  /** @durable */
  public async load(this: Base<T>, id: any, factor?: number, rest = 1): Promise<T> {
    return [await id, this.count * this.scale, factor, rest, this.name()].join() as T;
  }
}
class Order extends Base<string> {
  declare other: string;
  static #made = 0;
  protected override name() { return "order"; }
  /** @durable */
  override async load<K>(id: any, options?: K): Promise<string> {
    Order.#made++;
    return \`\${await super.load(id, Order.#made)} \${options!}\`;
  }
  @noted("a") @durable @noted("b") async decorated(x: number, y = 2) { return x + (await y); }
  @wrapped @durable static async wrappedOne(x: number): Promise<number> { return x + (await 1); }
  @durable async marked() { return await this.decorated(5); }
}
class Vault {
  #codes: number[] = [calls.length, 1];
  #name = (x: number) => x;
  open = calls.push(1);
  constructor(private readonly key: string, public other?: number) { log("made", this.key, this.#codes, this.#name.name); }
  @durable async use(n: number) { this.#codes.push(await n); return [this.key, this.other, ...this.#codes]; }
}
async function main() {
  "use durable";
  const order = new Order(3);
  log(await order.load("x"), await order.load(7, "o"));
  log(await order.decorated(1), await order.marked(), await Order.wrappedOne(4));
  const vault = new Vault("k");
  log(await vault.use(5), Object.keys(vault));
  log(order.load.length, order.load.name, order.decorated.length, Object.keys(order), Order.prototype.load.length, Base.prototype.load.length);
}
`;

describe.each([
  ["decorators of the standard", false],
  ["decorators of old", true],
])("%s", (_, isOld) => {
  test.each([
    ["ES2022", ts.ScriptTarget.ES2022],
    ["ES2017", ts.ScriptTarget.ES2017],
  ])("%s", async (_, target) => {
    const native = await run(body.replace(/@durable (?=async|static|@)/g, ""), isOld, target);
    const options = { filename: "a.ts", abi: "global" } as const;
    const { code, diagnostics } = compile(body, options);
    expect(diagnostics).toEqual([]);
    expect(await run(code, isOld, target)).toEqual(native);
    expect(native.length).toBe(9);
  });
});
