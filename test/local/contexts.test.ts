// Durable code keeps the context of AsyncLocalStorage at each await, as the same code does natively.
import { AsyncLocalStorage } from "node:async_hooks";
import { coroutine, restore, snapshot } from "@coldframe/runtime";
import { describe, expect, test } from "vitest";
import { load } from "../engine/kit.ts";
import { programs, sourceOf } from "./context-programs.ts";
import { runAs, runNative, ways } from "./ways.ts";

describe.each(Object.keys(programs))("%s", (name) => {
  const source = sourceOf(programs[name] as string);
  test.each(Object.keys(ways))("as natively: %s", async (way) => {
    const native = await runNative(source);
    expect(native.log.length).toBeGreaterThan(3);
    expect((await runAs(way, source)).log.join("\n")).toBe(native.log.join("\n"));
  });
});

test("contexts are no part of a snapshot: what is restored goes on in that of its owner", async () => {
  const als = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  (globalThis as { ctx?: unknown }).ctx = { als, seen };
  const { main } = await load<{ main(): Promise<unknown> }>(`
    const { als, seen } = ctx;
    async function callee() { "use durable"; await 1; seen.push(["callee", als.getStore()]); als.enterWith("callee"); }
    export async function main() { "use durable"; als.enterWith("main"); await callee(); seen.push(["main", als.getStore()]); await 2; }`);
  const co = coroutine(main);
  als.run("before", () => co.next());
  const bytes = snapshot(co);
  await als.run("owner", () => (restore(bytes) as { drive(): Promise<unknown> }).drive());
  expect(seen).toEqual([
    ["callee", "owner"],
    ["main", "owner"],
  ]);
});
