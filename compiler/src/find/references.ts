// Owns: which values of a module it registers, so that what is stored can refer to them: its own functions, classes, constants,
//   enums and namespaces at the top, and what a marked module exports as default.
// Does not own: what instances are made of (analyze/shape.ts), what it imports (analyze/imports.ts).
// I1. Only what the module itself declares: what it exports of another module (`export * from`) is registered there.
// I2. Names that may get another value later (`let`, `var`) are left out: a reference must mean the same tomorrow.
import * as t from "@babel/types";
import { DIRECTIVE } from "./marks.ts";

/** A value that a module registers. */
export interface Reference {
  /** Its name within the module, and the expression that reads it. */
  readonly name: string;
  /** Before it is declared it is undefined; others cannot be read then. */
  readonly isVariable: boolean;
}

/** What stands where a module declares something. */
interface Declared {
  /** Name within its namespaces, with dots. */
  readonly path: string;
  readonly node: t.Node;
}

/** Whether `"use durable"` stands at the top of a module. */
export function isMarkedModule({ directives }: t.Program): boolean {
  return directives.some(({ value }) => value.value === DIRECTIVE);
}

/** The module's own functions, classes, constants, enums and namespaces, in source order. */
export function findReferences(program: t.Program): Reference[] {
  const references = new Map<string, Reference>();
  for (const declared of declarationsOf(program)) {
    const isVariable = t.isTSEnumDeclaration(declared.node) || declared.path !== "";
    for (const name of namesOf(declared)) if (!references.has(name)) references.set(name, { name, isVariable });
  }
  return [...references.values()];
}

/** What a module declares at its top, and what its namespaces export. */
export function* declarationsOf({ body }: t.Program): Generator<Declared> {
  for (const statement of body) {
    const isExport = t.isExportNamedDeclaration(statement) || t.isExportDefaultDeclaration(statement);
    yield* declared(isExport ? statement.declaration : statement, "");
  }
}

function* declared(node: t.Node | null | undefined, path: string): Generator<Declared> {
  if (!node || ("declare" in node && node.declare)) return;
  if (!t.isTSModuleDeclaration(node)) yield { path, node };
  else if (t.isTSModuleBlock(node.body) && isInstantiated(node.body)) {
    const name = nameOfNamespace(node.id);
    if (name === undefined) return;
    const inner = path + name;
    yield { path: inner, node };
    for (const statement of node.body.body)
      if (t.isExportNamedDeclaration(statement)) yield* declared(statement.declaration, `${inner}.`);
  }
}

/** `A` and `A.B`; undefined for `declare module "x"` and the global one. */
function nameOfNamespace(id: t.Node): string | undefined {
  if (t.isIdentifier(id)) return id.name;
  if (!t.isTSQualifiedName(id)) return undefined;
  const left = nameOfNamespace(id.left);
  return left && `${left}.${id.right.name}`;
}

/** A namespace of types alone is nothing at run time. */
function isInstantiated({ body }: t.TSModuleBlock): boolean {
  return body.some((statement) => {
    const node = t.isExportNamedDeclaration(statement) ? (statement.declaration ?? statement) : statement;
    if ("declare" in node && node.declare) return false;
    if (t.isTSModuleDeclaration(node)) return t.isTSModuleBlock(node.body) && isInstantiated(node.body);
    return !t.isTSInterfaceDeclaration(node) && !t.isTSTypeAliasDeclaration(node);
  });
}

function namesOf({ path, node }: Declared): string[] {
  if (t.isTSModuleDeclaration(node)) return prefixesOf(path);
  if (t.isFunctionDeclaration(node) || t.isClassDeclaration(node)) return node.id ? [path + node.id.name] : [];
  if (t.isTSEnumDeclaration(node)) return node.const ? [] : [path + node.id.name];
  if (!t.isVariableDeclaration(node) || node.kind !== "const") return [];
  const objects = node.declarations.filter(({ init }) => !isPrimitive(init));
  return objects.flatMap(({ id }) => Object.keys(t.getBindingIdentifiers(id)).map((name) => path + name));
}

/** `namespace A.B {}` declares both. */
function prefixesOf(path: string): string[] {
  const names = path.split(".");
  return names.map((_, index) => names.slice(0, index + 1).join("."));
}

/** A primitive has no identity to be kept. */
export function isPrimitive(node: t.Node | null | undefined): boolean {
  if (t.isTemplateLiteral(node) || t.isUnaryExpression(node)) return true;
  return t.isLiteral(node) && !t.isRegExpLiteral(node);
}

/** What a marked module exports as default and no name of its own leads to; a function is taken if it may be durable, too. */
export function defaultOf(program: t.Program): t.ExportDefaultDeclaration | undefined {
  const found = isMarkedModule(program) ? program.body.find((node) => t.isExportDefaultDeclaration(node)) : undefined;
  const node = found?.declaration;
  if (!node || t.isTSDeclareFunction(node) || t.isTSInterfaceDeclaration(node) || isPrimitive(node)) return undefined;
  if ((t.isFunctionDeclaration(node) || t.isClassDeclaration(node)) && node.id) return undefined;
  return t.isIdentifier(node) && isKnown(node.name, program) ? undefined : found;
}

/** Does the module register the name, or is it another module's to do so? */
function isKnown(name: string, program: t.Program): boolean {
  const isImported = program.body.some(
    (node) => t.isImportDeclaration(node) && node.specifiers.some(({ local }) => local.name === name),
  );
  return isImported || findReferences(program).some((reference) => reference.name === name);
}
