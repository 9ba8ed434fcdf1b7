// Owns: how a durable method of a class or object literal that is not made once is put there: by a static block of the class,
// or as a property of the literal; and where its `super` is looked up.
// Does not own: the text around (emit/made-methods.ts), methods of classes that the module makes once (members.ts).
// I1. A method is put only if nothing can tell: what belongs to one evaluation of the class is kept in variables of the
//     block in which the class stands, and only if that block is entered anew for each.
// I2. Others stay members, that make their run functions anew for each call (docs/abi.md 8).
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import { keyName } from "../analyze/fn-name.ts";
import type { Home } from "../analyze/home.ts";
import { replaceSuper, usesSuper } from "../analyze/local-super.ts";
import type { DurableFunction, ModuleContext } from "../analyze/types.ts";
import { id, member } from "./nodes.ts";

/** How a method reaches the object in which its `super` is looked up. */
export interface Putting {
  home: Home;
  /** Variable in the text of the class or literal; null if the method has no `super`. */
  superHome: string | null;
}

/** Plans it, and takes `super` out of the method. @returns null if the method is not to be put */
export function planPutting(fn: DurableFunction, context: ModuleContext): Putting | null {
  const { path } = fn;
  const { node } = path;
  const base = fn.lexicalPath.scope.filter((label) => label !== "static").join("_");
  if (t.isObjectMethod(node)) {
    const object = path.parent as t.ObjectExpression;
    if (fn.isModuleLevel || !usesSuper(node) || pauses(object)) return null;
    const home = context.homeOf(object, base);
    const cell = home.local("home");
    replaceSuper(node, () => member(id(cell), "v"), context);
    return { home, superHome: cell };
  }
  if ((!t.isClassMethod(node) && !t.isClassPrivateMethod(node)) || fn.cls !== null || fn.signature.isDecorated)
    return null;
  const cls = path.parentPath?.parentPath as NodePath<t.Class>;
  const home = context.homeOf(cls.node, base);
  home.block = blockOf(cls);
  if (home.block === null && (t.isPrivateName(node.key) || cls.node.body.body.some(hasUnknownKey))) return null;
  if (!usesSuper(node)) return { home, superHome: null };
  const superHome = home.local(node.static ? "static" : "home");
  replaceSuper(node, () => id(superHome), context);
  return { home, superHome };
}

/** The block that is entered anew for each evaluation of the class, or the arrow that has none. */
function blockOf(cls: NodePath): Home["block"] {
  let inner: t.Node = cls.node;
  for (let path = cls.parentPath; path !== null; path = path.parentPath) {
    const { node } = path;
    if (t.isArrowFunctionExpression(node) && node.body === inner) return node;
    inner = node;
    if (t.isBlockStatement(node) || t.isStaticBlock(node) || t.isProgram(node)) return node;
    if (t.isLoop(node) || t.isFunction(node) || t.isClassProperty(node) || t.isClassPrivateProperty(node)) return null;
    if (t.isClassAccessorProperty(node) || t.isTSModuleBlock(node)) return null;
  }
  return null;
}

/** A method whose key is known at run time only. */
export function hasUnknownKey(node: t.Node): boolean {
  return t.isClassMethod(node) && node.computed && keyName(node) === null;
}

/** A text that awaits or yields can't be moved into an arrow. */
function pauses(root: t.Node): boolean {
  if (t.isAwaitExpression(root) || t.isYieldExpression(root)) return true;
  if (t.isFunction(root)) return "computed" in root && root.computed && pauses(root.key as t.Node);
  if (t.isClass(root))
    return [
      root.superClass,
      ...root.body.body.map((each) => ("computed" in each && each.computed ? each.key : null)),
    ].some((part) => part != null && pauses(part));
  return (t.VISITOR_KEYS[root.type] ?? []).some((key) => {
    const child = (root as unknown as Record<string, t.Node | (t.Node | null)[] | null | undefined>)[key];
    return (Array.isArray(child) ? child : [child]).some((each) => each != null && pauses(each));
  });
}
