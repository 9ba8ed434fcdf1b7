// Owns: where emitted text goes in a file: wrappers in place, the ABI at the top, all else at the end.
// Does not own: positions of what was moved (source-map.ts), the text of the record (module-record.ts).
// I1. Every byte outside of durable functions is kept. What is inserted begins no new line before the first replacement.
// I2. The ABI comes first, before every import: in a cycle of imports others may call our hoisted functions.
// I3. `$M()` runs before every other statement of the module.
import generate from "@babel/generator";
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import { childrenOf } from "../analyze/point.ts";
import type { AbiNames } from "../analyze/types.ts";
import { ABI_BINDINGS, ABI_MODULE, ABI_SYMBOL } from "./abi.ts";
import { type RawMap, type Replacement, type Segment, spliceSource } from "./source-map.ts";

/** New text for a range of the file: `code`, or a node. */
export interface Edit {
  start: number;
  end: number;
  code?: string;
  node?: t.Node;
  /** Of a node that is a function: its parameters and body only. */
  asMethod?: boolean;
  /** Text before and behind the node. */
  before?: string;
  behind?: string;
  /** Stands before what is inserted at the same place for something within. */
  isOuter?: boolean;
}

/** What is printed into one file. */
export interface Printing {
  source: string;
  filename: string;
  program: t.Program;
  abi: AbiNames;
  /** How emitted code reaches the runtime. */
  reach: "import" | "require" | "global";
  edits: readonly Edit[];
  /** Statements for the end of the module. */
  hoisted: t.Statement[];
  record: string;
  /** A statement that comes before those of the module. */
  opening: string;
}

export function printModule(printing: Printing): { code: string; map: RawMap } {
  const { source, filename, program, edits, hoisted, record } = printing;
  const at = findTop(program);
  const ordered = edits.toSorted(
    (a, b) => a.start - b.start || a.end - b.end || Number(b.isOuter ?? false) - Number(a.isOuter ?? false),
  );
  const top: Replacement = { start: at, end: at, code: endDirective(printing, at) + printTop(printing) };
  const replacements = ordered.map((edit) => printEdit(edit, source, filename));
  replacements.push(top);
  replacements.sort((a, b) => a.start - b.start || (a === top ? -1 : b === top ? 1 : 0));
  const { length } = source;
  replacements.push({ start: length, end: length, code: "\n" });
  for (const part of joinByDepth(hoisted)) {
    replacements.push({ start: length, end: length, ...printNode(t.program(part), filename, isDeep(part[0])) });
    replacements.push({ start: length, end: length, code: "\n" });
  }
  replacements.push({ start: length, end: length, code: hoisted.length > 0 ? record : `\n${record}` });
  return spliceSource(source, replacements, filename);
}

/** Before the first statement, but behind comments on the file as a whole: compilers look for those at the top. */
function findTop({ body, directives, interpreter }: t.Program): number {
  const [first] = body;
  if (!first) return directives.at(-1)?.end ?? interpreter?.end ?? 0;
  const comment = first.leadingComments?.at(-1);
  const isOwn = comment?.type === "CommentBlock" && comment.value.startsWith("*") && !t.isImportDeclaration(first);
  return (isOwn ? comment.start : first.start) ?? 0;
}

/** The line end that ended a directive may be one in a comment, which then stands behind what is inserted. */
function endDirective({ program: { directives }, source }: Printing, at: number): string {
  const end = directives.at(-1)?.end;
  if (end == null || source[end - 1] === ";" || /[\n\r\u2028\u2029]/.test(source.slice(end, at))) return "";
  return "; ";
}

function printTop({ abi, reach, opening }: Printing): string {
  const names = Object.entries(ABI_BINDINGS) as [keyof typeof ABI_BINDINGS, string][];
  const list = (colon: string) => names.map(([key, name]) => `${name}${colon}${abi[key]}`).join(", ");
  const reached = {
    import: () => `import { ${list(" as ")} } from "${ABI_MODULE}";`,
    require: () => `const { ${list(": ")} } = require("${ABI_MODULE}");`,
    // The same script may run again in its realm, with the `var` of the first time.
    global: () => `var { ${list(": ")} } = globalThis[Symbol.for("${ABI_SYMBOL}")]; ${abi.m} = void 0;`,
  };
  return `${reached[reach]()} ${abi.M}(); ${opening}`;
}

function printEdit(
  { start, end, code = "", node, asMethod, before = "", behind = "" }: Edit,
  source: string,
  filename: string,
): Replacement {
  if (!node) return { start, end, code };
  const printed = asMethod ? printMethod(node as t.FunctionExpression, filename) : printNode(node, filename);
  // `async () => {}in x` is two words before, and must be after.
  const isJoined = /[\w$\\\u0080-\uffff]/.test(source[end] ?? "");
  const isProgram = t.isProgram(node);
  const mappings = printed.mappings?.map((line, index) => (index === 0 ? line.map(shiftBy(before.length)) : line));
  const text = before + printed.code + behind + (isJoined || isProgram ? " " : "");
  return { start, end, ...printed, ...(mappings && { mappings }), code: text };
}

function shiftBy(columns: number) {
  return ([column, ...place]: Segment): Segment => [column + columns, ...place] as Segment;
}

/** `(a, b) { … }`, all of it at the place of the method. */
function printMethod(node: t.FunctionExpression, filename: string): Pick<Replacement, "code" | "mappings" | "names"> {
  const { code } = printNode(node, filename);
  const { line, column } = node.loc?.start ?? { line: 1, column: 0 };
  const mappings: Replacement["mappings"] = [[[0, 0, line - 1, column]]];
  return { code: code.replace(/^function\s*/, ""), mappings, names: [] };
}

function printNode(
  node: t.Node,
  filename: string,
  concise = t.isFunctionDeclaration(node) || t.isFunctionExpression(node) || t.isStaticBlock(node),
): Pick<Replacement, "code" | "mappings" | "names"> {
  t.traverseFast(node, guardPatterns);
  const options = { sourceMaps: true, sourceFileName: filename, concise, shouldPrintComment };
  const { code, decodedMap } = generate(node, options, "");
  return { code, mappings: (decodedMap?.mappings ?? []) as Replacement["mappings"], names: decodedMap?.names ?? [] };
}

/** Blocks that stand in one another so deep are printed without indentation: it would grow with the square of the depth. */
const DEEP = 40;

function isDeep(node: t.Node | undefined, depth = 0): boolean {
  if (!node) return false;
  if (depth > DEEP) return true;
  const inner = t.isBlockStatement(node) || t.isSwitchCase(node) ? depth + 1 : depth;
  return childrenOf(node).some((child) => isDeep(child, inner));
}

/** Statements that stand one behind the other and are printed in one way. */
function joinByDepth(statements: readonly t.Statement[]): t.Statement[][] {
  const parts: { deep: boolean; list: t.Statement[] }[] = [];
  for (const statement of statements) {
    const deep = isDeep(statement);
    const last = parts.at(-1);
    if (last?.deep === deep) last.list.push(statement);
    else parts.push({ deep, list: [statement] });
  }
  return parts.map(({ list }) => list);
}

/** V8 takes `f([1], [a.b] = c)` for an error (seen in Node 20 and 24); with parentheses it does not. */
function guardPatterns(node: t.Node): void {
  if (!t.isCallExpression(node) && !t.isOptionalCallExpression(node) && !t.isNewExpression(node)) return;
  node.arguments = node.arguments.map((argument) => {
    const isPattern = t.isAssignmentExpression(argument) && t.isPattern(argument.left);
    return isPattern ? t.parenthesizedExpression(argument) : argument;
  });
}

/** Comments that other tools act upon; the rest is in the source, to which the map leads. */
function shouldPrintComment(comment: string): boolean {
  return /^\s*[#@]__\w+__\s*$|^\s*(?:webpack|turbopack)[A-Z]|^\s*@vite-ignore|^\s*(?:istanbul|v8|c8) ignore/.test(
    comment,
  );
}

/** Where a prelude goes: the beginning of the block in whose scope the declaration stands. */
export function findHead(path: NodePath): number {
  const block = path.findParent(({ node }) => t.isBlockStatement(node) || t.isStaticBlock(node) || t.isProgram(node));
  const [first] = (block?.node as t.BlockStatement | undefined)?.body ?? [];
  return first?.start ?? path.node.start ?? 0;
}
