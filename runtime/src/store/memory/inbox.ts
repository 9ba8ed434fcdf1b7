/** Owns: putting messages into inboxes in memory, and reading them. */
import type { CompletionMessage, InboxEntry, Message, SendOutcome } from "../store.ts";
import type { Run, Stored, World } from "./world.ts";
import { isFinal } from "./world.ts";

/** The dedupe id under which the completion of an operation lies in its inbox. */
export function completionId(operation: string): string {
  return `completion/${operation}`;
}

export function deliver(world: World, message: Message): SendOutcome {
  const run = world.runs.get(message.run);
  if (run === undefined) return { kind: "unknown" };
  if (isFinal(run.status)) return { kind: "ended" };
  if (message.kind === "completion") return complete(world, run, message);
  if (message.kind === "signal" && run.closing !== undefined) return { kind: "ended" };
  const { kind, dedupe, value } = message;
  const name = kind === "signal" ? message.name : "";
  return insert(world, run, { kind, name, operation: "", outcome: "done", value }, `${kind}/${dedupe}`);
}

function complete(world: World, run: Run, message: CompletionMessage): SendOutcome {
  const { kind, operation, outcome, key, value, epoch, generation } = message;
  if (run.generation !== generation || !run.operations.has(operation)) return { kind: "stale" };
  if (epoch !== undefined && (run.status !== "running" || run.epoch !== epoch)) return { kind: "stale" };
  const sent = insert(world, run, { kind, name: "", operation, outcome, value }, completionId(operation));
  if (sent.kind === "ok" && key !== undefined) world.journal.put(run.results, key, { key, outcome, value });
  return sent;
}

function insert(world: World, run: Run, entry: Omit<InboxEntry, "position">, dedupe: string): SendOutcome {
  if (run.taken.has(dedupe)) return { kind: "duplicate" };
  const position = world.nextPosition();
  world.journal.put(run.taken, dedupe, position);
  world.journal.put(run.inbox, position, { position, ...entry, dedupe, consumed: false });
  if (run.status === "waiting") world.makeReady(run);
  world.touched.add(run.id);
  return { kind: "ok", position };
}

/** Unconsumed messages beyond a position, in order. */
export function unconsumed(run: Run, after: number): Stored[] {
  const open = [...run.inbox.values()].filter((stored) => !stored.consumed && stored.position > after);
  return open.sort((a, b) => a.position - b.position);
}

export function readInbox(run: Run, after: number, limit: number): InboxEntry[] {
  const page = unconsumed(run, after).slice(0, limit);
  return page.map(({ dedupe: _, consumed: __, ...entry }) => entry);
}
