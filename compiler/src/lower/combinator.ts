// Owns: `Promise.all` and its kin in durable code, and the calls whose results go there (docs/abi.md 12).
// Does not own: what they do (runtime).
// I1. Only the global `Promise` counts; a patched method is noticed by the runtime.
// I2. A call counts as a combinator's if it stands in the array literal there, or is all that an arrow given to `.map` there does.
import * as t from "@babel/types";
import { id, undef } from "./nodes.ts";
import type { Rewriter } from "./rewrite.ts";
import { textOf } from "./text.ts";
import type { View } from "./view.ts";

const kinds = new Set(["all", "any", "race", "allSettled"]);

/** Which combinator a call means. */
export function combinatorOf(node: t.CallExpression, view: View): string | undefined {
  const { callee } = node;
  if (!t.isMemberExpression(callee) || callee.computed || !t.isIdentifier(callee.object, { name: "Promise" }))
    return undefined;
  const kind = t.isIdentifier(callee.property) ? callee.property.name : "";
  const isGlobal = view.use(callee.object) === undefined && view.module.analysis.root.globals.has("Promise");
  return isGlobal && kinds.has(kind) && node.arguments.length === 1 && !t.isSpreadElement(node.arguments[0])
    ? kind
    : undefined;
}

/** The combinator, or a call that was found to belong to one; undefined for any other call. */
export function rewriteCombinator(node: t.CallExpression, rewriter: Rewriter): t.Expression | undefined {
  const { view } = rewriter;
  const kind = combinatorOf(node, view);
  if (kind === undefined) return view.module.later.has(node) ? rewriteLater(node, rewriter) : undefined;
  const [items] = node.arguments as [t.Expression];
  for (const made of callsIn(items)) view.module.later.add(made);
  // A function that is given away here is not the same as one of the same text elsewhere.
  if (t.isCallExpression(items)) for (const mapper of items.arguments) view.module.later.add(mapper);
  const helper = t.callExpression(view.abi("promise"), [
    t.stringLiteral(kind),
    id("Promise"),
    rewriter.expression(items),
  ]);
  return { ...helper, loc: node.loc ?? null };
}

function callsIn(items: t.Expression): t.CallExpression[] {
  if (t.isArrayExpression(items)) return items.elements.filter((item) => t.isCallExpression(item));
  if (!t.isCallExpression(items) || !t.isMemberExpression(items.callee)) return [];
  const [mapper] = items.arguments;
  if (!t.isIdentifier(items.callee.property, { name: "map" }) || !t.isArrowFunctionExpression(mapper)) return [];
  const [only] = t.isBlockStatement(mapper.body) ? mapper.body.body : [t.returnStatement(mapper.body)];
  const result = t.isReturnStatement(only) && !mapper.async ? only.argument : undefined;
  return t.isCallExpression(result) ? [result] : [];
}

/** `$R.later(f, self, [args], text)`: can be called again after a restore. */
function rewriteLater(node: t.CallExpression, rewriter: Rewriter): t.Expression | undefined {
  const { callee } = node;
  if (t.isSuper(callee) || t.isImport(callee) || t.isV8IntrinsicIdentifier(callee)) return undefined;
  let self: t.Expression = undef();
  if (t.isMemberExpression(callee)) {
    // The receiver must be the same object without being evaluated twice.
    if (!t.isIdentifier(callee.object) && !t.isThisExpression(callee.object)) return undefined;
    self = rewriter.expression(callee.object);
  }
  const args = node.arguments.map((arg) => rewriter.node(arg)) as t.Expression[];
  const text = textOf(callee, rewriter.view.module);
  const parts = [rewriter.expression(callee), self, t.arrayExpression(args), t.stringLiteral(text)];
  return { ...t.callExpression(rewriter.view.abi("later"), parts), loc: node.loc ?? null };
}
