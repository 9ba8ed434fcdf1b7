// Owns: the text of a module's record (docs/abi.md 13), and which values of the module it refers to.
// Does not own: stamps (hash.ts), the manifest on disk (manifest.ts).
// I1. Everything in it is lazy: reading a record never touches a binding of the module that may be in its TDZ.
// I2. Same records, same text.
import * as t from "@babel/types";
import type { UsedImport } from "../analyze/imports.ts";
import type { Shape } from "../analyze/shape.ts";
import type { AbiNames, FunctionRecord } from "../analyze/types.ts";
import { ABI_VERSION, COMPILER_VERSION } from "./abi.ts";

/** A record with what the shell knows beside it. */
export interface StampedRecord extends FunctionRecord {
  stamp: string;
  renamedFrom?: string[];
  version?: string;
}

/** What a module's record says. */
export interface ModuleParts {
  records: readonly StampedRecord[];
  /** Names of its own values. */
  references: readonly string[];
  /** Of its classes, by name. */
  shapes: ReadonlyMap<string, Shape>;
  imports: readonly UsedImport[];
  /** Variables that hold durable declarations of its scope, with their records (docs/abi.md 8). */
  replaced: ReadonlyMap<string, number>;
}

/** `var $m; function $M() { … }`: the record is made once, by whoever asks first. */
export function printModuleRecord(
  moduleId: string,
  abi: AbiNames,
  { records, references, shapes, imports, replaced }: ModuleParts,
): string {
  const { R, M, m } = abi;
  const head = `id: ${text(moduleId)}, abi: ${ABI_VERSION}, compiler: ${text(COMPILER_VERSION)}`;
  const functions = records.map((record) => `\n  ${printRecord(record)},`).join("");
  const own = printMap(references.map((name) => [name, `() => ${name}`]));
  const classes = printMap([...shapes].map(([name, shape]) => [name, JSON.stringify(shape)]));
  const foreign = printMap(imports.map(({ local, ref }) => [ref, `() => ${local}`]));
  const functionsOf = [...replaced].map(([name, record]) => `${name} = ${m}.f[${record}].d.self, `).join("");
  const made = `${R}.module({ ${head}, f: [${functions}\n], refs: ${own}, imports: ${foreign}`;
  const rest = shapes.size > 0 ? `, classes: ${classes}` : "";
  return `var ${m};\nfunction ${M}() { return ${m} !== void 0 ? ${m} : (${m} = ${made}${rest} })${functionsOf && `, ${functionsOf}${m}`}); }\n`;
}

function printRecord(record: StampedRecord): string {
  const { id, name, length, kind, F, run, self, make, captures, reason, slots, points, stamp } = record;
  const fields: [string, string | undefined][] = [
    ["id", text(id)],
    ["name", text(name)],
    ["length", String(length)],
    ["kind", String(kind)],
    ["F", F],
    ["run", run],
    ["self", self],
    ["make", make],
    ["receiver", record.receiver && "true"],
    ["stamp", text(stamp)],
    ["captures", captures && JSON.stringify(captures)],
    ["reason", reason && text(reason)],
    ["renamedFrom", record.renamedFrom && JSON.stringify(record.renamedFrom)],
    ["version", record.version && text(record.version)],
    ["slots", slots && printMap(Object.entries(slots).map(([field, slot]) => [field, text(slot)]))],
    ["points", points && `[${points.map(printPoint).join(", ")}]`],
  ];
  return printMap(fields.filter((field): field is [string, string] => field[1] !== undefined));
}

function printPoint({ fingerprint, loc, of, live }: NonNullable<FunctionRecord["points"]>[number]): string {
  const at = `${loc.start.line}:${loc.start.column + 1}`;
  return `{ fp: ${text(fingerprint)}, at: ${text(at)}, of: ${text(shorten(of))}, live: ${JSON.stringify(live)} }`;
}

/** Source text on one line, of at most 80 characters. */
export function shorten(source: string): string {
  const line = source.replace(/\s+/g, " ").trim();
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

function printMap(entries: (readonly [string, string])[]): string {
  return entries.length === 0 ? "{}" : `{ ${entries.map(([name, value]) => `${key(name)}: ${value}`).join(", ")} }`;
}

/** `__proto__: x` would set the prototype. */
function key(name: string): string {
  if (name === "__proto__") return `["__proto__"]`;
  return t.isValidIdentifier(name, false) ? name : text(name);
}

function text(value: string): string {
  return JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

/** Names of the module's own functions, classes, constants and enums, in source order. */
export function findReferences({ body }: t.Program): string[] {
  const names = body.flatMap((statement) => {
    const isExport = t.isExportNamedDeclaration(statement) || t.isExportDefaultDeclaration(statement);
    const declared = isExport ? statement.declaration : statement;
    return declared && !("declare" in declared && declared.declare) ? namesOf(declared) : [];
  });
  return [...new Set(names)];
}

function namesOf(node: t.Node): string[] {
  if (t.isFunctionDeclaration(node) || t.isClassDeclaration(node)) return node.id ? [node.id.name] : [];
  if (t.isTSEnumDeclaration(node)) return node.const ? [] : [node.id.name];
  if (!t.isVariableDeclaration(node) || node.kind !== "const") return [];
  const objects = node.declarations.filter(({ init }) => !isPrimitive(init));
  return objects.flatMap(({ id }) => Object.keys(t.getBindingIdentifiers(id)));
}

/** A primitive has no identity to be kept. */
function isPrimitive(node: t.Node | null | undefined): boolean {
  if (t.isTemplateLiteral(node) || t.isUnaryExpression(node)) return true;
  return t.isLiteral(node) && !t.isRegExpLiteral(node);
}
