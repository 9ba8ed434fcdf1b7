// Which code answers to which id: a module that is loaded again, and functions that say what they were called before.
import { beforeEach, expect, test } from "vitest";
import { registry } from "../../runtime/src/registry.ts";
import { expectCoded, failureOf } from "../bad-input/kit.ts";
import { load } from "../engine/kit.ts";
import { forgetCode } from "./kit.ts";

beforeEach(forgetCode);

const durable = (name: string, mark = "") =>
  `/** @durable ${mark} */ export async function ${name}() { await null; }\n`;
const ids = () => [...registry().functions.keys()];

test("a module that is loaded again has lost what its text lost", async () => {
  await load(durable("pay") + durable("ship"), "shop/orders");
  expect(ids()).toEqual(["shop/orders#pay", "shop/orders#ship"]);
  await load(durable("ship"), "shop/orders");
  expect(ids()).toEqual(["shop/orders#ship"]);
  expect(registry().resolve("shop/orders#pay")).toBeUndefined();
});

test("a function is found under former ids of this and of other modules", async () => {
  const mark = "renamedFrom=charge,old-shop/billing#charge";
  const { pay } = await load<{ pay(): Promise<void> }>(durable("pay", mark), "shop/orders");
  for (const id of ["shop/orders#pay", "shop/orders#charge", "old-shop/billing#charge"]) {
    expect(registry().resolve(id)).toBe(pay);
  }
  expect(registry().refOf(pay)).toBe("shop/orders#pay"); // what is stored from now on
});

test("a former id that another function still has is a conflict, whichever loads first", async () => {
  const what = "Two different functions are registered as shop/billing#pay";
  const heir = () => load(durable("pay", "renamedFrom=shop/billing#pay"), "shop/orders");
  const owner = () => load(durable("pay"), "shop/billing");
  for (const [first, second] of [
    [heir, owner],
    [owner, heir],
  ] as const) {
    forgetCode();
    await first();
    expectCoded(await failureOf(second), "CF2303", { what });
  }
});
