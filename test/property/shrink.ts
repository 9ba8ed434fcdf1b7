/**
 * Owns: a failing program made smaller while it still fails: greedy edits of its syntax tree, from large to small.
 *
 * S1. Fuel is never touched on its own, so what is left still ends.
 * S2. A call under way keeps its log (`fork`), its pause, and stays awaited: what is left still does not depend on ticks.
 * S3. The caller's test decides; it must also refuse programs that are nonsense natively.
 */
import generateModule from "@babel/generator";
import { parse } from "@babel/parser";
import * as t from "@babel/types";

const generate = ((generateModule as { default?: unknown }).default ?? generateModule) as typeof generateModule;

type Test = (text: string) => Promise<boolean>;
type Edit = () => () => void; // does it, and returns what undoes it

export interface ShrinkOptions {
  /** Time to spend, in ms. */
  limitMs: number;
}

/** @returns the smallest text found for which `fails` holds; it has held for `text` */
export async function shrink(text: string, fails: Test, { limitMs }: ShrinkOptions): Promise<string> {
  const end = performance.now() + limitMs;
  const ast = parse(text, { sourceType: "script", allowReturnOutsideFunction: true });
  let best = print(ast) ?? text; // laid out anew, so that lengths can be compared
  for (let progress = true; progress && performance.now() < end; ) {
    progress = false;
    for (const edit of editsOf(ast.program)) {
      if (performance.now() >= end) break;
      const undo = edit();
      const candidate = print(ast);
      if (candidate !== undefined && candidate.length < best.length && (await fails(candidate))) {
        best = candidate;
        progress = true;
      } else undo();
    }
  }
  return best;
}

/** An edit may leave a tree that has no text. */
function print(ast: t.Node): string | undefined {
  try {
    return generate(ast).code;
  } catch {
    return undefined;
  }
}

/** All edits of a tree, the nodes outside before those inside; a node that has been removed gives none. */
function* editsOf(root: t.Node): Generator<Edit> {
  const queue: t.Node[] = [root];
  for (let node = queue.shift(); node !== undefined; node = queue.shift()) {
    yield* editsOfNode(node);
    queue.push(...childrenOf(node).filter((child) => !isProtected(child)));
  }
}

function isNode(value: unknown): value is t.Node {
  return typeof value === "object" && value !== null && "type" in value;
}

/** Spending fuel may only go with all that is around it: the function, the loop (S1). */
function isProtected(node: t.Node): boolean {
  if (t.isIfStatement(node)) return spends(node.test);
  if (t.isExpressionStatement(node)) return t.isAwaitExpression(node.expression) && isPause(node.expression.argument);
  return t.isExpression(node) && (spends(node) || isFork(node));
}

/** What begins without being awaited waits for the clock first (S2). */
function isPause(node: t.Node): boolean {
  return t.isCallExpression(node) && t.isIdentifier(node.callee, { name: "pause" });
}

function isFork(node: t.Node): boolean {
  return t.isCallExpression(node) && t.isIdentifier(node.callee) && /^forks?$/.test(node.callee.name);
}

/** Whether fuel is spent in it, other than in functions within. */
function spends(node: t.Node): boolean {
  if (t.isFunction(node)) return false;
  if (t.isCallExpression(node) && t.isIdentifier(node.callee, { name: "spend" })) return true;
  return childrenOf(node).some(spends);
}

function childrenOf(node: t.Node): t.Node[] {
  return (t.VISITOR_KEYS[node.type] ?? []).flatMap((key) => {
    const child = (node as unknown as Record<string, unknown>)[key];
    return (Array.isArray(child) ? child : [child]).filter(isNode);
  });
}

function* editsOfNode(node: t.Node): Generator<Edit> {
  const fields = node as unknown as Record<string, unknown>;
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const child = fields[key];
    if (Array.isArray(child)) yield* editsOfList(child, key);
    else if (isNode(child)) yield* editsOfChild(fields, key, child);
  }
}

function* editsOfList(list: unknown[], key: string): Generator<Edit> {
  const removable = [
    "body",
    "declarations",
    "elements",
    "arguments",
    "properties",
    "cases",
    "consequent",
    "params",
    "expressions",
  ];
  // Halves first, then one by one.
  if (key === "body" && list.length > 3) {
    const half = Math.floor(list.length / 2);
    const kept = (from: number, to: number) =>
      list.filter((item, index) => (index >= from && index < to) || (isNode(item) && isProtected(item)));
    yield () => replaceList(list, kept(0, half));
    yield () => replaceList(list, kept(half, Number.POSITIVE_INFINITY));
  }
  for (const item of [...list].reverse()) {
    if (!isNode(item) || isProtected(item)) continue;
    if (!list.includes(item)) continue;
    if (removable.includes(key))
      yield () =>
        replaceList(
          list,
          list.filter((other) => other !== item),
        );
    if (!list.includes(item)) continue;
    for (const inner of replacements(item)) {
      if (!list.includes(item)) break;
      yield () =>
        replaceList(
          list,
          list.flatMap((other) => (other === item ? inner : [other])),
        );
    }
  }
}

function replaceList(list: unknown[], next: unknown[]): () => void {
  const former = [...list];
  list.splice(0, list.length, ...next);
  return () => void list.splice(0, list.length, ...former);
}

function* editsOfChild(fields: Record<string, unknown>, key: string, child: t.Node): Generator<Edit> {
  const set = (next: t.Node | null) => () => {
    fields[key] = next;
    return () => {
      fields[key] = child;
    };
  };
  if (isLoopTest(fields, key) || isProtected(child)) return;
  const optional = ["alternate", "finalizer", "handler", "init", "argument", "param"];
  if (optional.includes(key) && !(key === "argument" && fields.type !== "ReturnStatement")) yield set(null);
  if (fields[key] !== child) return;
  for (const [one] of replacements(child)) {
    if (fields[key] !== child) return;
    if (one !== undefined) yield set(one);
  }
}

function isLoopTest(fields: Record<string, unknown>, key: string): boolean {
  const isLoop = t.isLoop(fields as unknown as t.Node);
  return isLoop && (key === "test" || key === "update" || key === "init");
}

/** What may stand in place of a node, smallest first. */
function replacements(node: t.Node): t.Node[][] {
  if (t.isStatement(node)) return statementReplacements(node);
  if (t.isExpression(node)) return expressionReplacements(node);
  return [];
}

function bodyOf(node: t.Statement | null | undefined): t.Node[] {
  if (!node) return [];
  return t.isBlockStatement(node) ? node.body : [node];
}

function statementReplacements(node: t.Statement): t.Node[][] {
  if (t.isIfStatement(node)) return [bodyOf(node.consequent), bodyOf(node.alternate)];
  if (t.isTryStatement(node))
    return [node.block.body, [...node.block.body, ...bodyOf(node.finalizer)], bodyOf(node.handler?.body)];
  if (t.isBlockStatement(node)) return [node.body];
  if (t.isLabeledStatement(node)) return [[node.body]];
  if (t.isLoop(node)) return [bodyOf(node.body).filter((one) => !isProtected(one))];
  if (t.isSwitchStatement(node)) return node.cases.map((one) => one.consequent);
  return [];
}

function expressionReplacements(node: t.Expression): t.Node[][] {
  if (t.isLiteral(node) && !t.isTemplateLiteral(node)) return [];
  if (t.isIdentifier(node) && node.name === "L") return [];
  const simple: t.Node[][] = t.isIdentifier(node)
    ? [[t.numericLiteral(1)]]
    : [[t.numericLiteral(1)], [t.identifier("undefined")]];
  const within = t.isAwaitExpression(node) ? childrenOf(node.argument) : childrenOf(node);
  const inner = within.filter((one) => t.isExpression(one));
  return [...simple, ...inner.map((one) => [one])];
}
