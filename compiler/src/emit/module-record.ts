// Owns: the text of a module's record (docs/abi.md 13).
// Does not own: which values of the module it refers to (find/references.ts), stamps (hash.ts), the manifest on disk
//   (manifest.ts).
// I1. Everything in it is lazy: reading a record never touches a binding of the module that may be in its TDZ.
// I2. Same records, same text.
import * as t from "@babel/types";
import type { UsedImport } from "../analyze/imports.ts";
import type { Shape } from "../analyze/shape.ts";
import type { AbiNames, FunctionRecord } from "../analyze/types.ts";
import type { Reference } from "../find/references.ts";
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
  /** Its own values, and what reads them. */
  references: readonly (Reference & { readonly expression: string })[];
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
  // One that is asked for too early must throw, as in its TDZ: then the runtime asks again.
  const early = (name: string) => ` ?? ${R}.tdz({ v: ${R}.TDZ }, ${text(name)})`;
  const own = printMap(
    references.map(({ name, expression, isVariable }) => [name, `() => ${expression}${isVariable ? early(name) : ""}`]),
  );
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
    ["quiet", record.quiet && String(record.quiet)],
    ["renamedFrom", record.renamedFrom && JSON.stringify(record.renamedFrom)],
    ["version", record.version && text(record.version)],
    ["slots", slots && `[${slots.map(printSlot).join(", ")}]`],
    ["points", points && `[${points.map(printPoint).join(", ")}]`],
  ];
  return printMap(fields.filter((field): field is [string, string] => field[1] !== undefined));
}

function printSlot({ field, key, live }: NonNullable<FunctionRecord["slots"]>[number]): string {
  return `[${[text(field), text(key), ...live].join(", ")}]`;
}

function printPoint({
  fingerprint,
  loc,
  of,
  isReturned,
  quiet,
}: NonNullable<FunctionRecord["points"]>[number]): string {
  const at = `${loc.start.line}:${loc.start.column + 1}`;
  const more = [isReturned ? ", ret: true" : "", quiet ? `, quiet: ${quiet}` : ""].join("");
  return `{ fp: ${text(fingerprint)}, at: ${text(at)}, of: ${text(shorten(of))}${more} }`;
}

/** Source text on one line, of at most 80 characters. */
export function shorten(source: string): string {
  // The text of a call that stands in another is part of the other's: only its head is looked at.
  const head = source.length > 1_000 ? source.slice(0, 1_000) : source;
  const line = head.replace(/\s+/g, " ").trim();
  return line.length <= 80 && head === source ? line : `${line.slice(0, 79)}…`;
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
