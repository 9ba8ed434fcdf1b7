// Owns: the check that a function is in normal form (index.ts), for tests and COLDFRAME_VERIFY.
// Does not own: whether it still does the same; only running both can tell.
import * as t from "@babel/types";
import { isLoad } from "./callee.ts";
import { childrenOf, isSuspension, ownChildrenOf } from "./children.ts";
import { awaitsResult, returnsPromise } from "./jump.ts";
import { applyOf, isTemp, markOf } from "./marks.ts";
import { isSimple } from "./nodes.ts";
import { hasTailCall } from "./tail.ts";

interface Place {
  node: t.Node;
  /** What encloses it, the innermost first. */
  outer: readonly t.Node[];
  fn: t.Function;
}

type Check = (place: Place) => string | null;

/**
 * Tells whether a function is in normal form.
 * @returns null, or what is wrong and where
 */
export function isNormal(fn: t.Function): string | null {
  if (!t.isBlockStatement(fn.body)) return describe(fn, "N4: the body is no block");
  return checkTemps(fn) ?? findFault({ node: fn.body, outer: [], fn });
}

function findFault(place: Place): string | null {
  for (const check of checks) {
    const fault = check(place);
    if (fault) return describe(place.node, fault);
  }
  const outer = [place.node, ...place.outer];
  for (const node of ownChildrenOf(place.node)) {
    const fault = findFault({ node, outer, fn: place.fn });
    if (fault) return fault;
  }
  return null;
}

function describe({ type, loc }: t.Node, fault: string): string {
  const at = loc ? `${loc.start.line}:${loc.start.column}` : "no place";
  return `${fault} (${type} at ${at})`;
}

const checks: Check[] = [checkPosition, checkOperand, checkReturn, checkLine];

/** N1, N3, N5 */
function checkPosition({ node, outer: [parent, above, list] }: Place): string | null {
  if (!isSuspension(node)) return null;
  const fault = "N1: this await or yield does not stand alone";
  if (t.isExpressionStatement(parent)) return isList(above) ? null : fault;
  if (t.isAssignmentExpression(parent, { operator: "=" })) {
    const isAlone = t.isIdentifier(parent.left) && t.isExpressionStatement(above) && isList(list);
    return isAlone ? null : fault;
  }
  if (!t.isVariableDeclarator(parent) || !t.isVariableDeclaration(above)) return fault;
  const isOne = t.isIdentifier(parent.id) && above.declarations.length === 1;
  return isOne && isList(list) ? null : fault;
}

function isList(node: t.Node | undefined): boolean {
  return t.isBlockStatement(node) || t.isSwitchCase(node);
}

/** N1 */
function checkOperand({ node }: Place): string | null {
  if (!t.isAwaitExpression(node)) return null;
  const { argument } = node;
  if (t.isTaggedTemplateExpression(argument)) return null;
  if (!t.isCallExpression(argument)) return hasTailCall(argument) ? "N1: a call in the tail of what is awaited" : null;
  const apply = applyOf(argument);
  const args = apply?.args ?? argument.arguments;
  if (isCombinatorCall(argument)) return null;
  if (apply ? !isSimple(apply.fn) || !isSimple(apply.self) : !isPlainCallee(argument.callee))
    return "N1: the callee of an awaited call has something to evaluate";
  return args.every(isLoad) ? null : "N1: an argument of an awaited call has something to evaluate";
}

function isPlainCallee(node: t.Node): boolean {
  if (t.isIdentifier(node)) return true;
  if (!t.isMemberExpression(node) || !isSimple(node.object)) return false;
  return !node.computed || isSimple(node.property);
}

function isCombinatorCall({ callee }: t.CallExpression): boolean {
  return t.isMemberExpression(callee) && t.isIdentifier(callee.object, { name: "Promise" });
}

/** N4 */
function checkReturn({ node, outer, fn }: Place): string | null {
  if (awaitsResult(node, fn) && !isTemp((node as t.ReturnStatement).argument)) return "N4: a result is not awaited";
  if (!returnsPromise(node, fn)) return null;
  const chain = [node, ...outer];
  return chain.some((inner, index) => actsOnWayOut(chain[index + 1], inner))
    ? null
    : "N4: a call is returned, not awaited";
}

function actsOnWayOut(node: t.Node | undefined, inner: t.Node): boolean {
  if (t.isForOfStatement(node)) return node.body === inner;
  if (!t.isTryStatement(node)) return false;
  return node.block === inner || (node.handler === inner && node.finalizer != null);
}

/** N6 */
function checkLine({ node, fn }: Place): string | null {
  return fn.loc && !node.loc ? "N6: a node without a place" : null;
}

/** N6 */
function checkTemps(fn: t.Function): string | null {
  const [first, ...others] = (fn.body as t.BlockStatement).body;
  const declared = new Map<string, t.Node>();
  for (const { id } of t.isVariableDeclaration(first, { kind: "let" }) ? first.declarations : []) {
    if (!t.isIdentifier(id) || !isTemp(id)) continue;
    if (declared.has(id.name)) return describe(id, `N6: ${id.name} is declared twice`);
    if (!markOf(id, "temp")?.of) return describe(id, `N6: ${id.name} stands for nothing`);
    declared.set(id.name, id);
  }
  return findTempFault(others, declared);
}

function findTempFault(
  nodes: readonly t.Node[],
  declared: ReadonlyMap<string, t.Node>,
  isNested = false,
): string | null {
  for (const node of nodes) {
    const isOwn = t.isIdentifier(node) && declared.has(node.name);
    if (isOwn && isNested) return describe(node, `N6: ${node.name} is captured`);
    if (isTemp(node) && !isOwn && !isNested) return describe(node, "N6: a temporary that is not declared");
    const own = ownChildrenOf(node);
    const others = childrenOf(node).filter((child) => !own.includes(child));
    const fault = findTempFault(own, declared, isNested) ?? findTempFault(others, declared, true);
    if (fault) return fault;
  }
  return null;
}
