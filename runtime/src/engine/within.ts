/**
 * Owns: steps that are called by foreign code in the middle of a run: `pMap(xs, async (x) => { await charge(x) })`.
 * Does not own: steps called by durable code (performers.ts), attempts (steps.ts).
 *
 * I1 Which call of which step it is, is said by the outer call, the arguments and a count of equal calls within it; not by the order
 *    of different ones, which parallel code need not keep. So when the outer call is made again after a crash, the steps in
 *    it that have results get them, failures too, and the others are tried again.
 * I2 The outer call is named when it is first made; its name is stored with it.
 * I3 No task of the run waits for such a step, only the foreign code does: if that is gone, so is the wait.
 */
import { errors } from "../errors.ts";
import { Context } from "../local/context.ts";
import { type Call, Operation as OperationWork, Task } from "../local/task.ts";
import type { Descriptor } from "../realm.ts";
import type { RecordedResult } from "../store/store.ts";
import { keyOf, reviveOperation } from "./performers.ts";
import { labelOf, nameOfStep } from "./step.ts";
import type { ActiveRun } from "./turn.ts";

/** Performs a step for the foreign code of `call`, which `caller` awaits. */
export async function performWithin(
  run: ActiveRun,
  call: Call,
  counts: WithinCounts,
  descriptor: Descriptor,
  args: unknown[],
): Promise<unknown> {
  const { parts, book } = run;
  refuseIfLeft(run, descriptor);
  const name = nameOfStep(descriptor);
  const bytes = parts.values.encodeList(args, name);
  const key = keyOf(run, name, `${call.key}(${counts.next(keyOf(run, name, "", bytes))}`, bytes);
  const known = run.restored ? (await parts.store.recall(run.id, [key]))[0] : run.reuse?.get(key);
  if (known !== undefined) return reuse(read(run, descriptor, known), known);
  refuseIfLeft(run, descriptor); // the store may have taken its time
  const id = `${run.generation}.${key}`;
  const task = new Task(new OperationWork(`step ${name}`, id));
  const former = run.orphans.get(id);
  const { attempt, dueAt } = former ?? { attempt: 1, dueAt: undefined };
  const context = new Context(null, null);
  const operation = { id, kind: `step ${name}`, task, context, key, args: bytes, attempt, dueAt, underWay: false };
  if (former === undefined) book.add({ ...operation, recorded: false });
  else reviveOperation(run, book.adopt({ ...operation, recorded: true }));
  run.orphans.delete(id);
  run.pace.noteProgress();
  run.decide();
  return task.promise;
}

/** Foreign code goes on whatever becomes of the run; what it begins then would not be recorded (turn.ts I4). */
function refuseIfLeft(run: ActiveRun, step: Descriptor): void {
  if (!run.goesOn()) throw errors.runLeft({ what: labelOf(step), run: run.id });
}

/** A recorded result that the loaded code can't take up is no failure of the step: the run is held. */
function read(run: ActiveRun, step: Descriptor, { value }: RecordedResult): unknown {
  try {
    return run.parts.values.decode(value);
  } catch (error) {
    run.commits.hold(error);
    refuseIfLeft(run, step);
    throw error;
  }
}

function reuse(value: unknown, { outcome }: RecordedResult): unknown {
  if (outcome === "done") return value;
  throw value;
}

/** Numbers equal calls within one foreign call of this process. */
export class WithinCounts {
  readonly #calls = new Map<string, number>();

  next(call: string): number {
    const number = this.#calls.get(call) ?? 0;
    this.#calls.set(call, number + 1);
    return number;
  }
}
