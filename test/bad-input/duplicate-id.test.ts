// Two functions under one id: in one module refused at compile time, in two modules before a run of the wrong one is stored.
import { compile, type Diagnostic } from "@coldframe/compiler";
import { beforeEach, expect, test } from "vitest";
import { registry } from "../../runtime/src/registry.ts";
import { load, makePlace } from "../engine/kit.ts";
import { forgetCode } from "../upgrades/kit.ts";
import { expectCoded, expectText, failureOf, textOf } from "./kit.ts";

beforeEach(forgetCode);

test("in one module: an error at the second, which names the place of the first", () => {
  const source = `/** @durable id=pay */
export async function payByCard() {}
/** @durable id=pay */
export async function payByBank() {}
`;
  const { code, diagnostics } = compile(source, { filename: "src/orders.ts" });
  expect(code).toBe(source);
  expect(diagnostics).toMatchObject([{ code: "CF1001", severity: "error", line: 4 }]);
  const what = "Two durable functions have the id pay";
  const parts = { what, where: "src/orders.ts:4:8", why: "The other one is at 2:8", fix: "id=another-name" };
  expectText(textOf(diagnostics[0] as Diagnostic, "src/orders.ts"), "CF1001", parts);
});

const version = (result: number) => `export async function pay() { "use durable"; return ${result}; }`;
type Program = { pay(): Promise<number> };

test("in two modules that claim one id: a run of the one that is not registered is refused", async () => {
  const first = await load<Program>(version(1), "shop/orders");
  const second = await load<Program>(version(2), "shop/orders"); // another copy of the package, of another version
  const { engine } = await (await makePlace("memory")).open();
  const error = await failureOf(() => engine.start(first.pay, [], { id: "a" }));
  const why = "Two packages, or two builds of the same module";
  const fix = "Load the module from one place only";
  expectCoded(error, "CF2303", { what: "Two different functions are registered as shop/orders#pay", why, fix });
  expect(await engine.get("a")).toBeUndefined();
  expect(await (await engine.start(second.pay, [], { id: "a" })).result()).toBe(2);
});

test("two copies of the same code are no conflict", async () => {
  const first = await load<Program>(version(1), "shop/orders");
  await load<Program>(version(1), "shop/orders");
  const { engine } = await (await makePlace("memory")).open();
  expect(await (await engine.start(first.pay, [])).result()).toBe(1);
});

test("a module that claims a function of another one is refused when it loads", async () => {
  await load<Program>(version(1), "shop/orders");
  const meta = registry().functions.get("shop/orders#pay");
  const thief = { id: "shop/other", abi: 1, compiler: "", f: [{ ...meta, id: "shop/orders#pay" } as never] };
  const what = "Two different functions are registered as shop/orders#pay";
  expectCoded(await failureOf(() => registry().addModule(thief)), "CF2303", { what });
  expect(registry().functions.get("shop/orders#pay")).toBe(meta);
});
