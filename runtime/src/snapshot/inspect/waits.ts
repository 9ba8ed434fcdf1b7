/**
 * Owns: what the frames of a snapshot wait for, in words.
 * Does not own: what the store knows of it (engine/inspection.ts).
 */
import { READY_NODE } from "../fixed.ts";
import { RECORD_FORM } from "../shapes.ts";
import { tags } from "../tags.ts";
import { type FrameNode, frameOf, type Item, type TableNode } from "./node-table.ts";
import { harmless, shorten } from "./print.ts";
import type { StandIns } from "./stand-ins.ts";

interface Found {
  readonly frame: FrameNode;
  readonly number: number;
}

/** What is known of an operation beside its name: `, attempt 2`. */
export type AboutOperation = (id: string) => string;

export class Waits {
  readonly #all: StandIns;
  readonly #about: AboutOperation;
  /** Who is called, by the node of who calls. */
  readonly #callees = new Map<number, FrameNode>();

  constructor(all: StandIns, frames: readonly Found[], about: AboutOperation) {
    this.#all = all;
    this.#about = about;
    for (const { frame } of frames)
      if (frame.caller?.reference === true) this.#callees.set(Number(frame.caller.token), frame);
  }

  of(frame: FrameNode, number: number): string {
    return harmless(shorten(this.#of(frame, number), 500));
  }

  #of({ wait }: FrameNode, number: number): string {
    const callee = this.#callees.get(number);
    if (callee !== undefined) return `${this.#all.idOf(callee.code)} to return`;
    if (wait === undefined) return "nothing";
    if (wait.reference && wait.token === READY_NODE) return "its turn";
    return this.#node(wait) ?? `the value ${this.#all.describe(wait)}`;
  }

  /** What a node of the runtime waits for; undefined for values. */
  #node(item: Item): string | undefined {
    const node = this.#all.table.at(item);
    if (node === undefined) return undefined;
    const fields = recordOf(node);
    if (fields !== undefined) return records[fields.name]?.(fields, this.#all, this.#about);
    if (node.tag !== tags.named) return undefined;
    const [name, first, state, , leaf, work] = node.items;
    if (name?.token === "promise") return this.#promise(first);
    if (name?.token !== "task") return undefined;
    if (state?.token !== 0) return "its turn";
    return this.#work(work) ?? this.#stack(leaf);
  }

  /** Its task; one that is fulfilled has none any more. */
  #promise(task: Item | undefined): string | undefined {
    const isTask = this.#all.table.at(task)?.items[0]?.token === "task";
    return isTask && task !== undefined ? this.#node(task) : "its turn";
  }

  #work(work: Item | undefined): string | undefined {
    const node = this.#all.table.at(work);
    const fields = node && recordOf(node);
    return fields && records[fields.name]?.(fields, this.#all, this.#about);
  }

  /** The function at the bottom of a stack is the one that was called. */
  #stack(leaf: Item | undefined): string {
    const seen = new Set<unknown>();
    let code: number | undefined;
    for (let at = leaf; at !== undefined && !seen.has(at.token); ) {
      seen.add(at.token);
      const node = this.#all.table.at(at);
      const frame = node && frameOf(node);
      code = frame?.code ?? code;
      at = frame?.caller;
    }
    return code === undefined ? "a promise of this run" : `${this.#all.idOf(code)} to return`;
  }
}

interface Fields {
  readonly name: string;
  get(key: string): Item | undefined;
}

function recordOf({ shape, items }: TableNode): Fields | undefined {
  if (shape?.[0] !== RECORD_FORM) return undefined;
  return { name: String(shape[1]), get: (key) => items[shape.indexOf(key, 4) - 4] };
}

const records: Readonly<Record<string, (fields: Fields, all: StandIns, about: AboutOperation) => string>> = {
  operation: (fields, _all, about) =>
    nameOfOperation(String(fields.get("name")?.token)) + about(String(fields.get("data")?.token)),
  call: (fields) => `the call of ${String(fields.get("text")?.token)}, which is made again after a restart`,
  lost: (fields) => `${String(fields.get("text")?.token)}, which a restart cannot bring back`,
  combination: (fields, all) => {
    const items = all.table.at(fields.get("items"))?.items.length ?? 0;
    return `Promise.${String(fields.get("kind")?.token)} of ${items}, of which ${String(fields.get("left")?.token)} are open`;
  },
  reaction: () => "a callback of `then`",
};

/** `step shop/orders#charge` or `sleep`. */
export function nameOfOperation(kind: string): string {
  return kind.startsWith("step ") ? `the step ${kind.slice("step ".length)}` : `its ${kind}`;
}
