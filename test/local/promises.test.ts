// What user code holds of a call without await is a genuine promise to code that has never heard of durable functions.
import { describe, expect, test } from "vitest";
import { head, programs, sourceOf } from "./promise-programs.ts";
import { runAs, runNative, ways } from "./ways.ts";

describe.each(Object.keys(programs))("%s", (name) => {
  const source = sourceOf(programs[name] as string);
  test.each(Object.keys(ways))("as natively: %s", async (way) => {
    const native = await runNative(source);
    expect(native.log.length).toBeGreaterThan(1);
    expect((await runAs(way, source)).log.join("\n")).toBe(native.log.join("\n"));
  });
});

const unhandled = `
export async function main() { "use durable";
  const foreign = async (p) => { try { await p; } catch (error) { log("foreign", error.message); } };
  work(-1);
  foreign(work(-2));
  const late = work(-3);
  Promise.prototype.then.call(work(-4), () => {});
  await turn(); await turn(); await turn();
  try { await late; } catch (error) { log("late", error.message); }
  await turn();
}`;

test("rejections that nobody handles: natively without a scheduler; none of a task's on an engine", async () => {
  const native = await runNative(head + unhandled);
  expect(native.unhandled).toEqual(["below -1", "below -3", "below -4"]);
  expect(await runAs("volatile", head + unhandled)).toEqual(native);
  const engine = await runAs("engine", head + unhandled);
  expect(engine.log.slice(0, -1)).toEqual(native.log.slice(0, -1));
  expect(engine.log.at(-1)).toBe("threw Error: below -1"); // a run fails with what nobody has handled
  expect(engine.unhandled).toEqual(["below -4"]); // the promise that foreign code has made of it
});
