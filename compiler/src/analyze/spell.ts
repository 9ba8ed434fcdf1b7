// Owns: the text of a piece of program for hashes: what it means, without layout, comments, places and formatting.
// Does not own: hashing (fingerprint.ts).
// I1. Two pieces with one text behave alike, given the same values of the variables it names.
// I2. Hidden temporaries appear as what they stand for, never under their own names.
// I3. Names appear as the user wrote them, with the number of bindings that they shadow within the function.
import * as t from "@babel/types";
import { markOf } from "./lift/marks.ts";
import { type Binding, type ScopeAnalysis, shadowDepth } from "./scope.ts";

/** Fields that say where or how something was written. */
const unread = new Set(
  "type start end loc range extra leadingComments innerComments trailingComments directives typeAnnotation".split(" "),
);

export class Speller {
  readonly #analysis: ScopeAnalysis;
  readonly #temps: ReadonlyMap<Binding, string>;
  readonly #aliases: ReadonlyMap<string, string>;

  /**
   * @param temps what hidden temporaries are called instead, e.g. results of awaits
   * @param aliases what imports are called where they come from
   */
  constructor(
    analysis: ScopeAnalysis,
    temps: ReadonlyMap<Binding, string>,
    aliases: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#analysis = analysis;
    this.#temps = temps;
    this.#aliases = aliases;
  }

  spell(node: t.Node): string {
    if (t.isIdentifier(node)) return this.#spellName(node);
    const fields = node as unknown as Record<string, unknown>;
    let text = `${node.type}(`;
    for (const key of Object.keys(fields).sort()) {
      if (key === "directives") text += spellStrict(fields[key] as t.Directive[]);
      else if (isName(key, node)) text += `${key}:${(fields[key] as t.Identifier).name},`;
      else if (!unread.has(key)) text += this.#spellField(key, fields[key]);
    }
    return `${text})`;
  }

  #spellField(key: string, value: unknown): string {
    // Nodes that were made have fewer fields than those that were parsed.
    if (value === undefined || value === null || value === false) return "";
    if (Array.isArray(value)) return `${key}[${value.map((item) => this.#spellValue(item)).join(",")}]`;
    return `${key}:${this.#spellValue(value)},`;
  }

  #spellValue(value: unknown): string {
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? String(value);
    return "type" in value ? this.spell(value as t.Node) : JSON.stringify(value);
  }

  #spellName(node: t.Identifier): string {
    const binding = this.#analysis.uses.get(node)?.binding;
    if (binding) return this.nameOf(binding);
    const alias = this.#aliases.get(node.name);
    return this.#markedName(node) ?? (alias === undefined ? node.name : `${alias} as ${node.name}`);
  }

  #markedName(node: t.Node): string | undefined {
    const mark = markOf(node, "temp");
    return mark && `<${mark.of}>`;
  }

  /** The canonical key of a variable: unique among those that live at one point. */
  nameOf(binding: Binding): string {
    const temp = this.#temps.get(binding);
    if (temp !== undefined) return temp;
    const depth = shadowDepth(binding);
    return depth === 0 ? binding.name : `${binding.name}@${depth}`;
  }
}

/** Is this field of a node a name of no variable, as `b` in `a.b`? */
function isName(key: string, node: t.Node): boolean {
  if (key !== "property" && key !== "key") return false;
  const { computed, [key]: name } = node as unknown as Record<string, unknown>;
  return computed !== true && t.isIdentifier(name as t.Node);
}

/** The only directive that changes what runs. */
function spellStrict(directives: readonly t.Directive[] = []): string {
  return directives.some(({ value }) => value.value === "use strict") ? "strict," : "";
}
