// Owns: `super`, private names and the own name of the class in run functions that stand outside of its text.
// Does not own: what the class gives out for that (analyze/home.ts, emit/home.ts).
// I1. What can't be reached from the module counts as foreign (originOf): the function is then made in place, and its text
//     keeps `super` and private names as they are.
// I2. `super.x` is looked up when it is evaluated, in the prototype that its home has then (ECMA-262 13.3.7.3).
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import type { Home, PrivateUse } from "../analyze/home.ts";
import type { DurableFunction, ModuleContext } from "../analyze/types.ts";
import { call, id, member } from "./nodes.ts";

/** Reaches what belongs to the class or object around one outermost durable function. */
export class Members {
  readonly #fn: DurableFunction;
  readonly #context: ModuleContext;
  /** Part of the home in which it looks for `super`; null if that can't be reached from the module. */
  readonly #superHome: { home: Home; part: string } | null;
  readonly #ownName: string | null;

  constructor(fn: DurableFunction, context: ModuleContext) {
    this.#fn = fn;
    this.#context = context;
    this.#superHome = this.#findSuperHome();
    this.#ownName = this.#findOwnName();
  }

  get home(): Home | null {
    const { cls } = this.#fn;
    return cls && this.#context.homeOf(cls.node, this.#base);
  }

  /** What its variables are called after. */
  get #base(): string {
    return this.#fn.lexicalPath.scope.filter((label) => label !== "static").join("_");
  }

  /** Whether a name of the class, `super` or `#x` is reached through variables of the module. */
  reaches(name: string): boolean {
    if (name === "super") return this.#superHome !== null;
    if (!name.startsWith("#")) return name === this.#ownName;
    return this.#fn.cls !== null && declaresPrivate(this.#fn.cls.node, name.slice(1));
  }

  #findSuperHome() {
    const { path, cls, isModuleLevel } = this.#fn;
    const isOwner = (outer: NodePath) => {
      const { node } = outer;
      return (t.isFunction(node) && !t.isArrowFunctionExpression(node)) || isField(node) || t.isStaticBlock(node);
    };
    const owner = isOwner(path) ? path : path.findParent(isOwner);
    if (owner === null) return null;
    if (owner.isObjectMethod()) {
      const object = owner.parent as t.ObjectExpression;
      const isOnce = owner === path && isModuleLevel;
      return isOnce ? { home: this.#context.homeOf(object, this.#base), part: "home" } : null;
    }
    if (cls === null || !owner.findParent((outer) => outer.isClass())?.isClass()) return null;
    const isStatic = t.isStaticBlock(owner.node) || ("static" in owner.node && owner.node.static === true);
    return owner.parentPath?.parent === cls.node
      ? { home: this.home as Home, part: isStatic ? "static" : "home" }
      : null;
  }

  /** The own name of a class, unless it means the same as the module's. */
  #findOwnName(): string | null {
    const { cls } = this.#fn;
    if (!cls?.node.id) return null;
    const { name } = cls.node.id;
    const binding = this.#fn.path.scope.getBinding(name);
    const isOwn = binding?.scope.block === cls.node || (binding?.path.node === cls.node && !binding.constant);
    return isOwn ? name : null;
  }

  /** The node in place of an identifier that nothing in the function declares. */
  ownName(node: t.Identifier): t.Identifier {
    if (node.name !== this.#ownName) return node;
    return id((this.home as Home).variable("static"));
  }

  /** `super.x` as a value. */
  superGet(self: t.Expression, key: t.Expression, R: t.Expression): t.Expression {
    return call(member(R, "superGet"), this.#superObject(), self, key);
  }

  /** `super.x` as a place. */
  superPlace(self: t.Expression, key: t.Expression, R: t.Expression): t.MemberExpression {
    return member(call(member(R, "superPlace"), this.#superObject(), self, key), "v");
  }

  #superObject(): t.Identifier {
    const { home, part } = this.#superHome as { home: Home; part: string };
    return id(home.variable(part));
  }

  /** `x.get`, `x.has` or `x.ref`: what the class does with a private name of an object. */
  private(name: string, use: PrivateUse): t.MemberExpression {
    return member(id((this.home as Home).private(name, use)), use);
  }
}

function declaresPrivate({ body }: t.Class, name: string): boolean {
  return body.body.some((member) => "key" in member && t.isPrivateName(member.key) && member.key.id.name === name);
}

function isField(node: t.Node): boolean {
  return t.isClassProperty(node) || t.isClassPrivateProperty(node) || t.isClassAccessorProperty(node);
}
