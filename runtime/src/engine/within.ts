/**
 * Owns: steps that are called by foreign code in the middle of a run: `pMap(xs, async (x) => { await charge(x) })`.
 * Does not own: steps called by durable code (performers.ts), attempts (steps.ts).
 *
 * I1 Which call of which step it is, is said by the outer call, a count within it and the arguments. So when the outer call is
 *    made again after a crash, the steps in it that have results get them, and the others are tried again.
 * I2 The outer call is named where it is first made; its name is stored with it.
 * I3 No task of the run waits for such a step, only the foreign code does: if that is gone, so is the wait.
 */
import { type Call, Operation as OperationWork, Task } from "../local/task.ts";
import type { Descriptor } from "../realm.ts";
import { performInMemory, type StepMeta } from "./attempt.ts";
import { keyOf } from "./performers.ts";
import { nameOfStep } from "./step.ts";
import type { ActiveRun } from "./turn.ts";

/** Performs a step for the foreign code of `call`, which `caller` awaits. */
export async function performWithin(
  run: ActiveRun,
  call: Call,
  caller: Task | null,
  counts: WithinCounts,
  descriptor: Descriptor,
  args: unknown[],
): Promise<unknown> {
  const { parts, lineage, book } = run;
  if (run.state !== "running") return performInMemory(descriptor.meta as StepMeta, args, parts.clock);
  const name = nameOfStep(descriptor);
  if (call.key === "") call.key = lineage.next(caller, "()");
  const bytes = parts.values.encodeList(args);
  const key = keyOf(run, name, `${call.key}(${counts.next(name)}`, bytes);
  const known = run.restored ? (await parts.store.recall(run.id, [key]))[0] : run.reuse?.get(key);
  if (known?.outcome === "done") return parts.values.decode(known.value);
  const id = `${run.generation}.${key}`;
  const task = new Task(new OperationWork(`step ${name}`, id));
  const operation = { id, kind: `step ${name}`, task, key, args: bytes, attempt: 1, dueAt: undefined };
  const former = run.orphans.get(id);
  if (former === undefined) book.add({ ...operation, recorded: false, underWay: false });
  else book.revive({ ...operation, attempt: former.attempt + 1, recorded: false, underWay: false });
  run.orphans.delete(id);
  run.pace.noteProgress();
  run.decide();
  return task;
}

/** Numbers the calls of a step within one foreign call of this process. */
export class WithinCounts {
  readonly #steps = new Map<string, number>();

  next(step: string): number {
    const number = this.#steps.get(step) ?? 0;
    this.#steps.set(step, number + 1);
    return number;
  }
}
