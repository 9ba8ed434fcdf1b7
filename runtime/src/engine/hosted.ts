/**
 * Owns: which functions this process can run, and the name of its build.
 * Does not own: the registry.
 *
 * I1 The build changes when a function that was not there before is loaded, or one has other code.
 */
import { hash } from "node:crypto";
import { type FunctionMeta, registry } from "../registry.ts";
import type { HostedFunction } from "../store/store.ts";

export class Hosted {
  readonly #fixedBuild: string | undefined;
  #loads = -1;
  #build = "";
  #functions: readonly HostedFunction[] = [];

  constructor(fixedBuild: string | undefined) {
    this.#fixedBuild = fixedBuild;
  }

  /** Functions that may be roots of runs. */
  get functions(): readonly HostedFunction[] {
    this.#refresh();
    return this.#functions;
  }

  /** The name of what is loaded (I1). */
  get build(): string {
    this.#refresh();
    return this.#build;
  }

  has(fn: string): boolean {
    return registry().functions.get(fn)?.d !== undefined;
  }

  #refresh(): void {
    const { functions, loads } = registry();
    if (loads === this.#loads) return;
    this.#loads = loads;
    this.#functions = [...functions].flatMap(([fn, meta]) => (isRoot(meta) ? [{ fn }] : [])); // former ids too
    const stamps = [...functions.values()].map(({ key, stamp }) => `${key} ${stamp}`).sort();
    this.#build = this.#fixedBuild ?? hash("sha256", stamps.join("\n"), "base64url").slice(0, 16);
  }
}

function isRoot({ kind, d }: FunctionMeta): boolean {
  return kind === 0 && d !== undefined;
}
