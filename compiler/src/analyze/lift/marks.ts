// Owns: what lifting says about nodes it made, in `extra.coldframe`, for lower/ and the fingerprints.
// Does not own: the nodes (nodes.ts).
// I1. A marked node is ordinary JavaScript with the meaning that its mark names, so lower/ may leave it as it is or put
//     something better in its place.
import * as t from "@babel/types";

/** A variable that holds an intermediate value. On its declaration and on every use. */
export interface TempMark {
  kind: "temp";
  /** Text, without layout, of the expression it stands for: part of the key of its slot. */
  of: string;
}

/** `Reflect.apply(fn, self, [...args])`: a call of a method that was read before its arguments were evaluated. */
export interface ApplyMark {
  kind: "apply";
  /** Source of the callee, for messages. */
  text: string;
}

/** `...list`: the list is an array of ours, and spreading it may look nothing up. */
export interface ListMark {
  kind: "list";
}

/** `(0, fn)`: keeps an anonymous function or class from being named after a temporary. */
export interface AnonymousMark {
  kind: "anonymous";
}

/** `(strings) => strings` as a tag: gives the template object of its place. */
export interface StringsMark {
  kind: "strings";
}

/** `yield` of what has been awaited: the language awaits it once more, which nobody can tell but by ticks. */
export interface AwaitedMark {
  kind: "awaited";
}

/** `await` of what a function returns, which the user has not written. */
export interface ReturnedMark {
  kind: "returned";
}

/** A function expression that was a method of a class, with its name. */
export interface MethodMark {
  kind: "method";
  name: string;
}

/** On the body of a class: variables that each evaluation of the class has for itself. */
export interface VariablesMark {
  kind: "variables";
  names: readonly string[];
}

export type Mark =
  | TempMark
  | ApplyMark
  | ListMark
  | AnonymousMark
  | StringsMark
  | AwaitedMark
  | ReturnedMark
  | MethodMark
  | VariablesMark;

export function setMark<N extends t.Node>(node: N, mark: Mark): N {
  node.extra = { ...node.extra, coldframe: mark };
  return node;
}

/** The mark of a kind that a node has. */
export function markOf<K extends Mark["kind"]>(
  node: t.Node | null | undefined,
  kind: K,
): Extract<Mark, { kind: K }> | undefined {
  const mark = node?.extra?.coldframe as Mark | undefined;
  return mark?.kind === kind ? (mark as Extract<Mark, { kind: K }>) : undefined;
}

/** Whether a node is a temporary, where it is declared or used. */
export function isTemp(node: t.Node | null | undefined): boolean {
  return markOf(node, "temp") !== undefined;
}

/** The parts of a call that was made of a method read before; undefined for any other node. */
export interface Apply {
  fn: t.Expression;
  self: t.Expression;
  args: (t.Expression | t.SpreadElement)[];
  text: string;
}

export function applyOf(node: t.Node | null | undefined): Apply | undefined {
  const mark = markOf(node, "apply");
  if (!mark || !t.isCallExpression(node)) return undefined;
  const [fn, self, args] = node.arguments as [t.Expression, t.Expression, t.ArrayExpression];
  return { fn, self, args: args.elements as Apply["args"], text: mark.text };
}
