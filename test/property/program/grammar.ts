/**
 * Owns: where text is generated (scope, flow, budget) and how one production of a table is chosen.
 * Does not own: any production; each family of features has its own file and knows only this one.
 *
 * I1. A production may use only names that are visible and initialized where its text stands.
 * I2. A name behind a wall belongs to a concurrent branch's outside: it is only read, and only if it is a primitive.
 * I3. Every loop test and function entry spends fuel of its branch, so every program ends.
 * I4. What a program logs on one branch, and its result, do not depend on how many microticks anything takes.
 * I5. In a timed program neither does the order of all logs together: what begins without being awaited waits for the clock
 *     first. So there branches share variables.
 */
import type { Rng } from "./rng.ts";

/** What a variable holds, as far as the generator must know to write code that mostly works. */
export type Kind =
  | "number"
  | "text"
  | "list"
  | "record"
  | "function"
  | "durable"
  | "object"
  | "functions"
  | "absent"
  | "error"
  | "probe";

export interface Binding {
  name: string;
  kind: Kind;
  mutable: boolean;
  /** Whether calling it is harmless in a concurrent branch; only for functions. */
  arity: number;
}

/** How an argument of a module function is made. */
export type Parameter = "number" | "record" | "list" | "rest" | "callback" | "task" | "nothing";

export interface ModuleFunction {
  name: string;
  kind: "async" | "generator" | "async-generator";
  /** Never throws, hence may be left without a handler for a while. */
  guarded: boolean;
  parameters: Parameter[];
}

export interface World {
  rng: Rng;
  grammar: Grammar;
  features: Map<string, number>;
  /** Statements that may still be made. */
  budget: number;
  names: number;
  functions: ModuleFunction[];
  strict: boolean;
  /** Waits end one by one, on a clock: whatever runs between two of them has the program for itself (I5). */
  timed: boolean;
  /** Families that are left out: the part of a feature's name before the first dot. */
  without: ReadonlySet<string>;
}

/** What jumps and suspensions are legal here. */
export interface Flow {
  async: boolean;
  generator: boolean;
  hasThis: boolean;
  hasArguments: boolean;
  breakable: boolean;
  loop: boolean;
  labels: { name: string; loop: boolean }[];
  returns: boolean;
  /** In a try block that has a handler: here things may well fail. */
  tried: boolean;
}

export interface Scope {
  parent: Scope | null;
  wall: boolean;
  bindings: Binding[];
}

export interface Place {
  world: World;
  scope: Scope;
  flow: Flow;
  /** Nesting of statements. */
  depth: number;
}

export type Sort = "number" | "text" | "truth" | "list" | "record" | "statement";

export interface Production {
  /** family.name; counted in the histogram. */
  feature: string;
  weight: number;
  /** A leaf needs no room below it. */
  leaf?: boolean;
  when?(place: Place): boolean;
  /** @param room how many levels of expression may still be nested. */
  make(place: Place, room: number): string;
}

export type Grammar = Record<Sort, Production[]>;
export type Family = Partial<Grammar>;

export const maxDepth = 4;

/** Text of the given sort. `room` 0 gives a leaf, and two levels below, a leaf that nests nothing. */
export function produce(place: Place, sort: Sort, room: number): string {
  const { world } = place;
  const full = sort === "statement" ? place.depth >= maxDepth || world.budget <= 0 : room <= 0;
  const able = world.grammar[sort].filter(
    (production) =>
      (!full || production.leaf === true) &&
      (room > -2 || production.feature.startsWith("value.")) &&
      !world.without.has(production.feature.split(".")[0] as string) &&
      (production.when === undefined || production.when(place)),
  );
  const chosen = world.rng.weighted(able.map((production) => [production.weight, production] as const));
  use(place, chosen.feature);
  return chosen.make(place, room - 1);
}

export const number = (place: Place, room: number) => produce(place, "number", room);
export const text = (place: Place, room: number) => produce(place, "text", room);
export const truth = (place: Place, room: number) => produce(place, "truth", room);
export const list = (place: Place, room: number) => produce(place, "list", room);
export const record = (place: Place, room: number) => produce(place, "record", room);

export function use(place: Place, feature: string): void {
  place.world.features.set(feature, (place.world.features.get(feature) ?? 0) + 1);
}

export function has(place: Place, family: string): boolean {
  return !place.world.without.has(family);
}

/** The same place with some of it changed. */
export function within(place: Place, changes: { scope?: Scope; flow?: Partial<Flow>; depth?: number }): Place {
  return {
    world: place.world,
    scope: changes.scope ?? place.scope,
    flow: changes.flow === undefined ? place.flow : { ...place.flow, ...changes.flow },
    depth: changes.depth ?? place.depth,
  };
}

export function openScope(place: Place, wall = false): Scope {
  return { parent: place.scope, wall: wall && !place.world.timed, bindings: [] };
}

/** A place one level deeper, with a scope of its own. */
export function deeper(place: Place, flow: Partial<Flow> = {}): Place {
  return within(place, { scope: openScope(place), flow, depth: place.depth + 1 });
}

export function declare(place: Place, name: string, kind: Kind, mutable: boolean, arity = 0): void {
  place.scope.bindings.push({ name, kind, mutable, arity });
}

const primitives: readonly Kind[] = ["number", "text", "absent"];

/** The visible bindings of a kind, innermost first (I1, I2). */
export function visible(place: Place, kind: Kind, mutable = false): Binding[] {
  const found: Binding[] = [];
  const hidden = new Set<string>();
  let walled = false;
  for (let scope: Scope | null = place.scope; scope !== null; scope = scope.parent) {
    for (const binding of [...scope.bindings].reverse()) {
      if (hidden.has(binding.name)) continue;
      hidden.add(binding.name);
      if (binding.kind !== kind || (mutable && !binding.mutable)) continue;
      if (walled && (mutable || !primitives.includes(kind))) continue;
      found.push(binding);
    }
    if (scope.wall) walled = true;
  }
  return found;
}

/** Any visible binding of the kind; the caller has checked that there is one. */
export function pickName(place: Place, kind: Kind, mutable = false): string {
  return place.world.rng.pick(visible(place, kind, mutable)).name;
}

export const seen =
  (kind: Kind, mutable = false) =>
  (place: Place) =>
    visible(place, kind, mutable).length > 0;

/** A name that nothing else has. */
export function freshName(place: Place, stem: string): string {
  place.world.names += 1;
  return `${stem}${place.world.names}`;
}

/** A new name, or now and then one that hides a visible variable which `text` does not mention. */
export function shadowName(place: Place, stem: string, text: string): string {
  const { rng } = place.world;
  if (rng.chance(0.2)) {
    const names = visible(place, "number").map((binding) => binding.name);
    const free = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
    const own = new Set(place.scope.bindings.map((binding) => binding.name));
    const candidates = free.filter((name) => !own.has(name));
    if (candidates.length > 0) {
      use(place, "scope.shadow");
      return rng.pick(candidates);
    }
  }
  return freshName(place, stem);
}

/** Marks an await, so that suspensions can be counted: see `strip` and `count` in program.ts. */
export const awaited = (operand: string) => `\u0001(await ${operand})`;

/** What begins without being awaited waits first, in a timed program (I5). */
export const pause = (place: Place) => (place.world.timed ? `${awaited("pause()")};\n` : "");

/** Between low and high texts of one sort. */
export function several(place: Place, low: number, high: number, make: () => string): string[] {
  return Array.from({ length: place.world.rng.int(low, high) }, make);
}

/** Some statements, one after the other, in the scope of the place. */
export function statements(place: Place, low: number, high: number): string {
  const made: string[] = [];
  const wanted = place.world.rng.int(low, high);
  for (let i = 0; i < wanted; i++) {
    place.world.budget -= 1;
    made.push(produce(place, "statement", 3));
  }
  return made.join("\n");
}

/** A block with a scope of its own. */
export function block(place: Place, flow: Partial<Flow> = {}, first = ""): string {
  return `{\n${first}${statements(deeper(place, flow), 1, 3)}\n}`;
}
