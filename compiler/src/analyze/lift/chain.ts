// Owns: optional chains, `a?.b(await c)?.d`, that suspend after the first `?.`, or are awaited.
// Does not own: chains that suspend before it only: those keep their form.
// I1. Every `?.` up to the last suspension becomes an `if`; what follows the last suspension stays a chain.
// I2. A call in the chain has the base of the member before it as `this`; so has the call of a chain in parentheses.
import * as t from "@babel/types";
import { Callee } from "./callee.ts";
import type { Lift } from "./lift.ts";
import { Place } from "./member.ts";
import { applyCall, assignment, isNullishTest, undefinedNode } from "./nodes.ts";
import { argumentsOf, type Operand, runInOrder, ValueOperand } from "./operands.ts";
import { withoutHashes } from "./text.ts";

type Chain = t.OptionalMemberExpression | t.OptionalCallExpression;

export function isChain(node: t.Node): node is Chain {
  return t.isOptionalMemberExpression(node) || t.isOptionalCallExpression(node);
}

/** What becomes of the two ways out of a chain. */
interface Ends {
  /** `reference` is what is left of the links that were taken apart. */
  reached(reference: Callee): void;
  /** A `?.` found nothing. */
  missing(): void;
  /** Makes the last call of the links that are taken apart; by default, one that may evaluate its arguments. */
  call?(callee: Callee, node: t.OptionalCallExpression): t.Expression;
}

function linksOf(chain: Chain): { root: t.Expression; links: Chain[] } {
  const links: Chain[] = [];
  let root: t.Expression = chain;
  while (isChain(root)) {
    links.unshift(root);
    root = t.isOptionalCallExpression(root) ? root.callee : root.object;
  }
  return { root, links };
}

function partsOf(link: Chain): t.Node[] {
  if (t.isOptionalCallExpression(link)) return link.arguments;
  return link.computed ? [link.property] : [];
}

/** Takes apart the links up to `through`. */
function takeApart(chain: Chain, through: number, ends: Ends, lift: Lift): void {
  const { root, links } = linksOf(chain);
  const start = new Callee(lift, root);
  start.run();
  const step = (reference: Callee, index: number): void => {
    const link = links[index];
    const goOn = (link: Chain) => step(follow(reference, link, index === through), index + 1);
    if (index > through || !link) ends.reached(reference);
    else if (!link.optional) goOn(link);
    else {
      const later = links.slice(index, through + 1).flatMap(partsOf);
      const test = isNullishTest(reference.probe(later));
      const missing = lift.block(ends.missing);
      lift.emit(
        t.ifStatement(
          test,
          missing,
          lift.block(() => goOn(link)),
        ),
      );
    }
  };
  const follow = (reference: Callee, link: Chain, isLast: boolean): Callee => {
    if (t.isOptionalMemberExpression(link)) {
      const place = new Place(lift, link, reference.take());
      place.run();
      return new Callee(lift, link, place);
    }
    const makeCall = (isLast && ends.call) || ((callee, node) => callInChain(callee, node, lift));
    return new Callee(lift, link, new ValueOperand(lift, link, "v", makeCall(reference, link)));
  };
  step(start, 0);
}

function callInChain(callee: Callee, node: t.OptionalCallExpression, lift: Lift): t.Expression {
  const args = argumentsOf(lift, node.arguments);
  runInOrder(lift, [callee, ...args]);
  return callee.call(args.map(({ result }) => result));
}

/** The links after those that were taken apart, on what is left of these. */
function putTogether(reference: Callee, rest: readonly Chain[]): t.Expression {
  let isOptional = false;
  return rest.reduce((base: t.Expression, link) => {
    isOptional ||= link.optional;
    if (t.isOptionalCallExpression(link))
      return isOptional
        ? t.optionalCallExpression(base, link.arguments, link.optional)
        : t.callExpression(base, link.arguments);
    const { property, computed, optional } = link;
    return isOptional
      ? t.optionalMemberExpression(base, property as t.Expression, computed, optional)
      : t.memberExpression(base, property, computed);
  }, reference.take());
}

/** Lifts a chain that is used for its value. */
export function liftChain(node: Chain, lift: Lift): t.Expression {
  const { links } = linksOf(node);
  const through = links.findLastIndex((link) => partsOf(link).some(lift.suspends));
  if (through < 0) return keepForm(node, lift);
  const result = lift.temp("v", node);
  const finish = (value: t.Expression) => lift.emit(assignment(lift.again(result), value));
  const reached = (reference: Callee) => finish(putTogether(reference, links.slice(through + 1)));
  takeApart(node, through, { reached, missing: () => finish(undefinedNode()) }, lift);
  return result;
}

/** Only the root suspends: `(await a)?.b`. */
function keepForm(node: Chain, lift: Lift): t.Expression {
  const { root, links } = linksOf(node);
  const start = new Callee(lift, root);
  start.run();
  return putTogether(start, links);
}

/** `delete a?.b[await c]`. */
export function deleteChain(node: t.OptionalMemberExpression, lift: Lift): t.Expression {
  const { links } = linksOf(node);
  const result = lift.temp("v", t.unaryExpression("delete", node));
  const finish = (value: t.Expression) => lift.emit(assignment(lift.again(result), value));
  const reached = (reference: Callee) => finish(t.unaryExpression("delete", reference.take()));
  takeApart(node, links.length - 1, { reached, missing: () => finish(t.booleanLiteral(true)) }, lift);
  return result;
}

/** Lifts a chain that ends in a call, all of it, so that the call stands by itself. */
export function liftChainCall(
  node: t.OptionalCallExpression,
  call: (callee: Callee, node: t.OptionalCallExpression) => t.Expression,
  ends: { reached(value: t.Expression): void; missing(): void },
  lift: Lift,
): void {
  const reached = (reference: Callee) => ends.reached(reference.take());
  takeApart(node, linksOf(node).links.length - 1, { ...ends, reached, call }, lift);
}

/** Callee of `(a?.b)(await c)`. */
export class ChainCallee implements Operand {
  readonly node: t.OptionalMemberExpression;
  readonly #lift: Lift;
  #method: { fn: t.Identifier; self: t.Identifier } | null = null;

  constructor(lift: Lift, node: t.OptionalMemberExpression) {
    this.#lift = lift;
    this.node = node;
  }

  run(): void {
    if (this.#lift.suspends(this.node)) this.keep();
  }

  keep(): void {
    if (this.#method) return;
    const { node } = this;
    const lift = this.#lift;
    const method = { fn: lift.temp("f", node), self: lift.temp("b", node.object) };
    const reached = ({ place }: Callee) => {
      if (!place) return;
      place.fixBase([]);
      lift.emit(assignment(lift.again(method.self), place.self()));
      lift.emit(assignment(lift.again(method.fn), place.take()));
    };
    const missing = () => lift.emit(assignment(lift.again(method.fn), undefinedNode()));
    takeApart(node, linksOf(node).links.length - 1, { reached, missing }, lift);
    this.#method = method;
  }

  simplify(): void {
    this.keep();
  }

  get isDirect(): boolean {
    return this.#method === null;
  }

  take(): t.Expression {
    return this.#method?.fn ?? this.node;
  }

  call(args: (t.Expression | t.SpreadElement)[]): t.CallExpression {
    if (!this.#method) return t.callExpression(this.node, args);
    return applyCall(this.#method.fn, this.#method.self, args, withoutHashes(this.#lift.texts.of(this.node)));
  }
}
