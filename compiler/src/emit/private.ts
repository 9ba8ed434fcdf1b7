// Owns: what a class at the top of a module gets so that instances with private fields can be stored: access to these
// fields, and a way to make an instance that runs nothing of the user's (docs/formats.md, kind "private").
// Does not own: which classes have a name (analyze/shape.ts), reading and writing (runtime: snapshot/codecs/private).
// I1. While a shell is made, no initializer that could be noticed runs, and the constructor ends before its first statement.
// I2. A class of which that can't be said gets nothing: its instances are refused, as before.
// I3. Parameters of the constructor take anything: a shell is made with arguments that hold what any pattern asks for.
// I4. A class that one with private fields extends gets the same in the same module; of another module the runtime asks whether it has.
import * as t from "@babel/types";
import type { AbiNames } from "../analyze/types.ts";
import { isTransparent } from "../find/names.ts";
import type { Edit } from "./print.ts";

type Member = t.ClassBody["body"][number];
type Field = t.ClassProperty | t.ClassPrivateProperty;

/** Names of the classes that classes with private fields extend, and of those that these extend. */
export function basesOfPrivate(classes: readonly { name: string; node: t.Class }[]): Set<string> {
  const bases = new Set<string>();
  const superOf = ({ superClass }: t.Class) => (t.isIdentifier(superClass) ? superClass.name : undefined);
  const add = (name: string | undefined): void => {
    const base = name === undefined || bases.has(name) ? undefined : classes.find((each) => each.name === name);
    if (base === undefined) return;
    bases.add(base.name);
    add(superOf(base.node));
  };
  for (const { node } of classes) if (node.body.body.some(isPrivate)) add(superOf(node));
  return bases;
}

function isPrivate(member: Member): boolean {
  return "key" in member && t.isPrivateName(member.key) && !("static" in member && member.static);
}

/** Edits within a class with private fields. @param isBase such a class extends it */
export function editPrivate(cls: t.Class, { R }: AbiNames, isBase = false): Edit[] {
  const members = cls.body.body.filter((member) => !("static" in member && member.static));
  const names = members.flatMap((member) =>
    "key" in member && t.isPrivateName(member.key) ? [member.key.id.name] : [],
  );
  if ((names.length === 0 && !isBase) || !isPlain(cls, members)) return [];
  const fields = members.filter(
    (member): member is Field => t.isClassProperty(member) || t.isClassPrivateProperty(member),
  );
  const at = (cls.body.start as number) + 1;
  const hook: Edit = { start: at, end: at, node: t.staticBlock([register(names, fields, R)]), isOuter: true };
  return [
    hook,
    ...fields.flatMap((field) => guardValue(field, R)),
    ...guardConstructor(members, R, cls.superClass != null),
  ];
}

/** Nothing of the user's can run while an instance is made, but what is guarded. */
function isPlain(cls: t.Class, members: readonly Member[]): boolean {
  if (cls.decorators?.length) return false;
  return members.every((member) => {
    if (t.isClassAccessorProperty(member)) return false;
    if ("decorators" in member && member.decorators?.length && !t.isClassMethod(member)) return false;
    if (t.isClassProperty(member) || t.isClassPrivateProperty(member)) return !t.isClass(unwrap(member.value));
    return !t.isClassMethod(member, { kind: "constructor" }) || member.params.every(isInert);
  });
}

/** Does it run nothing of the user's if it is given an argument that has all it asks for? */
function isInert(param: t.Node | null): boolean {
  if (param === null) return true;
  if ((param as { decorators?: unknown[] | null }).decorators?.length) return false;
  if (t.isTSParameterProperty(param)) return isInert(param.parameter);
  if (t.isAssignmentPattern(param)) return isInert(param.left);
  if (t.isRestElement(param)) return isInert(param.argument);
  if (t.isArrayPattern(param)) return param.elements.every(isInert);
  if (!t.isObjectPattern(param)) return t.isIdentifier(param);
  return param.properties.every((property) => {
    if (t.isRestElement(property)) return isInert(property);
    return (!property.computed || t.isLiteral(property.key)) && isInert(property.value);
  });
}

/** `$R.privates(this, { names: ["a"], has: ($o) => #a in $o, get: ($o) => [$o.#a], set: ($o, $v) => { $o.#a = $v[0]; } })` */
function register(names: readonly string[], fields: readonly Field[], R: string): t.Statement {
  const [object, value] = [() => t.identifier("$o"), () => t.identifier("$v")];
  const name = (text: string) => t.privateName(t.identifier(text));
  const own = fields
    .filter((field) => t.isClassPrivateProperty(field))
    .sort((a, b) => (a.key.id.name < b.key.id.name ? -1 : 1));
  const places = () => own.map(({ key }) => t.memberExpression(object(), name(key.id.name)));
  const isOwn = names[0] === undefined ? t.booleanLiteral(true) : t.binaryExpression("in", name(names[0]), object());
  const has = t.arrowFunctionExpression([object()], isOwn);
  const get = t.arrowFunctionExpression([object()], t.arrayExpression(places()));
  const assigned = places().map((place, index) => {
    const given = t.memberExpression(value(), t.numericLiteral(index), true);
    return t.expressionStatement(t.assignmentExpression("=", place, given));
  });
  const set = t.arrowFunctionExpression([object(), value()], t.blockStatement(assigned));
  const parts = Object.entries({ has, get, set }).map(([key, made]) => t.objectProperty(t.identifier(key), made));
  const listed = t.arrayExpression(own.map(({ key }) => t.stringLiteral(key.id.name)));
  parts.unshift(t.objectProperty(t.identifier("names"), listed));
  const callee = t.memberExpression(t.identifier(R), t.identifier("privates"));
  return t.expressionStatement(t.callExpression(callee, [t.thisExpression(), t.objectExpression(parts)]));
}

function guardValue({ value, end: ended }: Field, R: string): Edit[] {
  if (!value || isQuiet(value)) return [];
  const [start, end] = [value.start as number, value.end as number];
  return [
    { start, end: start, code: `${R}.shell() ? void 0 : (`, isOuter: true },
    // What ended the field may not end it any more behind a parenthesis.
    { start: end, end, code: ended === end ? ");" : ")" },
  ];
}

function guardConstructor(members: readonly Member[], R: string, isDerived: boolean): Edit[] {
  const own = members.find((member): member is t.ClassMethod => t.isClassMethod(member, { kind: "constructor" }));
  if (!own) return [];
  const ending = isDerived ? "{ super(...arguments); return; }" : "return;";
  const directive = own.body.directives.at(-1)?.end;
  const at = directive ?? (own.body.start as number) + 1;
  return [{ start: at, end: at, code: `${directive ? ";" : ""} if (${R}.shell()) ${ending} ` }];
}

/** Evaluating it does nothing that anybody could notice, and may give a function the name of its field. */
function isQuiet(node: t.Node): boolean {
  const inner = unwrap(node);
  if (t.isFunction(inner) || t.isThisExpression(inner)) return true;
  if (t.isTemplateLiteral(inner)) return inner.expressions.length === 0;
  if (t.isUnaryExpression(inner)) return inner.operator !== "delete" && t.isLiteral(inner.argument);
  return t.isLiteral(inner) || t.isIdentifier(inner, { name: "undefined" });
}

/** An expression without what types put around it. */
function unwrap(node: t.Node | null | undefined): t.Node | null | undefined {
  let inner = node;
  while (inner && isTransparent(inner)) inner = (inner as t.TSAsExpression).expression;
  return inner;
}
