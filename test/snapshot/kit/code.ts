/**
 * Owns: code as the compiler emits it (docs/abi.md), written by hand, registered with the tests' registry: a durable function
 * with a frame, closures over cells and values, a generator.
 */

import type { Frame } from "../../../runtime/src/frame.ts";
import { park, take, yieldValue } from "../../../runtime/src/frame.ts";
import { startGenerator } from "../../../runtime/src/language/generator.ts";
import { tag } from "../../../runtime/src/language/tag.ts";
import { makeClosure } from "../../../runtime/src/language/wrapper.ts";
import type { Descriptor } from "../../../runtime/src/realm.ts";
import type { FunctionMeta } from "../../../runtime/src/registry.ts";
import { registry } from "./roundtrip.ts";

interface Slots {
  [slot: string]: unknown;
}

function WorkFrame(this: Slots, descriptor: Descriptor | null): void {
  this.$d = descriptor;
  this.$pc = 0;
  this.$up = null;
  this.$wait = null;
  this.item = undefined;
  this.index = 0;
  this.rest = undefined;
}

function LaterFrame(this: Slots, descriptor: Descriptor | null): void {
  this.$d = descriptor;
  this.$pc = 0;
  this.$up = null;
  this.$wait = null;
  this.item = undefined;
}

/** A frame with more slots than a shape holds. */
function WideFrame(this: Slots, descriptor: Descriptor | null): void {
  this.$d = descriptor;
  this.$pc = 0;
  this.$up = null;
  this.$wait = null;
  for (const field of wideFields) this[field] = undefined;
}
const wideFields = Array.from({ length: 40 }, (_, i) => `v${i}`);

function CountFrame(this: Slots, descriptor: Descriptor | null): void {
  this.$d = descriptor;
  this.$pc = 0;
  this.$up = null;
  this.$wait = null;
  this.i = 0;
  this.n = undefined;
}

/** function* count(n) { for (let i = 0; i < n; i++) yield i; } */
function countRun(frame: (Frame & { i: number; n: number }) | null, _self: unknown, n: number): unknown {
  let [pc, i] = [0, 0];
  if (frame === null) {
    const made = new (CountFrame as unknown as new (d: unknown) => Frame)(meta("count").d);
    // The kept snapshots were written when a parked generator's frame waited for `undefined`.
    return park(Object.assign(made, { $pc: 1, n, $wait: undefined }), undefined);
  }
  [pc, i, n] = [frame.$pc, frame.i, frame.n];
  take();
  if (pc === 2) i++;
  if (i >= n) return undefined;
  return yieldValue(Object.assign(frame, { $pc: 2, i }), i);
}

const point = (fp: string) => ({ fp, at: "3:14", of: "tick(i)" });

registry.addModule({
  id: "test/code",
  abi: 1,
  compiler: "0.1.0",
  f: [
    {
      id: "work",
      name: "work",
      length: 1,
      kind: 0,
      stamp: "work-1",
      F: WorkFrame,
      run: () => undefined,
      self: function work() {},
      slots: [
        ["item", "item", 0, 1],
        ["index", "index@1", 1, 1],
        ["rest", "rest", 2, 2],
      ],
      points: [point("work-0"), point("work-a"), point("work-b")],
    },
    {
      id: "wide",
      name: "wide",
      length: 0,
      kind: 0,
      stamp: "wide-1",
      F: WideFrame,
      run: () => undefined,
      self: function wide() {},
      slots: wideFields.map((field) => [field, `${field}@1`, 0, 0]),
      points: [point("wide-0")],
    },
    {
      id: "count",
      name: "count",
      length: 1,
      kind: 3,
      stamp: "count-1",
      F: CountFrame,
      run: countRun,
      self: function count(this: unknown, ...args: unknown[]) {
        return startGenerator(meta("count").d as Descriptor, this, args, undefined);
      },
      slots: [
        ["n", "n", 0, 2],
        ["i", "i", 2, 2],
      ],
      points: [point("count-0"), point("count-1"), point("count-2")],
    },
    // function outer() { let x = …; return (a) => x + y + a }
    {
      id: "outer.c1",
      name: "add",
      length: 1,
      kind: -1,
      stamp: "c1",
      slots: [],
      points: [],
      captures: ["x", "y"],
      make: makeAdd,
    },
    {
      id: "outer.c2",
      name: "later",
      length: 0,
      kind: 0,
      stamp: "c2",
      F: LaterFrame,
      run: () => undefined,
      slots: [["item", "item", 0, 0]],
      points: [point("later-0")],
      captures: ["x"],
      make: makeLater,
    },
    // function F() {}
    {
      id: "outer.c4",
      name: "F",
      length: 0,
      kind: -1,
      stamp: "c4",
      slots: [],
      points: [],
      captures: [],
      make: makeFunction,
    },
    {
      id: "outer.c3",
      name: "stuck",
      length: 0,
      kind: -1,
      stamp: "c3",
      slots: [],
      points: [],
      reason: "it stands in a class body",
    },
  ],
} as never);

export function meta(id: string): FunctionMeta {
  return registry.functions.get(`test/code#${id}`) as FunctionMeta;
}

/** A plain closure over a cell and a value. */
export function makeAdd(x: unknown, y: unknown): Function {
  const add = (a: number) => (x as { v: number }).v + (y as number) + a;
  return tag(meta("outer.c1"), add, [x, y]);
}

/** A durable closure over one thing. */
export function makeLater(x: unknown): Function {
  return makeClosure(
    meta("outer.c2"),
    () => x,
    [x],
    () => undefined,
  ).self;
}

/** A plain function that can be constructed. */
export function makeFunction(): Function {
  return tag(meta("outer.c4"), function F() {}, []);
}

/** A closure that can't be made again. */
export function makeStuck(): Function {
  const stuck = () => 1;
  return tag(meta("outer.c3"), stuck, []);
}

export function makeFrame(id: string, pc: number, slots: Slots, up: Frame | null = null, wait: unknown = null): Frame {
  const { F, d } = meta(id);
  const frame = new (F as new (d: Descriptor | null) => Frame)(d ?? null);
  return Object.assign(frame, { $pc: pc, $up: up, $wait: wait }, slots);
}

export function count(n: number): Generator<number> {
  return (meta("count").self as (n: number) => Generator<number>)(n);
}
