/**
 * Owns: edits of a program that change what it does, each at one place of its text; and edits that can't matter.
 * Does not own: which of them matter to a frame (reach.ts).
 */
import { parse } from "@babel/parser";
import * as t from "@babel/types";
import type { Marked, Suspension } from "./reach.ts";

/** A place in the text, and what may stand there instead. */
export interface Piece {
  what: string;
  /** Index of the function that it stands in. */
  fn: number;
  start: number;
  end: number;
  text: string;
}

export interface Marks {
  marked: Marked[];
  suspensions: Suspension[];
  /** By index. */
  pieces: Piece[];
}

/** Finds everything in a program that can be edited, and its awaits. */
export function findMarks(text: string, strict: boolean): Marks {
  const ast = parse(text, { sourceType: strict ? "module" : "script" });
  const finder = new Finder(text);
  finder.visit(ast.program, null, { fn: undefined });
  return finder;
}

/** The program with one edit. */
export function applyEdit(text: string, { start, end, text: inserted }: Piece): string {
  return text.slice(0, start) + inserted + text.slice(end);
}

interface Place {
  /** Index of the function; undefined outside of all. */
  fn: number | undefined;
}

const operators: Record<string, string> = {
  "+": "-",
  "-": "+",
  "*": "+",
  "/": "*",
  "%": "*",
  "**": "*",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "==": "!=",
  "!=": "==",
  "&": "|",
  "|": "^",
  "^": "&",
  "<<": ">>",
  ">>": ">>>",
  ">>>": "<<",
};

class Finder implements Marks {
  readonly marked: Marked[] = [];
  readonly suspensions: Suspension[] = [];
  readonly pieces: Piece[] = [];
  readonly #text: string;
  #fn: number | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Outer nodes are marked before inner ones. */
  visit(node: t.Node, parent: t.Node | null, place: Place): void {
    if (t.isFunction(node)) {
      this.#visitFunction(node);
      return;
    }
    // Fields and static blocks run at another time, in functions of their own.
    if (t.isClass(node)) place = { fn: undefined };
    this.#fn = place.fn;
    if (place.fn !== undefined) this.#mark(node, parent);
    for (const key of t.VISITOR_KEYS[node.type] ?? []) {
      for (const child of childrenOf(node, key)) if (!isName(node, key)) this.visit(child, node, place);
    }
  }

  #visitFunction(node: t.Function): void {
    const isExpression = !t.isBlockStatement(node.body);
    this.marked.push({ kind: "function", node, body: node.body, isExpression });
    this.visit(node.body, node, { fn: this.marked.length - 1 });
  }

  #mark(node: t.Node, parent: t.Node | null): void {
    if (t.isAwaitExpression(node) || t.isYieldExpression(node)) {
      const { line, column } = (node.loc as t.SourceLocation).start;
      const index = this.suspensions.push({ fn: this.#fn as number, line, column: column + 1 }) - 1;
      this.marked.push({ kind: "suspension", node, index });
    }
    if (t.isExpressionStatement(node)) this.#markStatement(node);
    else if (t.isExpression(node)) this.#markExpression(node, parent);
  }

  #markStatement(node: t.ExpressionStatement): void {
    const own = this.#slice(node);
    this.#add("statement inserted", node, `{ trace("inserted"); ${own} }`, true);
    this.#add("handler added", node, `try { ${own} } catch {}`, true);
    if (!suspends(node)) this.#add("statement deleted", node, ";", true);
  }

  #markExpression(node: t.Expression, parent: t.Node | null): void {
    const own = this.#slice(node);
    if (t.isNumericLiteral(node)) this.#add("number", node, String(node.value + 1));
    if (t.isStringLiteral(node)) this.#add("string", node, JSON.stringify(`${node.value}!`));
    if (t.isBooleanLiteral(node)) this.#add("boolean", node, String(!node.value));
    if (t.isTemplateLiteral(node)) this.#add("template", node, `\`!${own.slice(1)}`);
    if (t.isBinaryExpression(node)) this.#addOperator(node);
    if (t.isLogicalExpression(node) && !suspends(node)) this.#addOperator(node, node.operator === "&&" ? "||" : "&&");
    if (t.isCallExpression(node)) this.#markCallee(node);
    if (t.isMemberExpression(node) && !node.computed && isRead(node, parent) && t.isIdentifier(node.property))
      this.#add("property", node, `${own}Too`);
    if (
      t.isConditionalExpression(node) &&
      !suspends(node) &&
      this.#slice(node.consequent) !== this.#slice(node.alternate)
    )
      this.#add(
        "branches swapped",
        node,
        `${this.#slice(node.test)} ? ${this.#slice(node.alternate)} : ${this.#slice(node.consequent)}`,
      );
    if (isTest(node, parent)) this.#add("test negated", node, `!(${own})`);
    if (t.isReturnStatement(parent)) this.#add("result", node, `[${own}]`);
  }

  #markCallee({ callee }: t.CallExpression): void {
    if (!t.isIdentifier(callee) || ["eval", "super"].includes(callee.name)) return;
    this.#add("callee", callee, `${callee.name}Too`);
  }

  #addOperator(node: t.BinaryExpression | t.LogicalExpression, other = operators[node.operator]): void {
    if (other === undefined) return;
    this.#add("operator", node, `(${this.#slice(node.left as t.Node)}) ${other} (${this.#slice(node.right)})`);
  }

  #add(what: string, node: t.Node, text: string, isBefore = false): void {
    const index =
      this.pieces.push({ what, fn: this.#fn as number, start: node.start as number, end: node.end as number, text }) -
      1;
    this.marked.push({ kind: "piece", node, index, isBefore });
  }

  #slice({ start, end, extra }: t.Node): string {
    const text = this.#text.slice(start as number, end as number);
    return extra?.parenthesized ? `(${text})` : text;
  }
}

function childrenOf(node: t.Node, key: string): t.Node[] {
  const child = (node as unknown as Record<string, unknown>)[key];
  return (Array.isArray(child) ? child : [child]).filter(Boolean) as t.Node[];
}

/** Names of members and labels are no expressions; tagged templates can only be replaced as a whole. */
function isName(node: t.Node, key: string): boolean {
  if (["label", "id", "tag", "quasi"].includes(key)) return true;
  const { computed } = node as { computed?: boolean };
  return (key === "property" || key === "key") && computed !== true;
}

function suspends(node: t.Node): boolean {
  if (t.isAwaitExpression(node) || t.isYieldExpression(node)) return true;
  if (t.isFunction(node)) return false;
  return (t.VISITOR_KEYS[node.type] ?? []).some((key) => childrenOf(node, key).some(suspends));
}

/** Not assigned to, deleted or called with its object as `this`. */
function isRead(node: t.Node, parent: t.Node | null): boolean {
  if (parent === null || t.isUpdateExpression(parent) || t.isUnaryExpression(parent, { operator: "delete" }))
    return false;
  if (t.isPattern(parent) || t.isRestElement(parent) || t.isForXStatement(parent)) return false;
  if (t.isOptionalMemberExpression(parent) || t.isOptionalCallExpression(parent)) return false;
  if (t.isObjectProperty(parent)) return false; // of a pattern, maybe
  if (t.isAssignmentExpression(parent)) return parent.right === node;
  return !((t.isCallExpression(parent) && parent.callee === node) || t.isTaggedTemplateExpression(parent));
}

function isTest(node: t.Node, parent: t.Node | null): boolean {
  if (t.isIfStatement(parent) || t.isWhile(parent) || t.isForStatement(parent)) return parent.test === node;
  return false;
}
