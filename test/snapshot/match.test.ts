// Verdicts from the head alone, and frames that go on in changed code.
import { expect, test } from "vitest";
import type { Frame } from "../../runtime/src/frame.ts";
import { tag } from "../../runtime/src/language/tag.ts";
import { type FunctionMeta, Registry } from "../../runtime/src/registry.ts";
import { matchSnapshot, readSnapshot } from "../../runtime/src/snapshot/read.ts";
import { writeSnapshot } from "../../runtime/src/snapshot/write.ts";
import { thrownBy } from "./kit/roundtrip.ts";

interface Slots {
  [slot: string]: unknown;
}

interface Build {
  stamp?: string;
  slots?: (string | number)[][];
  points?: { fp: string }[];
  closure?: { stamp?: string; id?: string };
  classes?: string[];
}

/** One build of a module with a durable function, a closure and classes, in a registry of its own. */
function load({ stamp = "s1", slots, points, closure = {}, classes = ["Order"] }: Build = {}) {
  const registry = new Registry();
  const fields = slots ?? [
    ["item", "item", 0, 1],
    ["total", "total@1", 1, 1],
  ];
  function F(this: Slots, descriptor: unknown): void {
    Object.assign(this, { $d: descriptor, $pc: 0, $up: null, $wait: null });
    for (const [field] of fields) this[field as string] = undefined;
  }
  const makeClosure = (x: unknown) => {
    const fn = () => x;
    return tag(registry.functions.get(`shop#${closure.id ?? "fulfil.c1"}`) as FunctionMeta, fn, [x]);
  };
  const made = Object.fromEntries(classes.map((name) => [name, { [name]: class {} }[name] as new () => object]));
  registry.addModule({
    id: "shop",
    abi: 1,
    compiler: "0",
    f: [
      {
        id: "fulfil",
        name: "fulfil",
        length: 1,
        kind: 0,
        stamp,
        F,
        run: () => undefined,
        self: function fulfil() {},
        slots: fields,
        points: (points ?? [{ fp: "f0" }, { fp: "f1" }]).map((point) => ({ ...point, at: "1:1", of: "x" })),
      },
      {
        id: closure.id ?? "fulfil.c1",
        name: "",
        length: 0,
        kind: -1,
        stamp: closure.stamp ?? "c1",
        slots: [],
        points: [],
        make: makeClosure,
      },
    ],
    refs: Object.fromEntries(Object.entries(made).map(([name, cls]) => [name, () => cls])),
  } as never);
  const { F: Frame, d } = registry.functions.get("shop#fulfil") as FunctionMeta;
  const frame = (pc: number, values: Slots): Frame =>
    Object.assign(new (Frame as new (d: unknown) => Frame)(d), { $pc: pc }, values);
  return { registry, frame, makeClosure, made };
}

const old = load();
const parked = () => old.frame(1, { item: "book", total: 7 });
const bytesOf = (value: unknown) => writeSnapshot(value, { registry: old.registry, runId: "run-9", seq: 3 });

test("the head lists every reference into code, each once", () => {
  const Order = old.made.Order as new () => object;
  const value = [
    parked(),
    parked(),
    old.frame(0, { item: 1 }),
    old.makeClosure(1),
    old.makeClosure(2),
    new Order(),
    Order,
  ];
  const { header, match } = matchSnapshot(bytesOf(value), { registry: old.registry });
  expect(header).toMatchObject({ format: "1.0", abi: 1, runId: "run-9", seq: 3, node: process.version });
  expect(header.codes.map(({ kind, id, fp }) => `${kind} ${id} ${fp}`)).toEqual([
    "frame shop#fulfil f1",
    "frame shop#fulfil f0",
    "closure shop#fulfil.c1 ",
    'class shop#Order [[""]]',
    "function shop#fulfil ",
  ]);
  expect(match.verdict).toBe("same");
});

test("changed before the point: compatible, and the frame goes on at the point's new place under its new fields", () => {
  const now = load({
    stamp: "s2",
    slots: [
      ["item_1", "item", 0, 2],
      ["sum", "other", 1, 1],
      ["sum", "total@1", 2, 2],
      ["extra", "extra", 1, 1],
    ],
    points: [{ fp: "f0" }, { fp: "new" }, { fp: "f1" }],
  });
  const result = readSnapshot(bytesOf(parked()), { registry: now.registry });
  expect(result.match.verdict).toBe("compatible");
  expect(result.ok && result.root).toMatchObject({ $pc: 2, item_1: "book", sum: 7, extra: undefined });
});

test("changed from the point on: incompatible, a value and not an error; nothing is decoded", () => {
  const now = load({
    stamp: "s2",
    points: [{ fp: "f0" }, { fp: "f1 changed" }],
  });
  const result = readSnapshot(bytesOf(parked()), { registry: now.registry });
  expect(result).toMatchObject({ ok: false, match: { verdict: "incompatible" } });
  const verdicts = result.match.codes.map(({ ref, verdict, reason }) => [ref.kind, verdict, reason]);
  expect(verdicts).toEqual([
    ["frame", "incompatible", "shop#fulfil has changed from the point at which it waits"],
    ["function", "compatible", "shop#fulfil has changed"],
  ]);
});

test("module not loaded: missing, and it is named", () => {
  const result = readSnapshot(bytesOf(parked()), { registry: new Registry() });
  expect(result).toMatchObject({ ok: false, match: { verdict: "missing" } });
  expect(result.match.codes[0]?.reason).toBe("shop#fulfil is not loaded: import shop before restoring");
});

test("a class that is gone from a loaded module is incompatible, one of a module that is not loaded is missing", () => {
  const bytes = bytesOf(new (old.made.Order as new () => object)());
  expect(readSnapshot(bytes, { registry: load({ classes: [] }).registry }).match.verdict).toBe("incompatible");
  expect(readSnapshot(bytes, { registry: new Registry() }).match.verdict).toBe("missing");
});

test("a closure under the same id is the same code; under another one its old self is gone", () => {
  const bytes = bytesOf(old.makeClosure({ v: 1 }));
  expect(readSnapshot(bytes, { registry: load({ closure: { stamp: "c2" } }).registry }).match.verdict).toBe(
    "compatible",
  );
  expect(readSnapshot(bytes, { registry: load({ closure: { id: "fulfil.c2" } }).registry }).match.verdict).toBe(
    "incompatible",
  );
});

test("slots that do not fit the point are never guessed", () => {
  const now = load({
    stamp: "s2",
    slots: [
      ["item", "item", 1, 1],
      ["other", "other@2", 1, 1],
    ],
    points: [{ fp: "f0" }, { fp: "f1" }],
  });
  const error = thrownBy(() => readSnapshot(bytesOf(parked()), { registry: now.registry }));
  expect(error).toMatchObject({ code: "CF2101" });
  expect(error.why).toContain("other@2");
});
