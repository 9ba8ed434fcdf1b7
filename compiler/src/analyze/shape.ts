// Owns: the shape of a class at the top of a module: what an instance of it is made of, as words (docs/formats.md).
// Does not own: what it extends, which only run time knows; classes made inside of functions, whose instances are not stored.
// I1. Methods, initializers, statics, types, comments and order do not count: an instance that exists does not depend on them.
// I2. What a constructor assigns to `this` counts like a field: to an instance there is no difference.
import * as t from "@babel/types";
import { declarationsOf, defaultOf } from "../find/references.ts";
import { canonicalText } from "./lift/nodes.ts";

/** What of the compiler's options a shape depends on. */
export interface ShapeOptions {
  /** A field without a value is an own property all the same. */
  useDefineForClassFields: boolean;
  experimentalDecorators: boolean;
}

/** `.name` of a field, `#name` of a private name, `get name`, `set name`, `@text` of a decorator; in order of the alphabet. */
export type Shape = readonly string[];

/** The shapes of a module's classes, by the name of their binding, in source order. */
export function findShapes(program: t.Program, options: ShapeOptions): Map<string, Shape> {
  return new Map([...classesOf(program)].map(({ name, node }) => [name, shapeOf(node, options)]));
}

/** The classes that a module registers, by the name under which it does. */
export function* classesOf(program: t.Program): Generator<{ name: string; node: t.Class }> {
  for (const { path, node } of declarationsOf(program)) {
    if (t.isClassDeclaration(node) && node.id) yield { name: path + node.id.name, node };
    if (!t.isVariableDeclaration(node, { kind: "const" })) continue;
    for (const { id, init } of node.declarations)
      if (t.isIdentifier(id) && t.isClassExpression(init)) yield { name: path + id.name, node: init };
  }
  const node = defaultOf(program)?.declaration;
  if (t.isClass(node)) yield { name: "default", node };
}

function shapeOf(node: t.Class, options: ShapeOptions): Shape {
  const members = node.body.body.flatMap((member) => wordsOf(member, options));
  const all = [...decoratorsOf(node, options), ...members];
  return [...new Set(all)].sort();
}

function wordsOf(member: t.ClassBody["body"][number], options: ShapeOptions): string[] {
  if ("static" in member && member.static) return [];
  if (t.isClassPrivateProperty(member)) return [`#${member.key.id.name}`];
  if (t.isClassPrivateMethod(member)) return [`#${member.key.id.name}`];
  if (t.isClassMethod(member)) return methodWords(member);
  if (t.isClassAccessorProperty(member)) return [...accessorWords(member), ...decoratorsOf(member, options)];
  if (!t.isClassProperty(member) || member.declare || member.abstract) return [];
  const isMade = options.useDefineForClassFields || member.value != null;
  return [...(isMade ? [`.${nameOf(member)}`] : []), ...decoratorsOf(member, options)];
}

function methodWords(member: t.ClassMethod): string[] {
  if (member.kind === "get" || member.kind === "set") return [`${member.kind} ${nameOf(member)}`];
  if (member.kind !== "constructor") return [];
  const properties = member.params.flatMap((param) => (t.isTSParameterProperty(param) ? [param.parameter] : []));
  const names = properties.map((param) => (t.isAssignmentPattern(param) ? param.left : param) as t.Identifier);
  return [...names.map(({ name }) => `.${name}`), ...assigned(member.body)];
}

/** The storage of an `accessor` is a private name without a name. */
function accessorWords(member: t.ClassAccessorProperty): string[] {
  if (t.isPrivateName(member.key)) return [`#${member.key.id.name}`];
  const name = nameOf(member);
  return [`#accessor ${name}`, `get ${name}`, `set ${name}`];
}

/** Names of `this.name = …` that run with the constructor. */
function assigned(body: t.Node): string[] {
  const words: string[] = [];
  visit(body, (node) => {
    if (!t.isAssignmentExpression(node) || !t.isMemberExpression(node.left)) return;
    const { object, property, computed } = node.left;
    if (!t.isThisExpression(object)) return;
    if (t.isIdentifier(property) && !computed) words.push(`.${property.name}`);
    if (t.isStringLiteral(property)) words.push(`.${property.value}`);
  });
  return words;
}

/** Visits what has the same `this`. */
function visit(node: t.Node, look: (node: t.Node) => void): void {
  look(node);
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const child = (node as unknown as Record<string, unknown>)[key];
    for (const item of (Array.isArray(child) ? child : [child]) as (t.Node | null | undefined)[]) {
      const isOther = t.isClass(item) || (t.isFunction(item) && !t.isArrowFunctionExpression(item));
      if (item && !isOther) visit(item, look);
    }
  }
}

function nameOf({ key, computed }: { key: t.Node; computed?: boolean | null }): string {
  if (t.isStringLiteral(key)) return key.value;
  if (t.isNumericLiteral(key) || t.isBigIntLiteral(key)) return String(key.value);
  return t.isIdentifier(key) && !computed ? key.name : `[${canonicalText(key)}]`;
}

/** Decorators of a class or field may give instances whatever they like. */
function decoratorsOf(node: t.Node, { experimentalDecorators }: ShapeOptions): string[] {
  if (!("decorators" in node) || !node.decorators) return [];
  const of = t.isClass(node) ? "" : ` ${nameOf(node as t.ClassProperty)}`;
  const kind = experimentalDecorators ? "experimental " : "";
  return node.decorators.map(({ expression }) => `@${kind}${canonicalText(expression)}${of}`);
}
