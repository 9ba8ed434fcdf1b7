/**
 * Owns: a program run as it is written and as it is compiled; and with every suspension cut: whatever parks, its frame is
 * given up for a new one that has the slots which are said to be live, and nothing else, as after a restore.
 */
import { compile } from "@coldframe/compiler";
import "@coldframe/runtime/abi/v1";
import { type Frame, isFrame, metaOf } from "../../../runtime/src/frame.ts";
import { R } from "../../../runtime/src/realm.ts";
import { slotsAt } from "../../../runtime/src/registry.ts";
import { show } from "../../kit/show.ts";
import { makeWorld } from "../lift/world.ts";

/** large cut: every function in the form of large ones, and cut. */
export type Way = "native" | "volatile" | "cut" | "large cut";
type Callable = (...args: unknown[]) => unknown;
/** What is done to a generator: resumed by one of its methods with a value. */
export type Step = readonly ["next" | "throw" | "return", unknown?];

export interface Options {
  args?: unknown[];
  strict?: boolean;
  /** What is done to the generator that `main` gives; default: `next` until it is done. */
  steps?: readonly Step[];
}

const lowered = new Map<string, string>();

/** @throws an error with what the compiler says against the program */
export function lowerText(source: string, strict = true, layout: "auto" | "large" = "auto"): string {
  const known = lowered.get(`${layout} ${source}`);
  if (known !== undefined) return known;
  process.env.COLDFRAME_VERIFY = "1";
  const { code, diagnostics } = compile(source, {
    filename: "case.js",
    sourceType: strict ? "module" : "script",
    mark: "all",
    abi: "global",
    layout,
  });
  const faults = diagnostics.filter(({ severity }) => severity === "error");
  if (faults.length > 0) throw new Error(`refused: ${faults.map(({ message }) => message).join("; ")}`);
  lowered.clear();
  lowered.set(`${layout} ${source}`, code);
  return code;
}

/** Trace and outcome of `main` in a program, run in one of three ways. */
export async function observe(source: string, way: Way, options: Options = {}): Promise<string[]> {
  const { args = [], strict = true } = options;
  const { trace, names } = makeWorld();
  const code = way === "native" ? source : lowerText(source, strict, way === "large cut" ? "large" : "auto");
  const make = new Function(...Object.keys(names), `${strict ? '"use strict";' : ""}${code}\nreturn main;`);
  const main = make(...Object.values(names)) as Callable;
  const uncut = way.endsWith("cut") ? cutEverything() : () => {};
  try {
    const result = main.apply(names.self, args);
    trace.push(`returned ${show(await settle(result, names.log as (text: string) => void, options.steps))}`);
  } catch (error) {
    trace.push(`threw ${show(error)}`);
  } finally {
    uncut();
  }
  // Lowering asks functions for their descriptor, and results for `then` once more.
  return trace.filter((line) => !/ get (?:Symbol\(coldframe\.\w+\)|then)$/.test(line));
}

async function settle(result: unknown, log: (text: string) => void, steps?: readonly Step[]): Promise<unknown> {
  if (typeof result !== "object" || result === null || !("next" in result)) return await result;
  const generator = result as Generator;
  if (steps !== undefined) return takeSteps(generator, log, steps);
  for (let sent = 0; ; sent++) {
    const { done, value } = generator.next(sent);
    if (done) return value;
    log(`yielded ${show(value)}`);
  }
}

function takeSteps(generator: Generator, log: (text: string) => void, steps: readonly Step[]): void {
  for (const [method, value] of steps) {
    try {
      log(`${method} ${show(generator[method](value))}`);
    } catch (error) {
      log(`${method} threw ${show(error)}`);
    }
  }
}

// ---- cutting

type Park = (frame: Frame, awaited?: unknown) => unknown;

/** From now on every frame that parks is made anew. @returns what ends it */
function cutEverything(): () => void {
  const helpers = Object.getPrototypeOf(R) as Record<"park" | "ready" | "repark" | "yield", Park>;
  const { park, ready, repark, yield: yieldValue } = helpers;
  helpers.park = (frame, awaited) => park(copyFrame(frame), awaited);
  helpers.ready = (frame) => ready(copyFrame(frame));
  // The driver takes a frame that parks as a new one for its leaf.
  helpers.repark = (frame, awaited) => park(copyFrame(frame), awaited);
  helpers.yield = (frame, value) => yieldValue(copyFrame(frame), value);
  return () => Object.assign(helpers, { park, ready, repark, yield: yieldValue });
}

/** A new frame with the slots that are live at its point, and nothing else. */
export function copyFrame(frame: Frame): Frame {
  if (!isFrame(frame)) throw new Error("no frame");
  const meta = metaOf(frame);
  const copy = new (meta.F as unknown as new (d: unknown) => Frame)(frame.$d);
  const fixed = ["$d", "$pc", "$up", "$wait"];
  const slots = slotsAt(meta, frame.$pc);
  const live = slots.map(({ field }) => field);
  for (const slot of ["$pc", "$up", "$wait", ...live]) copy[slot] = frame[slot];
  for (const [slot, value] of Object.entries(frame)) {
    const isDead = !fixed.includes(slot) && !live.includes(slot) && typeof value === "object" && value !== null;
    if (isDead) throw new Error(`${meta.id}: ${slot} is dead at ${frame.$pc} and kept`);
  }
  const keys = slots.map(({ key }) => key);
  if (new Set(keys).size !== keys.length || new Set(live).size !== live.length)
    throw new Error(`${meta.id}: keys of ${live} at ${frame.$pc} are ${keys}`);
  return copy;
}
