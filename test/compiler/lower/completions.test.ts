// Every way out of every construct through every other: exits of all kinds, nested twice, with points in different places.
import { describe, expect, test } from "vitest";
import { observe } from "./harness.ts";

type Wrap = (body: string) => string;

const wraps: Record<string, Wrap> = {
  nothing: (body) => body,
  catch: (body) => `try { await later("t"); ${body} } catch (e) { t("c " + e.message) }`,
  "catch with a point": (body) => `try { ${body} } catch (e) { await later("c"); t(e.message); if (x === 7) throw e }`,
  finally: (body) => `try { ${body} } finally { t("f") }`,
  "finally with a point": (body) => `try { await later("t"); ${body} } finally { await later("f") }`,
  "catch and finally": (body) =>
    `try { ${body} } catch (e) { t(e.message); await later("c"); if (x > 6) return "from catch" } finally { await later("f"); t("f") }`,
  "finally that overrides": (body) =>
    `try { ${body} } finally { await later("f"); if (x === 2) break; if (x === 5) return "over"; if (x === 1) continue }`,
  "finally that throws": (body) => `try { ${body} } finally { t("f"); if (x === 3) raise("finally") }`,
  "for-of": (body) => `for (const v of iter("I", [1, 2])) { await later(v); ${body} }`,
  "for-in": (body) => `for (const k in { p: 1, q: 2 }) { ${body} await later(k) }`,
  "for await": (body) => `for await (const v of [1, later("v")]) { ${body} }`,
  "in a finalizer": (body) => `try { await later("t"); if (x === 8) raise("first") } finally { ${body} }`,
  switch: (body) => `switch (x % 2) { case 0: await later("s"); case 1: ${body} break; default: await later("d") }`,
  "labelled block": (body) =>
    `blk${body.length}: { ${body} await later("b"); if (x === 4) break blk${body.length}; t("end") }`,
};

const exits = `if (x === 1) throw new Error("e"); if (x === 2) return "r" + x; if (x === 3) break; if (x === 4) continue;
  if (x === 5) break out; if (x === 6) continue out; if (x === 7) return later("promise"); if (x === 8) return fail("late");`;

const actions: Record<string, string> = {
  "a point": `await later("a"); ${exits}`,
  "no point": exits,
  "a point behind": `${exits} await later("b");`,
};

function program(outer: Wrap, inner: Wrap, action: string): string {
  const body = outer(`t("o"); ${inner(action)} t("p");`);
  return `async function f(x) { out: for (let n = 0; n < 2; n++) { for (let m = 0; m < 2; m++) { t([n, m]); ${body} t("q"); } await later("r") } return "end" }
    async function main() { for (let x = 0; x < 9; x++) { t("x = " + x); try { t(await f(x)) } catch (e) { t("threw " + e.message) } } }`;
}

/** How many ticks the closing of a for await takes is not kept. */
const withoutTicks = (trace: string[]) => trace.filter((line) => line !== "settled promise");

/** Each pair with a point in front, and in turns with one of the other two. */
function actionsFor(outer: string, inner: string): string[] {
  const names = Object.keys(wraps);
  const turn = (names.indexOf(outer) + names.indexOf(inner)) % 2;
  return [actions["a point"], turn ? actions["no point"] : actions["a point behind"]] as string[];
}

describe.each(Object.entries(wraps))("%s around", (outerName, outer) => {
  test.each(Object.entries(wraps))("%s", async (innerName, inner) => {
    for (const action of actionsFor(outerName, innerName)) {
      const source = program(outer, inner, action);
      const native = await observe(source, "native").then(withoutTicks);
      expect(native.length).toBeGreaterThan(30);
      expect(await observe(source, "volatile").then(withoutTicks), source).toEqual(native);
      expect(await observe(source, "cut").then(withoutTicks), source).toEqual(native);
    }
  });
});
