/**
 * How many ticks what a durable function waits for takes, beside a chain of native promises that logs each tick. What is not
 * the same as natively is given up, and listed here (docs/architecture.md); it is never later.
 */
import { expect, test } from "vitest";
import { compileProgram, type Run, runCompiled, runNative } from "./modes.ts";

const prepare = `
async function waits(L) { await 0; return 1; }
async function calls(L) { await waits(L); return 1; }
async function quick(L) { return 1; }
async function returns(L) { return tick(1); }
async function fails(L) { await 0; throw 1; }`;

/** Ticks as natively: in memory, and as a coroutine. */
type Kept = "both" | "volatile" | "none";

const cases: readonly (readonly [Kept, string, string])[] = [
  ["both", "values", `await 1; t(1); await 2; t(2);`],
  ["both", "promises", `await tick(1); t(1); await later(1); t(2);`],
  ["both", "calls that give promises", `const go = () => later(1); await go(); t(1); await 0; t(2);`],
  ["both", "thenables", `await new Thenable(1); t(1); await 0; t(2);`],
  ["both", "rejections", `try { await Promise.reject(1); } catch { t(1); } await 0; t(2);`],
  ["both", "reactions to a promise", `await tick(1).then((x) => x); t(1);`],
  ["both", "async iterators", `for await (const x of new Ticker(L, 2, 1, -1)) t(x); t("end");`],
  ["none", "durable calls that do not wait", `await quick(L); t(1); const p = quick(L); await p; t(2);`],
  ["volatile", "combinations of promises", `await Promise.all([tick(1), later(2)]); t(1);`],
  ["volatile", "combinations of values", `await Promise.race([1, 2]); t(1);`],
  ["volatile", "combinations of durable calls", `await Promise.all([waits(L), calls(L)].slice(0, 1)); t(1);`],
  ["volatile", "a durable call that was started", `const p = waits(L); t(0); await p; t(1);`],
  ["volatile", "reactions to a durable call", `await waits(L).then((x) => x); t(1);`],
  ["none", "a durable call that waits", `await waits(L); t(1); await calls(L); t(2);`],
  ["none", "a durable call that fails", `try { await fails(L); } catch { t(1); }`],
  ["none", "a promise that is returned", `const p = returns(L); await p; t(1);`],
  ["none", "for await over what is not async", `for await (const x of [1, tick(2)]) t(x); t("end");`],
];

const program = (body: string) => `${prepare}
async function subject(L) { const t = (x) => trace(L, "subject", x); ${body} }
async function main() {
  const L = { id: "0", fuel: 30, forks: 0 };
  const done = subject(L);
  let ticks = Promise.resolve();
  for (let n = 1; n <= 20; n++) ticks = ticks.then(() => trace(L, n));
  await done;
  await ticks;
}`;

const logOf = ({ branches }: Run) => branches["0"] ?? [];
const ofSubject = (log: readonly string[]) => log.filter((line) => line.includes("subject"));
/** Ticks before each line of the subject. */
const ticksOf = (log: readonly string[]) =>
  ofSubject(log).map((line) => log.indexOf(line) - ofSubject(log).indexOf(line));

test.each(cases)("%s: %s", async (kept, _, body) => {
  const source = { text: program(body), strict: true, timed: false, name: "ticks" };
  const code = compileProgram(source);
  const native = logOf(await runNative(source));
  for (const mode of ["volatile", "coroutine"] as const) {
    const log = logOf(await runCompiled(source, code, mode));
    expect(ofSubject(log)).toEqual(ofSubject(native));
    if (kept === "both" || kept === mode) expect(log, mode).toEqual(native);
    else {
      const [ours, theirs] = [ticksOf(log), ticksOf(native)];
      expect(ours, `${mode}: kept after all, say so above`).not.toEqual(theirs);
      for (const [index, ticks] of ours.entries()) expect(ticks, mode).toBeLessThanOrEqual(theirs[index] as number);
    }
  }
});
