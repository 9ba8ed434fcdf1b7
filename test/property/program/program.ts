/**
 * Owns: a random program from a seed: a module as plain JavaScript text, the same for the same seed and options.
 * Every program has an async function `main`, ends, and uses the functions and classes of prelude.ts.
 */
import { assignments } from "./assignments.ts";
import { asyncGenerators } from "./async-generators.ts";
import { awaits } from "./awaits.ts";
import { branches } from "./branches.ts";
import { calls } from "./calls.ts";
import { chains } from "./chains.ts";
import { classes } from "./classes.ts";
import { closures } from "./closures.ts";
import { concurrency } from "./concurrency.ts";
import { declarations } from "./declarations.ts";
import { forAwait } from "./for-await.ts";
import { foreign } from "./foreign.ts";
import { makeFunction, makeMain, makeSignatures, outside } from "./functions.ts";
import { generators } from "./generators.ts";
import type { Grammar, Sort, World } from "./grammar.ts";
import { late } from "./late.ts";
import { loops } from "./loops.ts";
import { makeClasses, methods } from "./methods.ts";
import { numbers } from "./numbers.ts";
import { oddities } from "./oddities.ts";
import { makeRng } from "./rng.ts";
import { tries } from "./tries.ts";
import { values } from "./values.ts";

const families = [
  numbers,
  values,
  assignments,
  calls,
  awaits,
  declarations,
  branches,
  loops,
  tries,
  closures,
  generators,
  asyncGenerators,
  methods,
  chains,
  classes,
  forAwait,
  concurrency,
  late,
  foreign,
  oddities,
];

const sorts: readonly Sort[] = ["number", "text", "truth", "list", "record", "statement"];

export const grammar = Object.fromEntries(
  sorts.map((sort) => [sort, families.flatMap((family) => family[sort] ?? [])]),
) as unknown as Grammar;

/** Families that the compiler does not take yet. */
export const refused: readonly string[] = [];

export interface Program {
  seed: number;
  strict: boolean;
  /** The order of all logs together counts. */
  timed: boolean;
  text: string;
  /** The same program, reporting each suspension to `globalThis.coldframeSuspended`. */
  counted: string;
  features: Map<string, number>;
}

/**
 * @param seed any 32 bit integer
 * @param without families to leave out, as `generator` or `promise`; those of `refused` by default
 */
export function makeProgram(seed: number, without: Iterable<string> = refused): Program {
  const rng = makeRng(seed);
  const world: World = {
    rng,
    grammar,
    features: new Map(),
    budget: 0,
    names: 0,
    functions: [],
    strict: rng.chance(0.7),
    timed: rng.chance(0.25),
    without: new Set(without),
  };
  world.without = new Set([...without, !world.timed && rng.chance(0.3) ? "promise" : "foreign"]);
  makeSignatures(world);
  const made = world.functions.map((one) => makeFunction(world, one));
  const main = makeMain(world);
  // Half of the functions stand below main, which calls them above their declarations.
  const half = rng.int(0, made.length);
  const names = world.functions.filter((one) => one.kind === "async").map((one) => one.name);
  const table = `const table = { ${names.join(", ")} };`;
  const classes = makeClasses(world, outside(world));
  const marked = [...made.slice(0, half), main, ...made.slice(half), table, classes].join("\n");
  return {
    seed,
    strict: world.strict,
    timed: world.timed,
    text: marked.replaceAll("\u0001", ""),
    counted: marked.replaceAll("\u0001(await", "globalThis.coldframeSuspended(await"),
    features: world.features,
  };
}
