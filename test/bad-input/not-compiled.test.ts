// A function that was never compiled: the message asks for the usual reasons before anything is started.
import { spawnSync } from "node:child_process";
import { type ColdframeError, coroutine, snapshot, step } from "@coldframe/runtime";
import { expect, test } from "vitest";
import { load, makePlace } from "../engine/kit.ts";
import { expectCoded, failureOf } from "./kit.ts";

async function fulfil(order: number): Promise<number> {
  "use durable"; // which nobody has compiled
  return order;
}

const parts = { what: "fulfil was never compiled by Coldframe", why: "manifest", fix: "Built with `tsc`? Use `tspc`" };

test("coroutine() asks about tsc, tspc and TypeScript 7", async () => {
  const error = await failureOf(() => coroutine(fulfil, 1));
  expectCoded(error, "CF2301", parts);
  expectCoded(error, "CF2301", { ...parts, fix: "TypeScript 6" });
  expectCoded(error, "CF2301", { ...parts, fix: "TypeScript 7 ignores plugins" });
  expect((error as Error).stack).toContain("not-compiled.test.ts"); // who called it
});

test("engine.start() does, and nothing is stored", async () => {
  const { engine } = await (await makePlace("memory")).open();
  const error = await failureOf(() => engine.start(fulfil, [1], { id: "a" }));
  expectCoded(error, "CF2301", { ...parts, fix: "TypeScript 7 ignores plugins" });
  expect((error as Error).stack).toContain("not-compiled.test.ts");
  expect(await engine.get("a")).toBeUndefined();
});

test("of all reasons the one that shows comes first", async () => {
  const why = 'The mark `"use durable"` still stands in it, so the compiler never saw its file.';
  expectCoded(await failureOf(() => coroutine(fulfil, 1)), "CF2301", { ...parts, why });
  const unmarked = async () => 1;
  await load(`export async function other() { "use durable"; }`);
  const finding = "Other functions in this process are compiled, so it lacks the mark";
  expectCoded(await failureOf(() => coroutine(unmarked)), "CF2301", { what: "unmarked", why: finding });
});

test("a step or a durable generator: it is said to be one, not to be uncompiled", async () => {
  const { engine } = await (await makePlace("memory")).open();
  const charge = step(async (id: string) => id);
  const what = "charge is a step; a durable async function is needed here";
  const fix = "write a durable function that calls it";
  expectCoded(await failureOf(() => engine.start(charge, ["a"])), "CF2306", { what: "is a step" });
  const named = step(async function charge(id: string) {
    return id;
  });
  expectCoded(await failureOf(() => engine.start(named, ["a"])), "CF2306", { what, fix });
  const { count } = await load<{ count(): Promise<void> }>(`export function* count() { "use durable"; yield 1; }`);
  const generator = { what: "count is a durable generator", fix: "the generator object is a coroutine by itself" };
  expectCoded(await failureOf(() => coroutine(count)), "CF2306", generator);
});

test.each([undefined, null, 7, {}])("%s instead of a function", async (fn) => {
  const { engine } = await (await makePlace("memory")).open();
  const what = "was never compiled";
  expectCoded(await failureOf(() => coroutine(fn as never)), "CF2301", { what, why: "not a function" });
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

test("the tool that has built or runs the function comes first, with what there is to do there", async () => {
  expect(((await failureOf(() => coroutine(fulfil, 1))) as ColdframeError).fix).toMatch(/^- Here it is Vitest\. Add/);
  const runtime = new URL("../../runtime/src/index.ts", import.meta.url).href;
  const program = `
    import { coroutine } from ${JSON.stringify(runtime)};
    const ask = (fn) => { try { coroutine(fn); } catch (error) { console.log(error.code, error.fix.split("\\n")[0]); } };
    const plain = async () => { "use durable"; };
    ask(plain);
    process.env.NEXT_RUNTIME = "nodejs"; ask(plain); delete process.env.NEXT_RUNTIME;
    process.env.JEST_WORKER_ID = "1"; ask(plain); delete process.env.JEST_WORKER_ID;
    process.execArgv.push("--import", "tsx"); ask(plain); process.execArgv.length = 0;
    process[Symbol.for("ts-node.register.instance")] = {}; ask(plain); delete process[Symbol.for("ts-node.register.instance")];
    ask(async () => { (0, _a__WEBPACK_IMPORTED_MODULE_0__.b)(); });
    ask(() => _async_to_generator(function* () {}));
    ask(() => _asyncToGenerator(function* () {}));
    ask(() => __async(this, null, function* () {}));
    ask(() => __awaiter(this, void 0, void 0, function* () {}));`;
  const args = ["--conditions=coldframe-source", "--input-type=module", "--eval", program];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8", env: { PATH: process.env.PATH } });
  const [none, ...said] = stdout.trimEnd().split("\n");
  expect(none).toBe("CF2301 - Look up here what builds or loads its file:");
  const tools = ["Next", "Jest", "tsx", "ts-node", "webpack", "swc", "Babel", "esbuild", "tsc"];
  expect(said.map((line) => /^CF2301 - Here it is ([\w-]+)\. [A-Z]/.exec(line)?.[1])).toEqual(tools);
});

test("where others are compiled, no tool is to blame: the mark is missing", async () => {
  await load(`export async function other() { "use durable"; }`);
  const error = (await failureOf(() => coroutine(async () => 1))) as ColdframeError;
  expect(error.fix).not.toContain("Here it is");
  expect(error.fix).toContain("the mark is missing or misspelt");
});
