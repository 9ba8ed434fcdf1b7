// Owns: a name for what a marked module exports as default without one, so that its record can refer to it.
// Does not own: whether it needs one (find/references.ts).
// I1. What is exported keeps its `name` ("default"), its place in the order of evaluation and, a function, its hoisting.
import * as t from "@babel/types";
import { defaultOf } from "../find/references.ts";
import type { Edit } from "./print.ts";

/** A default export that got a name. */
export interface NamedDefault {
  name: string;
  edits: Edit[];
  /** Statement that comes before all others. */
  opening: string;
}

/**
 * @param isDurable whether a function is: then its wrapper is registered already
 * @param R the name of the realm record
 */
export function nameDefault(
  program: t.Program,
  source: string,
  isDurable: (node: t.Node) => boolean,
  unique: () => string,
  R: string,
): NamedDefault | undefined {
  const statement = defaultOf(program);
  const node = statement?.declaration;
  if (!statement || !node || isDurable(node)) return undefined;
  const name = unique();
  const rename = `${R}.name(${name}, "default"); `;
  if (t.isFunctionDeclaration(node))
    return { name, edits: [insertAt(behindFunction(node, source), ` ${name}`)], opening: rename };
  const edits = t.isClassDeclaration(node)
    ? nameClass(node, source, name, rename)
    : bindExpression(statement, source, name);
  return { name, edits, opening: "" };
}

function behindFunction({ start, generator }: t.FunctionDeclaration, source: string): number {
  const at = start as number;
  return generator ? source.indexOf("*", at) + 1 : at + "function".length;
}

/** As an expression it could be neither abstract nor have the older decorators. */
function nameClass(node: t.ClassDeclaration, source: string, name: string, rename: string): Edit[] {
  const from = Math.max(node.start as number, ...(node.decorators ?? []).map(({ end }) => end as number));
  const edits = [insertAt(source.indexOf("class", from) + "class".length, ` ${name}`)];
  if (node.body.body.some(mayBeNamed)) return edits;
  const at = (node.body.start as number) + 1;
  return [...edits, { ...insertAt(at, ` static { ${rename}} `), isOuter: true }];
}

/** A static member that may be the `name` of the class. */
function mayBeNamed(member: t.ClassBody["body"][number]): boolean {
  if (!("static" in member) || !member.static || !("key" in member) || t.isPrivateName(member.key)) return false;
  if ("computed" in member && member.computed) return true;
  return t.isIdentifier(member.key, { name: "name" }) || t.isStringLiteral(member.key, { value: "name" });
}

/** A property of the key `default` names what is anonymous as the export would. */
function bindExpression({ start, end }: t.ExportDefaultDeclaration, source: string, name: string): Edit[] {
  const [from, to] = [start as number, end as number];
  const head = /^export(?:\s|\/\*.*?\*\/|\/\/[^\n\r\u2028\u2029]*)*default/s.exec(source.slice(from, to))?.[0] ?? "";
  const rest = source[to - 1] === ";" ? to - 1 : to;
  return [
    { start: from, end: from + head.length, code: `const ${name} = ({ default:` },
    { start: rest, end: to, code: ` }).default; export { ${name} as default };` },
  ];
}

function insertAt(at: number, code: string): Edit {
  return { start: at, end: at, code };
}
