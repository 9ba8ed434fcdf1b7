/**
 * Owns: a function run as it is written and as it is compiled; and with every suspension cut: all frames are given up
 * and made anew from the slots that are said to be live, as a restore would.
 */
import { compile } from "@coldframe/compiler";
import "@coldframe/runtime/abi/v1";
import { type Frame, isFrame, metaOf } from "../../../runtime/src/frame.ts";
import { generatorState } from "../../../runtime/src/language/generator.ts";
import { descriptorOf, type Mode, R, READY, type Run, SUSPEND } from "../../../runtime/src/realm.ts";
import { show } from "../../kit/show.ts";
import { makeWorld } from "../lift/world.ts";

export type Way = "native" | "volatile" | "cut";
type Callable = (...args: unknown[]) => unknown;

/** @throws an error with what the compiler says against the program */
export function lowerText(source: string, strict = true): string {
  process.env.COLDFRAME_VERIFY = "1";
  const { code, diagnostics } = compile(source, {
    filename: "case.js",
    sourceType: strict ? "module" : "script",
    mark: "all",
    abi: "global",
  });
  const faults = diagnostics.filter(({ severity }) => severity === "error");
  if (faults.length > 0) throw new Error(`refused: ${faults.map(({ message }) => message).join("; ")}`);
  return code;
}

/** Trace and outcome of `main` in a program, run in one of three ways. */
export async function observe(source: string, way: Way, args: unknown[] = [], strict = true): Promise<string[]> {
  const { trace, names } = makeWorld();
  const code = way === "native" ? source : lowerText(source, strict);
  const make = new Function(...Object.keys(names), `${strict ? '"use strict";' : ""}${code}\nreturn main;`);
  const main = make(...Object.values(names)) as Callable;
  try {
    const result = way === "cut" ? startCut(main, names.self, args) : main.apply(names.self, args);
    trace.push(`returned ${show(await settle(result, names.log as (text: string) => void, way))}`);
  } catch (error) {
    trace.push(`threw ${show(error)}`);
  }
  return trace.filter((line) => !/ get (?:Symbol\(coldframe\.\w+\)|then)$/.test(line));
}

/** A generator is run to its end by `next`, unless the program drives it itself. */
async function settle(result: unknown, log: (text: string) => void, way: Way): Promise<unknown> {
  if (typeof result !== "object" || result === null || !("next" in result)) return await result;
  const generator = result as Generator;
  for (let sent = 0; ; sent++) {
    if (way === "cut") cutGenerator(generator);
    const { done, value } = generator.next(sent);
    if (done) return value;
    log(`yielded ${show(value)}`);
  }
}

// ---- cutting

function startCut(main: Callable, self: unknown, args: unknown[]): unknown {
  const descriptor = descriptorOf(main);
  if (descriptor?.kind !== 0) return main.apply(self, args);
  return new Promise((resolve, reject) => {
    const outcome = (descriptor.run as Run)(null, self, ...args);
    if (outcome === SUSPEND) park(resolve, reject);
    else resolve(outcome);
  });
}

/** Waits for what the leaf waits for, on frames that know no more than they must. */
function park(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  const leaf = copyStack(R.leaf as Frame);
  R.leaf = null;
  R.child = null;
  const awaited = R.awaited === READY ? undefined : R.awaited;
  R.awaited = undefined;
  const go = (mode: Mode) => (value: unknown) => {
    try {
      const outcome = resume(leaf, mode, value);
      if (outcome === SUSPEND) park(resolve, reject);
      else resolve(outcome);
    } catch (error) {
      reject(error);
    }
  };
  let promise: Promise<unknown>;
  try {
    promise = Promise.resolve(awaited);
  } catch (error) {
    promise = Promise.reject(error);
  }
  promise.then(go(0), go(1));
}

function resume(leaf: Frame, first: Mode, given: unknown): unknown {
  let [mode, value] = [first, given];
  for (let frame: Frame | null = leaf; frame !== null; ) {
    const up: Frame | null = frame.$up;
    Object.assign(R, { mode, value, depth: 0, child: null });
    try {
      value = (frame.$d.run as Run)(frame);
      if (value === SUSPEND) return SUSPEND;
      mode = 0;
    } catch (error) {
      mode = 1;
      value = error;
    }
    // The frame above was saved when it called; from now on it is the one that is copied.
    frame = up;
  }
  if (mode === 1) throw value;
  return value;
}

function copyStack(leaf: Frame): Frame {
  const copy = copyFrame(leaf);
  let last = copy;
  for (let frame = leaf.$up; frame !== null; frame = frame.$up) {
    last.$up = copyFrame(frame);
    last = last.$up;
  }
  return copy;
}

/** A new frame with the slots that are live at its point, and nothing else. */
export function copyFrame(frame: Frame): Frame {
  if (!isFrame(frame)) throw new Error("no frame");
  const meta = metaOf(frame);
  const copy = new (meta.F as unknown as new (d: unknown) => Frame)(frame.$d);
  copy.$pc = frame.$pc;
  copy.$up = frame.$up;
  copy.$wait = frame.$wait;
  const { live } = meta.points[frame.$pc] as { live: string[] };
  for (const slot of live) copy[slot] = frame[slot];
  for (const [slot, value] of Object.entries(frame)) {
    const isDead = !slot.startsWith("$") && !live.includes(slot) && typeof value === "object" && value !== null;
    if (isDead && !["$d", "$up", "$wait"].includes(slot)) fault(`${meta.id}: ${slot} is dead and kept at ${frame.$pc}`);
  }
  for (const slot of live) if (!(slot in meta.slots)) throw new Error(`${meta.id}: ${slot} has no key`);
  return copy;
}

export function cutGenerator(generator: object): void {
  const state = generatorState(generator);
  if (state?.frame) state.frame = copyFrame(state.frame);
}

function fault(message: string): never {
  console.log(message);
  throw new Error(message);
}
