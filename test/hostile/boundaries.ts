/**
 * Owns: the boundaries of an engine, at which a value of the user's is handed over: each is a durable function of one module, with
 * a hostile value where `w.make()` is called.
 * Does not own: the values (values.ts), what must follow (engine.test.ts).
 */

/** Keys of an error that the engine reads, or stores apart. */
export const errorKeys = ["name", "message", "stack", "code", "cause", "errors", "retryable", "error", "suppressed"];

const steps = `
import { step } from "@coldframe/runtime";
const retry = { maxAttempts: 2, initialMs: 0 };
const give = step(async () => w.make(), { retry });
const giveAt = step(async () => ({ inside: [w.make()] }), { retry });
const take = step(async (v) => typeof v, { retry });
const fail = step(async () => { throw w.make(); }, { retry });
const failBy = step(async (key) => { throw w.errorWith(key); }, { retry });
const failWith = step(async (key) => { throw Object.assign(new TypeError("outer"), { [key]: w.make() }); }, { retry });
const several = step(async () => { throw new AggregateError([new Error("one"), w.make()], "several"); }, { retry });
const tick = step(async () => 1, { retry });
`;

const bodies: Readonly<Record<string, string>> = {
  stepArgument: `return await take(w.make());`,
  stepArgumentInside: `return await take({ inside: [w.make()] });`,
  stepResult: `const v = await give(); return typeof v;`,
  stepResultInside: `const v = await giveAt(); return typeof v;`,
  stepError: `await fail();`,
  stepErrorCaught: `try { await fail(); } catch (e) { await tick(); return typeof e; }`,
  stepErrorAgain: `try { await fail(); } catch (e) { await tick(); throw e; }`,
  stepErrorOfAll: `await Promise.all([fail(), tick()]);`,
  stepErrorOfAny: `await Promise.any([fail(), fail()]);`,
  stepErrorUnheard: `void fail(); await tick(); return 1;`,
  stepAggregate: `await several();`,
  rootResult: `return w.make();`,
  rootResultInside: `await tick(); return { inside: [w.make()] };`,
  rootError: `throw w.make();`,
  rootErrorLater: `await tick(); throw w.make();`,
  rootErrorUnheard: `const f = async () => { await tick(); throw w.make(); }; void f(); await tick(); return 1;`,
  rootCause: `await tick(); throw new Error("outer", { cause: w.make() });`,
  rootAggregate: `throw new AggregateError([w.make(), new Error("two")], "several");`,
  live: `const v = w.make(); await tick(); return typeof v;`,
  foreignResult: `const v = await w.later(); await tick(); return typeof v;`,
  foreignError: `try { await w.laterFail(); } catch (e) { await tick(); return typeof e; }`,
  foreignArgument: `await w.ignore(w.make()); await tick(); return 1;`,
};

for (const key of errorKeys) {
  const name = key[0]?.toUpperCase() + key.slice(1);
  Object.assign(bodies, {
    [`stepErrorGetter${name}`]: `await failBy("${key}");`,
    [`rootErrorGetter${name}`]: `throw w.errorWith("${key}");`,
    [`stepErrorWith${name}`]: `await failWith("${key}");`,
    [`rootErrorWith${name}`]: `await tick(); throw Object.assign(new TypeError("outer"), { ["${key}"]: w.make() });`,
  });
}

/** The module's text; of each function the name is that of its boundary. */
export const boundaryModule = [
  steps,
  `export async function startArgument(v) { "use durable"; await tick(); return typeof v; }`,
  `export async function neighbour() { "use durable"; return await tick() + await tick(); }`,
  ...Object.entries(bodies).map(([name, body]) => `export async function ${name}() { "use durable"; ${body} }`),
].join("\n");

export const boundaryNames = ["startArgument", ...Object.keys(bodies)];
