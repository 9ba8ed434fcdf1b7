// Owns: how a file is known that has been compiled already, by this or another host, bundled and minified since or not.
// Does not own: what is done with it (find.ts); the text of the record (emit/module-record.ts).
// I1. Code counts, text does not: the record is a call in the tree, so no string, template or comment can be taken for it.
import * as t from "@babel/types";

/** Does a file hold the record of a compiled module: `….module({ id: "…", abi: 1, compiler: "…", f: […] })`? */
export function holdsRecord(file: t.File): boolean {
  return t.traverseFast(file, (node) => (isRecord(node) ? t.traverseFast.stop : undefined));
}

function isRecord(node: t.Node): boolean {
  if (!t.isCallExpression(node) || !t.isMemberExpression(node.callee)) return false;
  if (nameOf(node.callee.property) !== "module" || node.arguments.length !== 1) return false;
  const [record] = node.arguments;
  if (!t.isObjectExpression(record)) return false;
  return Object.entries(fields).every(([name, is]) =>
    record.properties.some(
      (property) => t.isObjectProperty(property) && nameOf(property.key) === name && is(property.value),
    ),
  );
}

function nameOf(key: t.Node): string {
  return t.isIdentifier(key) ? key.name : t.isStringLiteral(key) ? key.value : "";
}

/** Minifiers write strings as they like. */
const isText = (node: t.Node) =>
  t.isStringLiteral(node) || (t.isTemplateLiteral(node) && node.expressions.length === 0);

const fields: Record<string, (value: t.Node) => boolean> = {
  id: isText,
  abi: (node) => t.isNumericLiteral(node),
  compiler: isText,
  f: (node) => t.isArrayExpression(node),
};
