// Owns: what is put into the text of a class or object literal for its durable methods (docs/abi.md 8): descriptors for their
// functions, and what only this text can do.
// Does not own: what is asked for (analyze/home.ts).
// I1. A static block before every other member: no code of the user's runs between the making of the methods and it, but
//     decorators; a method with a decorator gets its descriptor from one of ours, which stands nearest and so runs first.
// I2. Of two members with one key the last counts: keys of all that may have the same are given to the runtime, in order.
import * as t from "@babel/types";
import type { Home, HomeMethod } from "../analyze/home.ts";
import type { AbiNames } from "../analyze/types.ts";
import { constantKey } from "../find/names.ts";
import { isMark, skipTo } from "./member.ts";
import type { Edit } from "./print.ts";

type Method = t.ClassMethod | t.ClassPrivateMethod;

/** Edits within the class or object, and the variables that the module declares for it. */
export function editHome(home: Home, abi: AbiNames, source: string): Edit[] {
  const { owner } = home;
  if (t.isObjectExpression(owner)) {
    const variable = home.known("home");
    if (variable === undefined) return [];
    const { start, end } = owner as { start: number; end: number };
    return [
      { start, end: start, code: `(${variable} = `, isOuter: true },
      { start: end, end, code: ")" },
    ];
  }
  const decorated = home.methods.filter(({ node }) => others(node).length > 0);
  const edits: Edit[] = decorated.map((method) => decorate(method, abi));
  const keys: Edit[] = [];
  const statements = [
    ...assignPrivates(home, abi),
    ...[false, true].flatMap((isStatic) => describeMethods(home, isStatic, abi, source, keys)),
  ];
  statements.unshift(...assignVariables(home));
  if (statements.length === 0) return [...edits, ...keys];
  const at = (owner.body.start as number) + 1;
  return [...edits, ...keys, { start: at, end: at, node: t.staticBlock(statements), isOuter: true }];
}

function others(node: Method): t.Decorator[] {
  return (node.decorators ?? []).filter((decorator) => !isMark(decorator));
}

/** `@$R.decorate($M().f[k])`, behind all others. */
function decorate({ node, record }: HomeMethod, { R, M }: AbiNames): Edit {
  const at = node.decorators?.at(-1)?.end as number;
  return { start: at, end: at, code: ` @${R}.decorate(${M}().f[${record}])` };
}

function assignVariables(home: Home): t.Statement[] {
  const self = t.thisExpression();
  const statements: t.Statement[] = [];
  const [prototype, cls] = [home.known("home"), home.known("static")];
  if (prototype) statements.push(set(prototype, t.memberExpression(self, t.identifier("prototype"))));
  if (cls) statements.push(set(cls, self));
  return statements;
}

function set(name: string, value: t.Expression): t.Statement {
  return t.expressionStatement(t.assignmentExpression("=", t.identifier(name), value));
}

function assignPrivates(home: Home, abi: AbiNames): t.Statement[] {
  return [...home.privates].map(([name, { variable, uses }]) => {
    const method = home.methods.find(({ node }) => t.isPrivateName(node.key) && node.key.id.name === name);
    return set(variable, accessors(name, uses, method, abi));
  });
}

/** `$R.methods(this.prototype, $M().f[3], "m", null, "n", …)` */
function describeMethods(home: Home, isStatic: boolean, abi: AbiNames, source: string, edits: Edit[]): t.Statement[] {
  const members = (home.owner as t.Class).body.body.filter(
    (member): member is t.ClassMethod =>
      t.isClassMethod(member) && member.static === isStatic && member.kind !== "constructor",
  );
  const own = (node: t.Node) => home.methods.find((method) => method.node === node);
  const first = members.findIndex((member) => own(member) !== undefined && others(member).length === 0);
  if (first < 0) return [];
  const list = members.slice(first).flatMap((member, index): t.Expression[] => {
    const method = others(member).length === 0 ? own(member) : undefined;
    const record = method ? recordOf(method.record, abi) : t.nullLiteral();
    return [record, keyOf(member, home, `key${index}`, abi, source, edits)];
  });
  const self = isStatic ? t.thisExpression() : t.memberExpression(t.thisExpression(), t.identifier("prototype"));
  const methods = t.memberExpression(t.identifier(abi.R), t.identifier("methods"));
  return [t.expressionStatement(t.callExpression(methods, [self, ...list]))];
}

/** The key as a value; one that only the run time knows is kept in a variable when it is evaluated. */
function keyOf(
  node: t.ClassMethod,
  home: Home,
  part: string,
  { R }: AbiNames,
  source: string,
  edits: Edit[],
): t.Expression {
  const { key } = node;
  if (!node.computed && t.isIdentifier(key)) return t.stringLiteral(key.name);
  if (t.isStringLiteral(key) || t.isNumericLiteral(key) || t.isBigIntLiteral(key))
    return t.stringLiteral(String(key.value));
  const constant = constantKey(key);
  if (constant !== undefined && !constant.startsWith("[")) return t.stringLiteral(constant);
  const variable = home.variable(part);
  const [start, end] = [key.start as number, skipTo(source, key.end as number, "]")];
  edits.push({ start, end: start, code: `${variable} = ${R}.key(`, isOuter: true }, { start: end, end, code: ")" });
  return t.identifier(variable);
}

/** `{ get: ($o) => $o.#x, has: ($o) => #x in $o, ref: ($o) => ({ get v() { … }, set v($v) { … } }) }` */
function accessors(
  name: string,
  uses: ReadonlySet<string>,
  method: HomeMethod | undefined,
  abi: AbiNames,
): t.Expression {
  const object = () => t.identifier("$o");
  const own = () => t.privateName(t.identifier(name));
  const place = () => t.memberExpression(object(), own());
  const make = (part: string, value: t.Expression) =>
    t.objectProperty(t.identifier(part), t.arrowFunctionExpression([object()], value));
  const describe = t.memberExpression(t.identifier(abi.R), t.identifier("method"));
  const read = () => (method ? t.callExpression(describe, [recordOf(method.record, abi), place()]) : place());
  const parts: t.ObjectProperty[] = [];
  if (uses.has("get")) parts.push(make("get", read()));
  if (uses.has("has")) parts.push(make("has", t.binaryExpression("in", own(), object())));
  const unless = (value: t.Expression) => {
    const isNothing = t.binaryExpression("==", object(), t.nullLiteral());
    return t.conditionalExpression(isNothing, t.unaryExpression("void", t.numericLiteral(0)), value);
  };
  const getter = () => t.objectMethod("get", t.identifier("v"), [], t.blockStatement([t.returnStatement(read())]));
  if (uses.has("opt")) parts.push(make("opt", unless(t.objectExpression([getter()]))));
  if (uses.has("call")) {
    const apply = t.memberExpression(t.identifier(abi.R), t.identifier("apply"));
    const called = t.callExpression(apply, [place(), object(), t.identifier("$a")]);
    parts.push(make("call", unless(t.arrowFunctionExpression([t.restElement(t.identifier("$a"))], called))));
  }
  if (uses.has("ref")) {
    const assigned = t.assignmentExpression("=", place(), t.identifier("$v"));
    const setter = t.objectMethod(
      "set",
      t.identifier("v"),
      [t.identifier("$v")],
      t.blockStatement([t.expressionStatement(assigned)]),
    );
    parts.push(make("ref", t.objectExpression([getter(), setter])));
  }
  return t.objectExpression(parts);
}

function recordOf(record: number, { M }: AbiNames): t.Expression {
  const list = t.memberExpression(t.callExpression(t.identifier(M), []), t.identifier("f"));
  return t.memberExpression(list, t.numericLiteral(record), true);
}
