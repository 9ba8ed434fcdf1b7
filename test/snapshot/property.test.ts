// restore(snapshot(x)) equals x, over graphs of all kinds with cycles and sharing; and the same input gives the same bytes.
import fc from "fast-check";
import { expect, test } from "vitest";
import { SnapshotMemory } from "../../runtime/src/snapshot/identity.ts";
import { build, type Description, descriptions } from "./kit/graphs.ts";
import { read, roundtrip, write } from "./kit/roundtrip.ts";
import { findDifference } from "./kit/same.ts";

const numRuns = process.env.COLDFRAME_TEST === "long" ? 50_000 : 3000;
const seed = Number(process.env.COLDFRAME_SEED ?? 20_260_601);

function check(property: fc.IProperty<never> | fc.IProperty<unknown>): void {
  // Stacks differ from run to run: they are cut, so that equal descriptions give equal bytes.
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    fc.assert(property as fc.IProperty<unknown>, { numRuns, seed });
  } finally {
    Error.stackTraceLimit = limit;
  }
}

test(`restore(snapshot(x)) equals x, ${numRuns} graphs, seed ${seed}`, () => {
  check(
    fc.property(descriptions, (list) => {
      const graph = build(list);
      const difference = findDifference(graph, roundtrip(graph));
      if (difference !== null) throw new Error(difference);
    }),
  );
});

test("a second snapshot of the restored graph has the same bytes", () => {
  check(
    fc.property(descriptions, (list) => {
      const bytes = write(build(list));
      expect(Buffer.from(write(read(bytes))).equals(bytes)).toBe(true);
    }),
  );
});

test("with a memory: what changes between two snapshots is seen", () => {
  check(
    fc.property(descriptions, descriptions, (list, more) => {
      const memory = new SnapshotMemory();
      const graph = build(list);
      const first = write(graph, { memory });
      expect(Buffer.from(write(graph)).equals(first)).toBe(true);
      mutate(graph, more);
      expect(Buffer.from(write(graph, { memory })).equals(write(graph))).toBe(true);
    }),
  );
});

/** Changes some values of a graph in ways that a program might. */
function mutate(graph: unknown[], more: Description[]): void {
  const added = build(more);
  more.forEach(({ closed, items, links }, index) => {
    const target = graph[index % graph.length] as Record<string | symbol, unknown>;
    const value = links.length > 0 ? added[(links[0] as number) % added.length] : items[0];
    if (!Object.isExtensible(target) || ArrayBuffer.isView(target) || typeof target === "function") return;
    if (isRuntimes(target)) return;
    const changes = [
      () =>
        Reflect.defineProperty(target, `new${index}`, { value, writable: true, enumerable: true, configurable: true }),
      () =>
        Reflect.defineProperty(target, Symbol.for("new"), {
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        }),
      () => Object.freeze(target),
      () => Reflect.deleteProperty(target, Reflect.ownKeys(target)[0] ?? ""),
      () => Array.isArray(target) && target.push(value),
      () => Array.isArray(target) && target.splice(0, 1),
      () =>
        Reflect.defineProperty(target, `hidden${index}`, {
          value,
          writable: true,
          enumerable: false,
          configurable: true,
        }),
      () => graph.unshift(value),
    ];
    changes[closed % changes.length]?.();
  });
}

function isRuntimes(target: object): boolean {
  return ["$d", "mode", "source"].some((key) => Object.hasOwn(target, key)) || Reflect.ownKeys(target).length === 0;
}
