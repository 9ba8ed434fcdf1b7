/**
 * Owns: taking up a run that was claimed: from its snapshot, its inbox and its pending operations, or from its input.
 * Does not own: claiming (worker.ts), verdicts on code (snapshot/), what happens then (turn.ts).
 *
 * I1 Nothing is resumed on a guess: code that is missing or incompatible, and bytes that cannot be read, end in a hold or a
 *    rollback, and the stored run stays as it is until that is committed.
 * I2 Order: calls that were out are made again with the heap as of the commit; then the inbox is delivered in its order; then
 *    code runs.
 * I3 Code that is missing is never a reason for a rollback.
 * I4 A run that ends its process each time before anything of it is recorded is held, not taken up for ever.
 */
import { errors } from "../errors.ts";
import { reopenWaits } from "../local/reopen.ts";
import { checkScheduler } from "../local/stored-state.ts";
import { Operation, type Task } from "../local/task.ts";
import type { Descriptor } from "../realm.ts";
import { registry } from "../registry.ts";
import { type Claim, type InboxEntry, LONE_CLAIMS } from "../store/store.ts";
import type { CodeChange } from "./codec.ts";
import { isStep, stepNameOf } from "./operations.ts";
import { reviveOperation } from "./performers.ts";
import { StoredRun } from "./stored-run.ts";
import type { ActiveRun } from "./turn.ts";

const INBOX_PAGE = 1_000;
/** At this claim without a step forward a run is held (I4): it was tried alone twice by then (worker.ts I4). */
const MOST_CLAIMS = LONE_CLAIMS + 3;

/** Takes up a run that this process has not in memory, when it is its turn. */
export async function takeUp(run: ActiveRun, claim: Claim): Promise<void> {
  run.ending.given = claim.closing;
  const inbox = await readStore(run, async () => {
    if (run.generation > 0) await recall(run);
    return readInbox(run, claim);
  });
  if (inbox !== undefined) run.enter(() => void restore(run, claim, inbox));
}

async function restore(run: ActiveRun, claim: Claim, inbox: InboxEntry[]): Promise<void> {
  if (!run.goesOn()) return;
  try {
    if (claim.claims >= MOST_CLAIMS)
      throw errors.crashLoop({ run: run.id, claims: claim.claims, pending: begunOf(claim) });
    if (claim.snapshot === undefined) startOver(run, claim);
    else await resume(run, claim, claim.snapshot, inbox);
  } catch (error) {
    holdUnread(run, inbox, error);
  }
}

/** Goes on with a run whose memory is as of the claim. */
export async function wakeUp(run: ActiveRun, claim: Claim): Promise<void> {
  const inbox = await readStore(run, () => readInbox(run, claim));
  if (inbox === undefined) return;
  run.enter(() => {
    if (!run.goesOn()) return;
    try {
      deliver(run, inbox);
      run.wakeDue();
    } catch (error) {
      holdUnread(run, inbox, error);
    }
  });
}

/** A message that waits behind a run that is let go must not wake it at once. */
function holdUnread(run: ActiveRun, inbox: readonly InboxEntry[], error: unknown): void {
  run.seen = inbox.at(-1)?.position ?? run.seen;
  run.commits.hold(error);
}

/** A store that cannot be read now is no fault of the run: it is let go, and taken up again when its lease has run out. */
async function readStore<T>(run: ActiveRun, read: () => Promise<T>): Promise<T | undefined> {
  try {
    const found = await read();
    return run.goesOn() ? found : undefined;
  } catch (error) {
    run.parts.notify({
      kind: "store-failed",
      run: run.id,
      message: `Run ${run.id} could not be read: ${error}`,
      error,
    });
    run.commits.lose();
    return undefined;
  }
}

function begunOf({ operations }: Claim): string {
  const names = new Set(operations.flatMap(({ kind }) => (isStep(kind) ? [stepNameOf({ kind })] : [])));
  return names.size === 0 ? "no step had begun" : `begun and without a result: ${[...names].join(", ")}`;
}

/** All unconsumed messages: the page that came with the claim and those after it. */
async function readInbox(run: ActiveRun, claim: Claim): Promise<InboxEntry[]> {
  const inbox = [...claim.inbox];
  for (let page = claim.inbox; page.length >= INBOX_PAGE; ) {
    page = await run.parts.store.receive(claim.id, page.at(-1)?.position as number, INBOX_PAGE);
    inbox.push(...page);
  }
  return inbox;
}

async function recall(run: ActiveRun): Promise<true> {
  const results = await run.parts.store.recall(run.id);
  run.reuse = new Map(results.map((result) => [result.key, result]));
  return true;
}

function startOver(run: ActiveRun, claim: Claim): void {
  const descriptor = registry().functions.get(claim.fn)?.d;
  if (descriptor === undefined) throw errors.codeMissing({ what: `The run ${run.id}`, missing: claim.fn });
  run.begin(descriptor as Descriptor, run.parts.values.decode(claim.input) as unknown[]);
}

async function resume(run: ActiveRun, claim: Claim, snapshot: Uint8Array, inbox: InboxEntry[]): Promise<void> {
  const decoded = run.parts.codec.decode(snapshot);
  if (decoded.kind !== "ok") return meetChange(run, claim, inbox, decoded);
  const { scheduler, lineage, book } = run;
  const { root } = decoded;
  if (!(root instanceof StoredRun)) throw errors.snapshotCorrupt({ detail: "it holds no run" });
  const { image } = root;
  checkScheduler(image.scheduler, decoded.pending);
  scheduler.adoptState(image.scheduler);
  lineage.adopt(image.places);
  scheduler.rejections.adopt(image.unseen);
  run.pace.lastSnapshotBytes = snapshot.byteLength;
  const tasks = findOperations(run);
  run.restored = true;
  for (const operation of claim.operations) {
    const { operation: id, kind, key, args, attempt, dueAt } = operation;
    const task = tasks.get(id);
    if (task === undefined) {
      run.orphans.set(id, operation);
      continue;
    }
    book.adopt({ id, kind, task, key, args, attempt, dueAt, recorded: true, underWay: false });
    tasks.delete(id);
  }
  for (const [id, task] of tasks)
    throw errors.operationLost({ run: run.id, operation: `${(task.work as Operation).name} (${id})` });
  run.parts.context.runInAsyncScope(reopenWaits, undefined, scheduler);
  deliver(run, inbox);
  for (const operation of [...book.pending.values()]) reviveOperation(run, operation);
  run.wakeDue();
}

/** Tasks that wait for an operation, by its id. */
function findOperations(run: ActiveRun): Map<string, Task> {
  const tasks = new Map<string, Task>();
  for (const task of run.scheduler.tasks) {
    if (task.work instanceof Operation) tasks.set(task.work.data as string, task);
  }
  return tasks;
}

/** Takes in the completions of an inbox, in its order; other messages wait for what will read them. */
function deliver(run: ActiveRun, inbox: readonly InboxEntry[]): void {
  const { book, parts, scheduler } = run;
  for (const { position, kind, operation: id, outcome, value } of inbox) {
    run.seen = Math.max(run.seen, position);
    const operation = kind === "completion" ? book.pending.get(id) : undefined;
    const completion = operation && book.end(id, outcome, value);
    if (operation === undefined || completion === undefined) continue;
    completion.deposited = true;
    completion.position = position;
    scheduler.settle(operation.task, outcome === "done" ? 0 : 1, parts.values.decode(value));
  }
}

async function meetChange(
  run: ActiveRun,
  claim: Claim,
  inbox: readonly InboxEntry[],
  { kind, detail }: CodeChange,
): Promise<void> {
  if (kind === "missing") throw errors.codeMissing({ what: `The run ${run.id}`, missing: detail });
  if (claim.closing !== undefined && run.parts.rollback !== "fail")
    throw errors.closingChanged({ run: run.id, detail });
  const { rollback, notify } = run.parts;
  const begun = uncovered(claim, inbox);
  if (rollback === "hold" || (rollback === "covered" && begun.length > 0)) {
    const steps = begun.length === 1 ? "1 step" : `${begun.length || "no"} steps`;
    throw errors.rollbackUncovered({ run: run.id, steps, detail });
  }
  if (rollback === "fail") return run.commits.fail(errors.incompatibleCode({ function: run.fn, reason: detail }));
  if ((await readStore(run, () => recall(run))) === undefined) return;
  run.generation++;
  run.rollsBack = true;
  startOver(run, claim);
  notify({
    kind: "rolled-back",
    run: run.id,
    message: `Incompatible state: ${detail}. Run ${run.id} began again from its input (generation ${run.generation}); recorded results of its steps are used again.`,
  });
}

/** Steps that have begun and have no result: starting over repeats them. */
function uncovered({ operations }: Claim, inbox: readonly InboxEntry[]): Claim["operations"] {
  const ended = new Set(inbox.map(({ operation }) => operation));
  return operations.filter(({ operation, kind, attempt }) => isStep(kind) && attempt > 0 && !ended.has(operation));
}
