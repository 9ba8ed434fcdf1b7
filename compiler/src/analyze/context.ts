// Owns: what the passes of one module share: free names, records, places of refusals.
// Does not own: what the records say (lower/), the text of the record (emit/module-record.ts).
// I1. A name is given out once; the same file gets the same names.
// I2. Every reserved record is filled before the module is printed.
import type * as t from "@babel/types";
import type { Diagnostics } from "../diagnostic.ts";
import { type ColdframeError, errors } from "../errors.ts";
import { Home } from "./home.ts";
import { canonicalText } from "./lift/nodes.ts";
import type { Settings } from "./settings.ts";
import type { AbiNames, DurableFunction, FunctionRecord, ModuleContext } from "./types.ts";

/** What a module's context is made of. */
export interface ContextParts {
  source: string;
  filename: string;
  moduleId: string;
  sourceType: "module" | "script";
  layout: "auto" | "large";
  /** Every name in the file; names that are given out are added. */
  names: Set<string>;
  /** Behind each name, so that scripts that share their global scope do not share helpers; "" for none. */
  suffix: string;
  hashOf: (node: t.Node) => string;
  settings: Settings;
  diagnostics: Diagnostics;
}

export class Context implements ModuleContext {
  readonly abi: AbiNames;
  readonly source: string;
  readonly filename: string;
  readonly moduleId: string;
  readonly sourceType: "module" | "script";
  readonly layout: "auto" | "large";
  readonly settings: Settings;
  readonly declared = new Map<string, DurableFunction>();
  readonly homes = new Map<t.Node, Home>();
  readonly #parts: ContextParts;
  readonly #records: (FunctionRecord | undefined)[] = [];
  /** Where the search for the next free name of a base goes on. */
  readonly #next = new Map<string, number>();

  constructor(parts: ContextParts) {
    this.#parts = parts;
    this.source = parts.source;
    this.filename = parts.filename;
    this.moduleId = parts.moduleId;
    this.sourceType = parts.sourceType;
    this.layout = parts.layout;
    this.settings = parts.settings;
    const name = (key: keyof AbiNames) => this.unique(`$${key}`);
    this.abi = { R: name("R"), M: name("M"), m: name("m") };
  }

  unique(base: string): string {
    const { names, suffix } = this.#parts;
    const stem = base + suffix;
    let name = stem;
    let next = this.#next.get(stem) ?? 2;
    // "f$1" and a number would be the name of another point.
    while (names.has(name)) name = `${stem}$${next++}`;
    this.#next.set(stem, next);
    names.add(name);
    return name;
  }

  homeOf(owner: t.Class | t.ObjectExpression, base: string): Home {
    const stem = base.replace(/[^\w$]|^(?=\d)/g, "_") || "anonymous";
    const home = this.homes.get(owner) ?? new Home(owner, (part) => this.unique(`${stem}$${part}`));
    this.homes.set(owner, home);
    return home;
  }

  addRecord(record: FunctionRecord): number {
    return this.#records.push(record) - 1;
  }

  reserveRecord(): number {
    return this.#records.push(undefined) - 1;
  }

  setRecord(index: number, record: FunctionRecord): void {
    this.#records[index] = record;
  }

  /** All records by index, once the module is lowered; two of the same id are told apart. */
  finishRecords(): FunctionRecord[] {
    const taken = new Set<string>();
    return this.#records.map((record, index) => {
      if (record === undefined)
        throw errors.compilerFailed({ file: this.filename, detail: `record ${index} was reserved and never set` });
      let { id } = record;
      for (let n = 2; taken.has(id); n++) id = `${record.id}~${n}`;
      taken.add(id);
      return id === record.id ? record : { ...record, id };
    });
  }

  hashOf(node: t.Node): string {
    return this.#parts.hashOf(node);
  }

  textOf(node: t.Node): string {
    const { start, end } = node;
    return start == null || end == null ? canonicalText(node) : this.source.slice(start, end);
  }

  warn(node: t.Node, error: ColdframeError): void {
    this.#parts.diagnostics.add("warning", node, error);
  }

  refuse(node: t.Node, error: ColdframeError): Error {
    return this.#parts.diagnostics.locate(node, error);
  }
}
