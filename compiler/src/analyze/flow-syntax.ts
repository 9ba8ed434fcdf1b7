// Owns: the edges of each statement: what follows what, and where jumps, returns and exceptions lead.
// Does not own: nodes and points as such (flow.ts).
// I1. One entry per syntax; a statement without one is a single evaluation.
// I2. What acts on the way out (finally, for-of) takes the place of every target for what stands in it.
import * as t from "@babel/types";
import { type Effects, makeEffects, noEffects } from "./effect.ts";
import type { Env, Exit, FlowBuilder, FlowNode, Jump, Word } from "./flow.ts";
import type { Point } from "./point.ts";
import type { Binding } from "./scope.ts";

type Build<N = t.Statement> = (
  b: FlowBuilder,
  node: N,
  next: FlowNode,
  env: Env,
  labels: readonly string[],
) => FlowNode;

/** How a statement is built; undefined if it is a single evaluation. */
export function syntaxOf(node: t.Statement): Build | undefined {
  return table[node.type as "IfStatement"] as Build | undefined;
}

const buildIf: Build<t.IfStatement> = (b, { test, consequent, alternate }, next, env) => {
  const otherwise = alternate ? b.statement(alternate, next, env) : next;
  const then = b.statement(consequent, next, env);
  return b.node(["if", test], b.parts.effects.of(test), [then, otherwise], env);
};

const buildReturn: Build<t.ReturnStatement> = (b, node, _, env) => {
  const settled = !b.parts.points.unsettled.has(node);
  return b.node(["return", node.argument], b.parts.effects.of(node.argument), [env.ret(settled)], env);
};

const buildJump: Build<t.BreakStatement | t.ContinueStatement> = (b, { type, label }, _, env) => {
  const kind: Jump = type === "BreakStatement" ? "break" : "continue";
  const name = label?.name ?? null;
  return b.node([kind, name], noEffects, [env.jump(kind, name)], env);
};

const buildLabeled: Build<t.LabeledStatement> = (b, node, next, env) => {
  const labels = [node.label.name];
  let body = node.body;
  for (; t.isLabeledStatement(body); body = body.body) labels.push(body.label.name);
  const inner: Env = {
    ...env,
    jump: (kind, label) =>
      kind === "break" && label !== null && labels.includes(label) ? next : env.jump(kind, label),
  };
  return t.isLoop(body) ? (syntaxOf(body) as Build)(b, body, next, inner, labels) : b.statement(body, next, inner);
};

// ---- loops

/** A jump to one of its own labels is the loop's: of `for await` it is no way out that a record would have to name. */
function inLoop(env: Env, next: FlowNode, again: FlowNode, labels: readonly string[]): Env {
  return {
    ...env,
    jump: (kind, label) => {
      if (label !== null && !labels.includes(label)) return env.jump(kind, label);
      return kind === "break" ? next : again;
    },
  };
}

/** A head is made before what leads back to it. */
function makeHead(b: FlowBuilder, words: Word[], effects: Effects, env: Env): FlowNode {
  return b.node(words, effects, [], env);
}

const buildFor: Build<t.ForStatement> = (b, node, next, env, labels) => {
  const { effects, analysis } = b.parts;
  const head = makeHead(b, ["for", node.test], effects.of(node.test), env);
  // A variable that closures share is a new one each time around, unless it is a `var`.
  const fresh = [...(analysis.scopes.get(node)?.bindings.values() ?? [])].filter(({ cell }) => cell);
  const update = b.node(["update", node.update, ...fresh], effects.of(node.update), [head], env, true);
  const body = b.statement(node.body, update, inLoop(env, next, update, labels));
  head.next.push(body, ...(node.test ? [next] : []));
  const begin = node.init ? b.simple(node.init, head, env) : head;
  return b.enter(analysis.scopes.get(node), begin, env);
};

const buildWhile: Build<t.WhileStatement> = (b, { test, body }, next, env, labels) => {
  const head = makeHead(b, ["while", test], b.parts.effects.of(test), env);
  const again = b.node(["again"], noEffects, [head], env, true);
  head.next.push(b.statement(body, again, inLoop(env, next, again, labels)), next);
  return head;
};

const buildDoWhile: Build<t.DoWhileStatement> = (b, { test, body }, next, env, labels) => {
  const head = makeHead(b, ["do"], noEffects, env);
  const again = b.node(["again"], noEffects, [head], env, true);
  const check = b.node(["while", test], b.parts.effects.of(test), [again, next], env);
  head.next.push(b.statement(body, check, inLoop(env, next, check, labels)));
  return head;
};

const buildForIn: Build<t.ForInStatement> = (b, node, next, env, labels) => {
  const iterator = b.iterator(node);
  b.iterators++;
  const { head, begin } = openLoop(b, node, iterator, env);
  const again = b.node(["again"], noEffects, [head], env, true);
  head.next.push(buildBody(b, node, again, inLoop(env, next, again, labels)), next);
  b.iterators--;
  return begin;
};

function openLoop(b: FlowBuilder, node: t.ForXStatement, iterator: Binding, env: Env) {
  const { effects, analysis } = b.parts;
  const head = makeHead(b, [node.type], makeEffects([iterator]), env);
  const opened = effects.of(node.right);
  opened.defs.push(iterator);
  const begin = b.node(["open", node.type, node.right], opened, [head], env);
  return { head, begin: b.enter(analysis.scopes.get(node), begin, env) };
}

function buildBody(b: FlowBuilder, node: t.ForXStatement, next: FlowNode, env: Env): FlowNode {
  const { left } = node;
  const target = t.isVariableDeclaration(left) ? (left.declarations[0] as t.VariableDeclarator).id : left;
  const iterator = b.hidden.get(node)?.iterator as Binding;
  const bound = b.parts.effects.bind(target);
  const body = b.statement(node.body, next, env);
  const words = ["bind", t.isVariableDeclaration(left) ? left.kind : "", target];
  return b.node(words, { ...bound, uses: [...bound.uses, iterator] }, [body], env);
}

/** Every way out of the body but its end closes the iterator; so does an exception in it. */
const buildForOf: Build<t.ForOfStatement> = (b, node, next, env, labels) => {
  if (node.await) return buildForAwait(b, node, next, env, labels);
  const iterator = b.iterator(node);
  b.iterators++;
  const { head, begin } = openLoop(b, node, iterator, env);
  const close = (after: FlowNode[]) => b.node(["close"], makeEffects([iterator]), after, env);
  const again = b.node(["again"], noEffects, [head], env, true);
  const closing: Env = {
    handler: close(env.handler ? [env.handler] : []),
    jump: (kind, label) => close([env.jump(kind, label)]),
    ret: (settled) => close([env.ret(settled)]),
  };
  head.next.push(buildBody(b, node, again, inLoop(closing, close([next]), again, labels)), next);
  b.iterators--;
  return begin;
};

const buildForAwait: Build<t.ForOfStatement> = (b, node, next, env, labels) => {
  const points = b.parts.points.loops.get(node) as { step: Point; close: Point };
  const iterator = b.pool("iterator", b.iterators);
  const record = makeRecord(b, node, iterator);
  const { completion, result } = record;
  const own = makeEffects([iterator]);
  const finish = finishRegion(b, record, next, env);
  const ended = makeEffects([completion, result]);
  const take = b.point(points.close, [], makeEffects([iterator]), ended, finish.dispatch, env);
  const region = finish.into(b.node(["done?"], own, [take, finish.dispatch], env));
  b.iterators++;
  b.completions++;
  const { head, begin } = openLoop(b, node, iterator, env);
  const again = b.node(["again"], noEffects, [head], region, true);
  const body = buildBody(b, node, again, inLoop(region, region.normal, again, labels));
  head.next.push(b.point(points.step, [], own, own, body, region, [region.normal]));
  b.iterators--;
  b.completions--;
  return begin;
};

const buildSwitch: Build<t.SwitchStatement> = (b, node, next, env) => {
  const { discriminant, cases } = node;
  const inner: Env = {
    ...env,
    jump: (kind, label) => (kind === "break" && label === null ? next : env.jump(kind, label)),
  };
  let after = next;
  const entries = cases.toReversed().map(({ consequent }) => {
    after = b.list(consequent, after, inner);
    return after;
  });
  entries.reverse();
  const tests = cases.map(({ test }) => test ?? null);
  const words = tests.flatMap((test) => [test ? "case" : "default", test]);
  const otherwise = tests.includes(null) ? [] : [next];
  const evaluated = b.parts.effects.of(discriminant, ...tests);
  const head = b.node(["switch", discriminant, ...words], evaluated, [...entries, ...otherwise], env);
  return b.enter(b.parts.analysis.scopes.get(node), head, env);
};

// ---- try

const buildTry: Build<t.TryStatement> = (b, node, next, env) => {
  const { block, handler, finalizer } = node;
  if (!finalizer) return buildCatch(b, block, handler as t.CatchClause, next, env);
  const finish = finishRegion(b, makeRecord(b, node, null), next, env);
  // The record outlives the finalizer, in which other records may be made.
  b.completions++;
  const region = finish.into(b.statement(finalizer, finish.dispatch, env));
  const entry = handler
    ? buildCatch(b, block, handler, region.normal, region)
    : b.statement(block, region.normal, region);
  b.completions--;
  return entry;
};

function buildCatch(
  b: FlowBuilder,
  block: t.BlockStatement,
  handler: t.CatchClause,
  next: FlowNode,
  env: Env,
): FlowNode {
  const body = b.statement(handler.body, next, env);
  const bound = handler.param ? b.parts.effects.bind(handler.param) : noEffects;
  const caught = b.node(["catch", handler.param], bound, [body], env);
  const entered = b.enter(b.parts.analysis.scopes.get(handler), caught, env);
  return b.statement(block, next, { ...env, handler: entered });
}

interface CompletionRecord {
  completion: Binding;
  result: Binding;
  exits: Exit[];
}

function makeRecord(b: FlowBuilder, node: t.Node, iterator: Binding | null): CompletionRecord {
  const completion = b.pool("completion", b.completions);
  const result = b.pool("result", b.completions);
  const record = { completion, result, exits: [] };
  b.hidden.set(node, { iterator, ...record });
  return record;
}

/** Adds an exit at its place: a stored record has its number. */
function addExit(exits: Exit[], kind: Jump, label: string | null): void {
  if (exits.some((exit) => exit.kind === kind && exit.label === label)) return;
  exits.push({ kind, label });
  exits.sort((a, b) => (exitText(a) < exitText(b) ? -1 : 1));
}

const exitText = ({ kind, label }: Exit) => `${kind} ${label ?? ""}`;

/**
 * The end of a protected region: whatever leaves it writes a record, the finalizer runs, the record is carried out. A frame
 * that waits in the finalizer holds a record, so that the ways out that its code knows are part of what can still run.
 */
function finishRegion(b: FlowBuilder, { completion, result, exits }: CompletionRecord, next: FlowNode, env: Env) {
  const outs = [next];
  if (env.handler) outs.push(env.handler);
  const words: Word[] = ["dispatch"];
  const returns = new Set<string>();
  const tell = () => void words.splice(1, words.length, ...[...returns].sort(), ...exits.map(exitText));
  const dispatch = b.node(words, makeEffects([completion, result]), outs, env);
  const into = (finalizer: FlowNode): Env & { normal: FlowNode } => {
    const defs = [completion, result];
    const record = (words: Word[], out: FlowNode | null) => {
      if (out !== null && !outs.includes(out)) outs.push(out);
      const index = out === null ? "throw" : String(outs.indexOf(out));
      return b.node(["record", ...words, index], makeEffects([], defs), [finalizer], env);
    };
    return {
      handler: record(["throw"], null),
      normal: record(["normal"], next),
      jump(kind, label) {
        addExit(exits, kind, label);
        tell();
        return record([kind, label], env.jump(kind, label));
      },
      ret(settled) {
        returns.add(settled ? "return" : "return a promise");
        tell();
        return record(["return"], env.ret(settled));
      },
    };
  };
  return { dispatch, into };
}

const table: { [Type in t.Statement["type"]]?: Build<Extract<t.Statement, { type: Type }>> } = {
  IfStatement: buildIf,
  BlockStatement: (b, node, next, env) => b.enter(b.parts.analysis.scopes.get(node), b.list(node.body, next, env), env),
  ReturnStatement: buildReturn,
  ThrowStatement: (b, { argument }, _, env) => b.node(["throw", argument], b.parts.effects.of(argument), [], env),
  BreakStatement: buildJump,
  ContinueStatement: buildJump,
  LabeledStatement: buildLabeled,
  ForStatement: buildFor,
  WhileStatement: buildWhile,
  DoWhileStatement: buildDoWhile,
  ForInStatement: buildForIn,
  ForOfStatement: buildForOf,
  SwitchStatement: buildSwitch,
  TryStatement: buildTry,
  FunctionDeclaration: (_, __, next) => next,
  EmptyStatement: (_, __, next) => next,
};
