// Owns: the text of a method around its key: what is taken away (`async`, `*`, the mark) and what stands in place of the rest.
// Does not own: what the method does (lower/), text elsewhere in the class (home.ts).
// I1. Key, modifiers, decorators of others and comments stay as they are, byte for byte.
// I2. What is taken away leaves a blank between words, and a semicolon where the member before has none (neighbours.ts).
import * as t from "@babel/types";
import type { LoweredFunction } from "../analyze/types.ts";
import { constantKey } from "../find/names.ts";
import { followsOpen } from "./neighbours.ts";
import type { Edit } from "./print.ts";

export type Member = t.ObjectMethod | t.ClassMethod | t.ClassPrivateMethod;

export function isMember(node: t.Node): node is Member {
  return t.isMethod(node) || t.isClassPrivateMethod(node);
}

/** Edits that make a durable method the wrapper, or the property, that lowering made of it. */
export function editMember(node: Member, parent: t.Node, lowered: LoweredFunction, source: string, R: string): Edit[] {
  const isComputed = "computed" in node && node.computed === true;
  const key = { start: node.key.start as number, end: node.key.end as number };
  if (lowered.form === "value" && isComputed && constantKey(node.key) === undefined)
    return nameByKey(node as t.ObjectMethod, lowered.replacement, R);
  const end = endOfKey(source, key.end, isComputed);
  const rest = { start: end, end: node.end as number, node: lowered.replacement };
  const apart = followsOpen(node, parent, source) ? ";" : "";
  const words = removeWords(node, apart, source, isComputed ? source.lastIndexOf("[", key.start) : key.start);
  if (lowered.form === "method") return [...words, { ...rest, asMethod: true }];
  // What a private one has for a body is its class's to say (made-methods.ts).
  if (lowered.form === "put") return t.isPrivateName(node.key) ? words : [...words, { ...rest, asMethod: true }];
  // `__proto__() {}` is a member like others, `__proto__: f` would set the prototype.
  const isProto =
    !isComputed &&
    (t.isIdentifier(node.key, { name: "__proto__" }) || t.isStringLiteral(node.key, { value: "__proto__" }));
  const named = isProto ? [{ ...key, code: '["__proto__"]' }] : [];
  return [...words, ...named, insertAt(end, ": "), rest];
}

/** `...$R.property(key, ($k) => $R.name(fn, $k))`: the function gets its name from a key that only run time knows. */
export function nameByKey(node: t.ObjectMethod | t.ObjectProperty, fn: t.Node, R: string): Edit[] {
  const [start, end] = [node.key.start as number, node.key.end as number];
  return [
    { start: node.start as number, end: start, code: `...${R}.property(` },
    { start: end, end, code: `, ($k) => ${R}.name(` },
    { start: end, end: node.end as number, node: fn, behind: ", $k))" },
  ];
}

function insertAt(at: number, code: string): Edit {
  return { start: at, end: at, code };
}

/** The property whose key names a function, if only run time knows that key. */
export function namingProperty({ node, parent }: { node: t.Node; parent: t.Node }): t.ObjectProperty | undefined {
  const isValue = t.isObjectProperty(parent, { computed: true }) && parent.value === node;
  const isNamed = t.isArrowFunctionExpression(node) || (t.isFunctionExpression(node) && !node.id);
  return isValue && isNamed && constantKey(parent.key) === undefined ? parent : undefined;
}

/** Behind the key and its bracket. */
function endOfKey(source: string, from: number, isComputed: boolean): number {
  return isComputed ? skipTo(source, from, "]") + 1 : from;
}

const comment = /\/\*.*?\*\/|\/\/[^\n\r\u2028\u2029]*/gsy;

/** Where a sign stands that is not in a comment. */
export function skipTo(source: string, from: number, sign: string): number {
  let at = from;
  while (at < source.length && source[at] !== sign) {
    comment.lastIndex = at;
    at = comment.test(source) ? comment.lastIndex : at + 1;
  }
  return at;
}

/** `async`, `*` and the mark, which stand before the key. @param apart what keeps the member apart from the one before */
function removeWords(node: Member, apart: string, source: string, end: number): Edit[] {
  const decorators = ("decorators" in node && node.decorators) || [];
  const first = decorators[0]?.start ?? node.start;
  const isWord = (at: number) => /[\w$\\\u0080-\uffff]/.test(source[at] ?? "");
  const between = (from: number, to: number) => (isWord(from - 1) && isWord(to) ? " " : "");
  const cut = (start: number, end: number): Edit => ({
    start,
    end,
    code: start === first ? apart : between(start, end),
  });
  const marks = decorators.filter(isMark);
  const edits = marks.map((mark) => cut(mark.start as number, mark.end as number));
  let at = decorators.at(-1)?.end ?? (node.start as number);
  const word = /[\w$]+|\*/y;
  while (at < end) {
    comment.lastIndex = at;
    word.lastIndex = at;
    if (comment.test(source)) at = comment.lastIndex;
    else if (word.test(source)) {
      const text = source.slice(at, word.lastIndex);
      if (text === "async" || text === "*") edits.push(cut(at, word.lastIndex));
      at = word.lastIndex;
    } else at++;
  }
  return edits;
}

export function isMark({ expression }: t.Decorator): boolean {
  const named = t.isCallExpression(expression) ? expression.callee : expression;
  return t.isIdentifier(named, { name: "durable" });
}
