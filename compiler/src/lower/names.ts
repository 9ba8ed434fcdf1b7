// Owns: what variables are called in the functions that are emitted.
// Does not own: names at module level (ModuleContext.unique), names of captures inside factories (closure.ts).
// I1. A binding keeps its source name if nothing else that is meant by it in the same function would be hidden.
// I2. New names differ from every identifier in the function's text; names with "$" in the middle are the module's.
import * as t from "@babel/types";
import type { Binding, Unit } from "../analyze/scope.ts";

/**
 * Parameters of constructors and saves, and the fields of a frame that are no slots: no slot may be called so. Assigning
 * `__proto__` would set the frame's prototype; `let` may be no name of what `let` declares.
 */
const frameNames = ["$f", "$w", "$n", "$d", "$pc", "$up", "$wait", "$queue", "$delegate", "$state", "__proto__", "let"];

/** Names of one emitted function. */
export class LocalNames {
  readonly #taken: Set<string>;
  readonly #names = new Map<Binding, string>();
  /** Names that must keep the meaning they have outside: free ones and captures. */
  readonly #reserved: Set<string>;

  constructor(unit: Unit, abiNames: readonly string[]) {
    this.#taken = new Set([...unit.names, ...abiNames]);
    this.#reserved = new Set([...unit.free, ...abiNames, ...frameNames]);
    for (const { name } of unit.captures) this.#reserved.add(name);
  }

  /** A name that nothing in the function uses: `base`, else `base` with a number. */
  fresh(base: string): string {
    let name = base;
    for (let n = 1; this.#taken.has(name) || !t.isValidIdentifier(name); n++) name = `${base}_${n}`;
    this.#taken.add(name);
    return name;
  }

  /** Keeps a name that code around the function declares, and that it uses. */
  reserve(name: string): void {
    this.#taken.add(name);
    this.#reserved.add(name);
  }

  /** Names a variable that is declared at the head of the function, wherever it was declared before. */
  hoist(binding: Binding): string {
    const known = this.#names.get(binding);
    if (known !== undefined) return known;
    const name = this.#reserved.has(binding.name) ? this.fresh(binding.name) : binding.name;
    this.#reserved.add(name);
    this.#names.set(binding, name);
    return name;
  }

  /** Gives a binding a name of its own. */
  rename(binding: Binding, base: string): string {
    const name = this.fresh(base);
    this.#names.set(binding, name);
    return name;
  }

  /** Gives a binding the name of another. */
  share(binding: Binding, owner: Binding): void {
    this.#names.set(binding, this.of(owner));
  }

  /** The name of a binding; its source name, if nothing else was decided. */
  of(binding: Binding): string {
    return this.#names.get(binding) ?? binding.name;
  }
}
