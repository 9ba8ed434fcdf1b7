/**
 * Values that fail when they are looked at, at every place where a program looks at one: compiled code settles as it does
 * natively. A part of all pairs, another one with each seed; all of them in the long run.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { places } from "./places.ts";
import { codeOf, observe, type Way } from "./run.ts";
import { hostileValues } from "./values.ts";

/** One pair in so many is tried. */
const share = process.env.COLDFRAME_TEST === "long" ? 1 : 60;
const ways: readonly Exclude<Way, "native">[] = ["volatile", "coroutine", "cut"];

const ignore = (): void => {};
beforeAll(() => void process.on("unhandledRejection", ignore));
afterAll(() => void process.off("unhandledRejection", ignore));

/** What it must come to; undefined if it does. */
async function compare(make: () => unknown, body: string, way: Exclude<Way, "native">, name: "main" | "subject") {
  const isTold = way !== "cut"; // what went through bytes is a copy
  const native = await observe(make, body, "native", name, isTold);
  const found = await observe(make, body, way, name, isTold);
  if (way === "volatile") return isDeeplyEqual(found, native) ? undefined : { way, found, native };
  const outcome = found.at(-1) as string;
  if (codeOf(outcome)?.startsWith("CF2")) return undefined; // refused, with a code
  // Tasks that do not wait for each other may take turns otherwise.
  return isDeeplyEqual([...found].sort(), [...native].sort()) ? undefined : { way, found, native };
}

/** Compiled code asks what it awaits a call of whether it is durable: a Proxy hears that, and so does a getter under our own symbol. */
function isAsked(place: string, name: string): boolean {
  return place.startsWith("callee") && /^throwing Proxy of function|Symbol\(coldframe\.durable\)$/.test(name);
}

const isDeeplyEqual = (a: string[], b: string[]) => JSON.stringify(a) === JSON.stringify(b);

describe("hostile values", () => {
  test.each(Object.entries(places).map(([place, body], index) => ({ place, body, index })))(
    "$place",
    { timeout: 600_000 },
    async ({ place, body, index }) => {
      const wrong: unknown[] = [];
      for (let at = index % share; at < hostileValues.length; at += share) {
        const { name, make } = hostileValues[at] as (typeof hostileValues)[number];
        if (isAsked(place, name)) continue;
        for (const way of ways) {
          const root = (at + index) % 2 === 0 ? "main" : "subject";
          const difference = await compare(make, body, way, root);
          if (difference !== undefined) wrong.push({ name, root, ...difference });
        }
      }
      expect(wrong).toEqual([]);
    },
  );
});
