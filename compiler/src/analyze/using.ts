// Owns: `using` and `await using`: they become `const`, and their block a try with a finalizer that disposes.
// Does not own: disposal (runtime: language/dispose), regions around points (lower/syntax/try.ts).
// I1. A block is guarded as a whole, so that its names keep one scope.
// I2. What has been entered in the scope of the block is disposed of in reverse, on every way out (ECMA-262 DisposeResources).
//     An asynchronous disposer is awaited as any call is: a durable one is a child frame.
import * as t from "@babel/types";
import type { LiftContext } from "./lift/index.ts";
import { setMark } from "./lift/marks.ts";
import { applyCall, fillPlaces } from "./lift/nodes.ts";

/** Rewrites every `using` of a function and of all that is nested in it, in place. Types have been erased. */
export function replaceUsing(fn: t.Function, context: LiftContext): void {
  const made = new Maker(context);
  t.traverseFast(fn.body, (node) => {
    if (t.isBlockStatement(node)) made.guardBlock(node);
    else if (t.isStaticBlock(node)) node.body = made.guard(node.body, node.loc);
    if (t.isStatement(node) || t.isSwitchCase(node)) made.replaceLoops(node);
  });
}

type Using = t.VariableDeclaration & { kind: "using" | "await using" };

function isUsing(node: t.Node | null | undefined): node is Using {
  return t.isVariableDeclaration(node) && (node.kind === "using" || node.kind === "await using");
}

class Maker {
  readonly #context: LiftContext;

  constructor(context: LiftContext) {
    this.#context = context;
  }

  guardBlock(block: t.BlockStatement): void {
    block.body = this.guard(block.body, block.loc);
  }

  /** The statements of a block, guarded if they declare a resource. */
  guard(statements: t.Statement[], loc: t.Node["loc"]): t.Statement[] {
    if (!statements.some(isUsing)) return statements;
    const isAsync = statements.some((node) => isUsing(node) && node.kind === "await using");
    const scope = this.#hidden("scope", "using");
    const body = statements.flatMap((node) => (isUsing(node) ? this.#declare(node, scope) : [node]));
    return this.#protect(body, scope, isAsync, loc);
  }

  /** Statements in a scope of resources. */
  #protect(body: t.Statement[], scope: () => t.Identifier, isAsync: boolean, loc: t.Node["loc"]): t.Statement[] {
    const made = [
      t.variableDeclaration("const", [t.variableDeclarator(scope(), this.#call("scope"))]),
      t.tryStatement(t.blockStatement(body), this.#caught("failed", scope), this.#finalizer(scope, isAsync)),
    ];
    return made.map((node) => fillPlaces(node, loc));
  }

  /** `for (using x = …;;)` and `for (using x of …)`, below a statement: their heads hold no statements. */
  replaceLoops(node: t.Statement | t.SwitchCase): void {
    const fields = node as unknown as Record<string, t.Node | (t.Node | null)[] | null | undefined>;
    for (const key of t.VISITOR_KEYS[node.type] ?? []) {
      const child = fields[key];
      if (Array.isArray(child)) fields[key] = child.map((each) => each && this.#replaceLoop(each));
      else if (child) fields[key] = this.#replaceLoop(child);
    }
  }

  #replaceLoop(node: t.Node): t.Node {
    let loop = node;
    while (t.isLabeledStatement(loop)) loop = loop.body;
    if (t.isForOfStatement(loop) && isUsing(loop.left)) this.#replaceForOf(loop, loop.left);
    if (!t.isForStatement(loop) || !isUsing(loop.init)) return node;
    const { init } = loop;
    loop.init = null;
    // Labels stay with the loop.
    return fillPlaces(t.blockStatement([init, node as t.Statement]), loop.loc);
  }

  /** The head keeps its name, and the dead zone of it: `for (const x of …) { guarded: $R.use(scope, x); body }`. */
  #replaceForOf(loop: t.ForOfStatement, left: Using): void {
    const [declarator] = left.declarations as [t.VariableDeclarator];
    const isAsync = left.kind === "await using";
    const scope = this.#hidden("scope", "using");
    const entered = fillPlaces(this.#enter(scope, declarator.id as t.Identifier, isAsync), left.loc);
    loop.left = fillPlaces(t.variableDeclaration("const", [declarator]), left.loc);
    loop.body = fillPlaces(
      t.blockStatement(this.#protect([entered, loop.body], scope, isAsync, loop.body.loc)),
      loop.body.loc,
    );
  }

  /** `const x = value; $R.use(scope, x, isAsync);` */
  #declare({ kind, declarations, loc }: Using, scope: () => t.Identifier): t.Statement[] {
    return declarations.flatMap((declarator) => {
      const entered = this.#enter(scope, declarator.id as t.Identifier, kind === "await using");
      const declared = t.variableDeclaration("const", [declarator]);
      return [declared, entered].map((node) => fillPlaces(node, loc));
    });
  }

  /** `$R.use(scope, x, isAsync);` */
  #enter(scope: () => t.Identifier, name: t.Identifier, isAsync: boolean): t.Statement {
    return t.expressionStatement(this.#call("use", scope(), t.cloneNode(name), t.booleanLiteral(isAsync)));
  }

  #caught(helper: string, scope: () => t.Identifier): t.CatchClause {
    const error = this.#hidden("x", "using error");
    const noted = t.expressionStatement(this.#call(helper, scope(), error()));
    return t.catchClause(error(), t.blockStatement([noted]));
  }

  /** `while ($R.dispose(scope)) try { await … } catch (x) { $R.failed(scope, x); } $R.disposed(scope);` */
  #finalizer(scope: () => t.Identifier, isAsync: boolean): t.BlockStatement {
    const ended = t.expressionStatement(this.#call("disposed", scope()));
    if (!isAsync) return t.blockStatement([ended]);
    const [fn, value] = [this.#hidden("f", "using disposer"), this.#hidden("v", "using value")];
    const part = (name: string) => t.memberExpression(scope(), t.identifier(name));
    const taken = t.variableDeclaration("const", [
      t.variableDeclarator(fn(), part("fn")),
      t.variableDeclarator(value(), part("value")),
    ]);
    const wait = (operand: t.Expression) => t.expressionStatement(t.awaitExpression(operand));
    const called = applyCall(fn(), value(), [], "the disposer");
    const awaited = t.ifStatement(fn(), t.blockStatement([wait(called)]), t.blockStatement([wait(t.nullLiteral())]));
    const guarded = t.tryStatement(t.blockStatement([taken, awaited]), this.#caught("failed", scope));
    return t.blockStatement([t.whileStatement(this.#call("dispose", scope()), t.blockStatement([guarded])), ended]);
  }

  /** A variable that the user does not see. @param of what it stands for */
  #hidden(base: string, of: string): () => t.Identifier {
    const name = this.#context.unique(`$${base}`);
    return () => setMark(t.identifier(name), { kind: "temp", of });
  }

  #call(helper: string, ...args: t.Expression[]): t.CallExpression {
    return t.callExpression(t.memberExpression(t.identifier(this.#context.abi.R), t.identifier(helper)), args);
  }
}
