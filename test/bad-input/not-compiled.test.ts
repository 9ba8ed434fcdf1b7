// A function that was never compiled: the message asks for the usual reasons before anything is started.
import { coroutine, snapshot } from "@coldframe/runtime";
import { expect, test } from "vitest";
import { load, makePlace } from "../engine/kit.ts";
import { expectCoded, failureOf } from "./kit.ts";

async function fulfil(order: number): Promise<number> {
  "use durable"; // which nobody has compiled
  return order;
}

const parts = { what: "fulfil was never compiled by Coldframe", why: "manifest", mend: "Built with `tsc`? Use `tspc`" };

test("coroutine() asks about tsc, tspc and TypeScript 7", async () => {
  const error = await failureOf(() => coroutine(fulfil, 1));
  expectCoded(error, "CF2301", parts);
  expectCoded(error, "CF2301", { ...parts, mend: "TypeScript 6" });
  expectCoded(error, "CF2301", { ...parts, mend: "TypeScript 7 ignores plugins" });
  expect((error as Error).stack).toContain("not-compiled.test.ts"); // who called it
});

test("engine.start() does, and nothing is stored", async () => {
  const { engine } = await (await makePlace("memory")).open();
  const error = await failureOf(() => engine.start(fulfil, [1], { id: "a" }));
  expectCoded(error, "CF2301", { ...parts, mend: "TypeScript 7 ignores plugins" });
  expect((error as Error).stack).toContain("not-compiled.test.ts");
  expect(await engine.get("a")).toBeUndefined();
});

test.each([undefined, null, 7, {}])("%s instead of a function", async (fn) => {
  const { engine } = await (await makePlace("memory")).open();
  const what = "was never compiled";
  expectCoded(await failureOf(() => coroutine(fn as never)), "CF2301", { what });
  expectCoded(await failureOf(() => engine.start(fn as never, [] as never)), "CF2301", { what });
});

test("a generator of a function that was never compiled is no coroutine", async () => {
  function* count() {
    yield 1;
  }
  expectCoded(await failureOf(() => snapshot(count())), "CF2301", { what: "The generator was never compiled" });
});

test("a wrapper around a compiled function is not that function", async () => {
  const { main } = await load<{ main(): Promise<number> }>(`export async function main() { "use durable"; return 1; }`);
  const { engine } = await (await makePlace("memory")).open();
  const wrapped = async () => main();
  expectCoded(await failureOf(() => engine.start(wrapped, [])), "CF2301", { what: "wrapped was never compiled" });
  expect(await (await engine.start(main, [])).result()).toBe(1);
});
