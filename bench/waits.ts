// Claim: an arrival for a run with 10,000 open waits takes at most 2.5 times the CPU time of one for a run with 1,000:
// what begins and ends a sleep, and what a run asks after it. Snapshots, which are taken by their own pace, are no part of it.
import { FakeClock } from "@coldframe/runtime/testing";
import { OperationBook, type PendingOperation } from "../runtime/src/engine/operations.ts";
import { Operation, Task } from "../runtime/src/local/task.ts";
import { compare, cpuTime, print, type Side } from "./kit/compare.ts";

const ARRIVALS = 2_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
const nothing = new Uint8Array(0);

function makeSleep(id: string, dueAt: number): PendingOperation {
  const rest = { key: undefined, args: undefined, attempt: 0, underWay: false, recorded: true };
  return { id, kind: "sleep", task: new Task(new Operation("sleep", id)), dueAt, ...rest };
}

/** CPU nanoseconds per sleep that begins and ends while so many others are open. */
function arrivals(open: number): Side {
  const now = new FakeClock().now();
  const book = new OperationBook();
  for (let i = 0; i < open; i++) book.adopt(makeSleep(`s${i}`, now + 1_000_000 + ((i * 7_919) % open)));
  let count = 0;
  return cpuTime(ARRIVALS, () => {
    for (let i = 0; i < ARRIVALS; i++) {
      book.adopt(makeSleep(`quick${count++}`, now));
      book.nextDueAt("recorded");
      for (const { id } of book.dueBy(now)) book.end(id, "done", nothing);
      book.isDormantUntil(now + 1_000);
      book.record(false);
    }
  });
}

const names = { bench: "waits", case: "a sleep among 10,000 / among 1,000", unit: "ns" };
print(await compare(names, arrivals(10_000), arrivals(1_000), ROUNDS), { atMost: 2.5 });
