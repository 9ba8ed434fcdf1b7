// What is due when (timetable.ts): right whatever happens to the times, and in work that does not grow with what waits.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OperationBook, type PendingOperation } from "../../runtime/src/engine/operations.ts";
import { Timetable } from "../../runtime/src/engine/timetable.ts";
import { Operation, Task } from "../../runtime/src/local/task.ts";
import { kinds, load, makePlace, until } from "./kit.ts";

test("it answers as a list would (I2)", () => {
  const change = fc.tuple(fc.nat(30), fc.option(fc.nat(50), { nil: undefined }), fc.nat(60));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const table = new Timetable<number>();
      const list = new Map<number, { dueAt: number; order: number }>();
      let order = 0;
      for (const [item, dueAt, now] of changes) {
        table.put(item, dueAt);
        if (dueAt === undefined) list.delete(item);
        else list.set(item, { dueAt, order: order++ });
        const sorted = [...list].sort(([, a], [, b]) => a.dueAt - b.dueAt || a.order - b.order);
        expect(table.next()).toBe(sorted[0]?.[1].dueAt);
        expect(table.size).toBe(list.size);
        expect(table.by(now)).toEqual(sorted.filter(([, one]) => one.dueAt <= now).map(([one]) => one));
      }
    }),
    { seed: 1, numRuns: 300 },
  );
});

function makeSleep(id: string, dueAt: number): PendingOperation {
  const rest = { key: undefined, args: undefined, attempt: 0, underWay: false };
  return { id, kind: "sleep", task: new Task(new Operation("sleep", id)), dueAt, recorded: true, ...rest };
}

/** Looks per arrival, with so many sleeps open: what a run asks after each. */
function looksPerArrival(open: number): number {
  const book = new OperationBook();
  for (let i = 0; i < open; i++) book.adopt(makeSleep(`s${i}`, 1_000_000 + ((i * 7_919) % open)));
  book.nextDueAt();
  const before = book.looks;
  const arrivals = 100;
  for (let i = 0; i < arrivals; i++) {
    const id = `quick${i}`;
    book.add({ ...makeSleep(id, i), recorded: false });
    book.nextDueAt("recorded");
    book.noteRecorded(book.pending.get(id) as PendingOperation);
    book.nextDueAt("recorded");
    expect(book.dueBy(i).map((operation) => operation.id)).toEqual([id]);
    book.end(id, "done", new Uint8Array(0));
    expect(book.isDormantUntil(500_000)).toBe(true);
    book.record(false);
  }
  return (book.looks - before) / arrivals;
}

test("an arrival among 10,000 open sleeps costs what it does among 100 (I1)", () => {
  const [few, many] = [looksPerArrival(100), looksPerArrival(10_000)];
  expect(many).toBeLessThan(few * 2.5);
  expect(many).toBeLessThan(120);
});

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
const program = `
import { sleep, step } from "@coldframe/runtime";
const quick = step(async (i: number) => i);
export async function rounds(n: number) { "use durable"; let s = 0; for (let i = 0; i < n; i++) s += await sleep(1).then(() => i); return s; }
export async function races(n: number) {
  "use durable";
  let s = 0;
  for (let i = 0; i < n; i++) s += (await Promise.race([quick(i), sleep("30d").then(() => -1)])) as number;
  return s;
}
export async function waits(n: number) {
  "use durable";
  return (await Promise.all(Array.from({ length: n }, (_, i) => w.wait(i) as Promise<number>))).length;
}`;

type Program = Record<"rounds" | "races" | "waits", (n: number) => Promise<number>>;

describe.each(kinds)("work of many waits on %s", (kind) => {
  test.each(["rounds", "races"] as const)("400 %s write four times what 100 write", async (name) => {
    const bytes: number[] = [];
    for (const n of [100, 400]) {
      const { open, clock } = await makePlace(kind);
      const { engine, log } = await open();
      const run = await engine.start((await load<Program>(program))[name], [n]);
      let result: number | undefined;
      void run.result().then((value) => {
        result = value;
      });
      await until(async () => {
        if (name === "rounds") await clock.advance(50);
        return result !== undefined;
      });
      expect(result).toBe((n * (n - 1)) / 2);
      bytes.push(log.bytes);
    }
    expect((bytes[1] as number) / (bytes[0] as number)).toBeLessThan(4.8);
  });

  test("10,000 open calls that all answer are one result", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const gates: ((value: number) => void)[] = [];
    world.w = { wait: (i: number) => new Promise((resolve) => (gates[i] = resolve)) };
    const run = await engine.start((await load<Program>(program)).waits, [10_000]);
    await until(() => gates.filter(Boolean).length === 10_000);
    for (const [i, open] of gates.entries()) open(i);
    expect(await run.result()).toBe(10_000);
  });
});
