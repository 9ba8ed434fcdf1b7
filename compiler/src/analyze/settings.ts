// Owns: what decides how a function behaves and does not stand in its text: options of the compilers that come after, and
//   what an import is called where it comes from.
// Does not own: values of const enums, which are put into the text (const-enum.ts); hashing (emit/hash.ts, fingerprint.ts).
// I1. Only what matters to a function is said of it: one without JSX does not change with the settings of JSX.
// I2. In the usual case nothing is said at all.
import * as t from "@babel/types";

/** What of the compiler's options functions depend on. */
export interface SettingOptions {
  useDefineForClassFields: boolean;
  jsx: string;
}

export class Settings {
  /** Imports that have another name here than in the module they come from: the name there, by the name here. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly #areFieldsDefined: boolean;
  readonly #jsx: string;

  constructor({ program, comments }: t.File, { jsx, useDefineForClassFields }: SettingOptions) {
    this.aliases = findAliases(program);
    this.#areFieldsDefined = useDefineForClassFields;
    // `/** @jsx h */` and its like are comments that run.
    const pragmas = (comments ?? []).flatMap(({ value }) => value.match(/@jsx\w*\s+[\w$.@/-]+/g) ?? []);
    this.#jsx = ["jsx", jsx, ...pragmas].filter(Boolean).join(" ");
  }

  /** The options that a function or class depends on. */
  optionsOf(node: t.Node): string {
    const words = new Set<string>();
    t.traverseFast(node, (child) => {
      if (t.isJSX(child)) words.add(this.#jsx);
      if (t.isClassProperty(child) && !this.#areFieldsDefined) words.add("fields are assigned");
    });
    return [...words].join("; ");
  }

  /** The aliases that a function or class uses. */
  aliasesOf(node: t.Node): string {
    if (this.aliases.size === 0) return "";
    const used = new Set<string>();
    t.traverseFast(node, (child) => {
      if (!t.isIdentifier(child) && !t.isJSXIdentifier(child)) return;
      const name = this.aliases.get(child.name);
      if (name !== undefined) used.add(`${child.name} is ${name}`);
    });
    return [...used].sort().join("; ");
  }
}

function findAliases({ body }: t.Program): Map<string, string> {
  const aliases = new Map<string, string>();
  for (const statement of body) {
    if (!t.isImportDeclaration(statement)) continue;
    for (const specifier of statement.specifiers) {
      if (!t.isImportSpecifier(specifier)) continue;
      const { imported, local } = specifier;
      const name = t.isIdentifier(imported) ? imported.name : imported.value;
      if (name !== local.name) aliases.set(local.name, name);
    }
  }
  return aliases;
}
