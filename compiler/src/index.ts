// Owns: the passes of the compiler in order; read it as the contents page.
// Does not own: any pass.
// I1. Whatever the user wrote, compile() returns: faults become diagnostics, and then nothing is emitted. Only a fault of
//     the compiler itself is thrown.
// I2. A file is lowered as a whole or not at all.
// I3. Same source and options, same bytes.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import { inlineConstEnums } from "./analyze/const-enum.ts";
import { Context } from "./analyze/context.ts";
import { eraseTypes } from "./analyze/erase.ts";
import { warnForeign } from "./analyze/foreign.ts";
import type { Home } from "./analyze/home.ts";
import { assignIds } from "./analyze/ids.ts";
import { findImports } from "./analyze/imports.ts";
import { normalize } from "./analyze/normalize.ts";
import { Settings } from "./analyze/settings.ts";
import { classesOf, findShapes } from "./analyze/shape.ts";
import { checkSupported } from "./analyze/supported.ts";
import type { DurableFunction, FoundFunction, LoweredFunction } from "./analyze/types.ts";
import { compileDeep } from "./deep.ts";
import { type Diagnostic, Diagnostics } from "./diagnostic.ts";
import { nameDefault } from "./emit/default-export.ts";
import { hashText, SourceHashes, stampOf } from "./emit/hash.ts";
import { editHome } from "./emit/home.ts";
import { editMade } from "./emit/made-methods.ts";
import { createManifest, type Manifest } from "./emit/manifest.ts";
import { editMember, isMember, nameByKey, namingProperty } from "./emit/member.ts";
import { printModuleRecord, type StampedRecord } from "./emit/module-record.ts";
import { edgesOf } from "./emit/neighbours.ts";
import { type Edit, findHead, printModule } from "./emit/print.ts";
import { basesOfPrivate, editPrivate } from "./emit/private.ts";
import type { RawMap } from "./emit/source-map.ts";
import { editSwitches } from "./emit/switch.ts";
import { ColdframeError, errors } from "./errors.ts";
import { findReferences } from "./find/references.ts";
import { type Found, findDurable } from "./find.ts";
import { lowerFunction } from "./lower/index.ts";
import { type CompileOptions, type ResolvedOptions, resolveOptions } from "./options.ts";

export type { Diagnostic } from "./diagnostic.ts";
export type { Manifest, ManifestFunction, ManifestPoint, ManifestSlot, SourceRange } from "./emit/manifest.ts";
export type { RawMap } from "./emit/source-map.ts";
export type { CompileOptions } from "./options.ts";

/** What became of a file. */
export interface CompileResult {
  /** The lowered text; the source as it is if nothing is durable, or if there are errors: then it must not be emitted. */
  code: string;
  /** From `code` to the source; null if `code` is the source. */
  map: RawMap | null;
  /** What was compiled (docs/formats.md); null if `code` is the source. */
  manifest: Manifest | null;
  /** In order of place. */
  diagnostics: Diagnostic[];
}

/**
 * Compiles the durable functions of a file and leaves every other byte of it alone.
 * @param source text of a JavaScript or TypeScript file
 * @returns code, map and manifest, or diagnostics with `severity: "error"` and the source unchanged
 * @example
 * const { code } = compile('export async function f() { "use durable"; await 1; }', { filename: "src/f.ts" });
 */
export function compile(source: string, options: CompileOptions): CompileResult {
  const resolved = resolveOptions(options);
  const diagnostics = new Diagnostics();
  const unchanged = { code: source, map: null, manifest: null };
  try {
    return { ...(lowerFile(source, resolved, diagnostics) ?? unchanged), diagnostics: diagnostics.toArray() };
  } catch (error) {
    if (!isOverflow(error)) throw error;
    return compileDeep(source, options) ?? { ...unchanged, diagnostics: tooDeep() };
  }
}

function lowerFile(source: string, options: ResolvedOptions, diagnostics: Diagnostics) {
  const found = findDurable(source, options, diagnostics);
  for (const fn of found?.functions ?? []) {
    checkSupported(fn.path, diagnostics);
    warnForeign(fn, diagnostics);
  }
  return found && !diagnostics.hasErrors ? emit(source, found, options, diagnostics) : undefined;
}

/** Parser and passes walk down trees by calling themselves. */
function isOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/i.test(error.message);
}

function tooDeep(): Diagnostic[] {
  const diagnostics = new Diagnostics();
  const detail = "its expressions or statements are nested too deeply";
  diagnostics.add("error", { start: 0, end: 0 }, errors.unreadableSource({ detail }));
  return diagnostics.toArray();
}

function emit(source: string, found: Found, options: ResolvedOptions, diagnostics: Diagnostics) {
  const settings = new Settings(found.program.parent as t.File, options);
  const hashes = new SourceHashes(settings);
  for (const { path } of found.functions) eraseTypes(path);
  inlineConstEnums(found.functions, options.constEnumValue);
  for (const { path } of found.functions) hashes.addAll(path.node);
  const ids = assignIds(found.functions, ({ path }) => hashes.of(path.node), diagnostics);
  if (diagnostics.hasErrors) return undefined;

  const { filename, moduleId, sourceType, abi, layout } = options;
  const imports = findImports(found.program, found.functions, moduleId);
  const suffix = abi === "global" ? `_${hashText(moduleId).slice(0, 6)}` : "";
  const hashOf = (node: t.Node) => hashes.of(node);
  const parts = {
    source,
    filename,
    moduleId,
    sourceType,
    layout,
    names: found.names,
    suffix,
    hashOf,
    settings,
    diagnostics,
  };
  const context = new Context(parts);
  const functions = found.functions.map((fn, index) => reserve(fn, ids[index] as string, context));

  const lowered = functions.map((fn) => ({ fn, made: lowerOne(fn, context, diagnostics) }));
  if (diagnostics.hasErrors) return undefined;
  const homes = [...context.homes.values()];
  const byDefault = nameDefault(
    found.program.node,
    source,
    (node) => functions.some(({ path }) => path.node === node),
    () => context.unique("$default"),
    context.abi.R,
  );
  const classes = [...classesOf(found.program.node)];
  const bases = basesOfPrivate(classes);
  const edits = [
    ...homes.flatMap((home) => [...editHome(home, context.abi, source), ...editMade(home, context.abi, source)]),
    ...classes.flatMap(({ name, node }) => editPrivate(node, context.abi, bases.has(name))),
    ...lowered.flatMap(({ fn, made }) => editsOf(fn, made, source, context.abi.R)),
    ...editSwitches(lowered, source),
    ...(byDefault?.edits ?? []),
  ];
  const hoisted = [...declareVariables(homes), ...lowered.flatMap(({ made }) => made.hoisted)];

  const records = stampRecords(context, functions);
  const program = found.program.node;
  // The wrappers are registered under the ids of their functions.
  const own = findReferences(program).filter(({ name }) => !context.declared.has(name));
  const references = own.map((reference) => ({ ...reference, expression: reference.name }));
  if (byDefault) references.push({ name: "default", isVariable: false, expression: byDefault.name });
  const shapes = findShapes(program, options);
  const replaced = findReplaced(program, functions, records);
  const record = printModuleRecord(moduleId, context.abi, { records, references, shapes, imports, replaced });
  const opening = byDefault?.opening ?? "";
  const printing = { source, filename, program, abi: context.abi, reach: abi, edits, hoisted, record, opening };
  return { ...printModule(printing), manifest: createManifest(moduleId, records, shapes) };
}

/** The durable declarations of the module's scope; of several under one name, which scripts may have, the last counts. */
function findReplaced({ body }: t.Program, functions: readonly DurableFunction[], records: readonly StampedRecord[]) {
  const last = new Map<string, t.Node>();
  for (const statement of body) if (t.isFunctionDeclaration(statement)) last.set(statement.id?.name ?? "", statement);
  const found = new Map<string, number>();
  for (const { record, path } of functions) {
    const name = records[record]?.self;
    if (name !== undefined && (last.get(name) ?? path.node) === path.node) found.set(name, record);
  }
  return found;
}

/** Gives a function its names and numbers before any is lowered: functions may call those below them. */
function reserve(fn: FoundFunction, id: string, context: Context): DurableFunction {
  const base = (fn.lexicalPath.label || "anonymous").replace(/[^\w$]|^(?=\d)/g, "_");
  const durable = { ...fn, id, run: context.unique(`${base}$`), record: context.reserveRecord() };
  const binding = fn.isDeclaration && fn.isModuleLevel ? fn.path.scope.parent?.getBinding(fn.name) : undefined;
  if (binding?.constant && binding.path.node === fn.path.node) context.declared.set(fn.name, durable);
  return durable;
}

function lowerOne(fn: DurableFunction, context: Context, diagnostics: Diagnostics): LoweredFunction {
  try {
    normalize(fn, context);
    return lowerFunction(fn, context);
  } catch (error) {
    if (!(error instanceof ColdframeError)) throw error;
    diagnostics.addThrown(error, { start: fn.path.node.start, end: fn.path.node.body.start, loc: fn.loc });
    return { hoisted: [], replacement: fn.path.node };
  }
}

function editsOf({ path }: DurableFunction, lowered: LoweredFunction, source: string, R: string): Edit[] {
  const { node } = path;
  if (isMember(node)) return editMember(node, path.parent, lowered, source, R);
  const property = namingProperty(path);
  if (property) return nameByKey(property, lowered.replacement, R);
  const { before, behind } = edgesOf(path as NodePath, lowered.replacement, source);
  const [start, end] = [node.start as number, node.end as number];
  const edits: Edit[] = [{ start, end, node: lowered.replacement, before, behind }];
  if (!lowered.prelude) return edits;
  if (t.isSwitchCase(path.parent)) return edits;
  const at = findHead(path as NodePath);
  return [{ start: at, end: at, node: t.program(lowered.prelude), isOuter: true }, ...edits];
}

function declareVariables(homes: readonly Home[]): t.Statement[] {
  const names = homes.flatMap((home) => home.variables());
  if (names.length === 0) return [];
  return [
    t.variableDeclaration(
      "var",
      names.map((name) => t.variableDeclarator(t.identifier(name))),
    ),
  ];
}

function stampRecords(context: Context, functions: readonly DurableFunction[]): StampedRecord[] {
  const marks = new Map(functions.map(({ record, mark }) => [record, mark]));
  return context.finishRecords().map((record, index) => {
    const { version, renamedFrom } = marks.get(index) ?? {};
    return { ...record, version, renamedFrom, stamp: stampOf(record, marks.get(index)) };
  });
}
