/**
 * Owns: what runs after an await, found by running the program natively with marks in it: an oracle that knows nothing of
 *   the compiler's graphs.
 * Does not own: which edits are made (edit.ts), what they must come to (random-edits.test.ts).
 *
 * R1. A pair says: in one call of the function, this piece was evaluated after that await had been left. Nothing is
 *     said of pairs that did not occur.
 * R2. A piece is marked when what an edit of it changes is done: a literal as it is read, an operator behind its operands.
 */
import type { Node } from "@babel/types";
import { runNative } from "../../property/modes.ts";

export interface Suspension {
  /** Index of the function that it stands in. */
  fn: number;
  line: number;
  /** From 1. */
  column: number;
}

/** A function's body, an await in it or a piece, in order of the text. */
export type Marked =
  | { kind: "function"; node: Node; body: Node; isExpression: boolean }
  | { kind: "suspension"; node: Node; index: number }
  | { kind: "piece"; node: Node; index: number; isBefore: boolean };

/** Pairs of a suspension and a piece, by their indices. */
export type Pairs = Map<number, Set<number>>;

interface Call {
  passed: Set<number>;
}

interface Hooks {
  enter(): Call;
  after<T>(call: Call, suspension: number, value: T): T;
  at<T>(call: Call, piece: number, value: T): T;
}

/** Runs a program once. @returns what was evaluated after each await, and all that was evaluated */
export async function findReached(text: string, strict: boolean, marked: readonly Marked[]) {
  const after: Pairs = new Map();
  const evaluated = new Set<number>();
  const hooks: Hooks = {
    enter: () => ({ passed: new Set() }),
    after(call, suspension, value) {
      call.passed.add(suspension);
      return value;
    },
    at(call, piece, value) {
      evaluated.add(piece);
      for (const suspension of call.passed) {
        const pieces = after.get(suspension) ?? new Set();
        after.set(suspension, pieces.add(piece));
      }
      return value;
    },
  };
  (globalThis as unknown as { reach: Hooks }).reach = hooks;
  const { outcome } = await runNative({ text: instrument(text, marked), strict, timed: false, name: "reach" });
  return { after, evaluated, outcome };
}

interface Insertion {
  at: number;
  text: string;
  isEnd: boolean;
}

/** The program with a call of a hook around each marked node; those outside come first. */
export function instrument(text: string, marked: readonly Marked[]): string {
  const insertions: Insertion[] = [];
  for (const mark of marked) {
    const [open, close] = wrapOf(mark);
    insertions.push({ at: beginOf(mark, text), text: open, isEnd: false });
    if (close !== "") insertions.push({ at: mark.node.end as number, text: close, isEnd: true });
  }
  // At one place: what ends there, inner first; then what begins there, outer first.
  const order = insertions.map((insertion, index) => ({
    ...insertion,
    order: insertion.isEnd ? -insertions.length - index : index,
  }));
  order.sort((a, b) => a.at - b.at || a.order - b.order);
  let made = "";
  let from = 0;
  for (const { at, text: inserted } of order) {
    made += text.slice(from, at) + inserted;
    from = at;
  }
  return made + text.slice(from);
}

/** The body of an arrow may stand in parentheses, which no node owns. */
function beginOf(mark: Marked, text: string): number {
  if (mark.kind !== "function") return mark.node.start as number;
  const start = mark.body.start as number;
  return mark.isExpression ? text.lastIndexOf("=>", start) + 2 : start + 1;
}

function wrapOf(mark: Marked): [open: string, close: string] {
  const enter = "const $call = reach.enter();";
  if (mark.kind === "function") return mark.isExpression ? [`{ ${enter} return (`, "); }"] : [enter, ""];
  if (mark.kind === "suspension") return [`reach.after($call, ${mark.index}, (`, "))"];
  if (mark.isBefore) return [`{ reach.at($call, ${mark.index}, 0); `, " }"];
  return [`reach.at($call, ${mark.index}, (`, "))"];
}
