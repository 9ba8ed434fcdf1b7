/**
 * Owns: async stack traces. After the first suspension the engine knows only the leaf; the frames above it are
 * read from `$up` and appended where the error leaves the leaf (docs/abi.md, Driver).
 */
import { fileURLToPath } from "node:url";
import { types } from "node:util";
import { isColdframeError } from "../errors.ts";
import { type Frame, metaOf } from "../frame.ts";

/** How many callers stand in the stack of an error already. */
const appended = new WeakMap<object, number>();
/** Frames appended at most: as many as V8 prints of its own. */
const stackLimit = 10;

/** Appends a frame and its callers to an error's stack, and leaves out what nobody wrote. */
export function stitchStack(error: unknown, from: Frame | null): void {
  if (!types.isNativeError(error) || typeof error.stack !== "string") return; // no question that a Proxy would hear
  let count = appended.get(error) ?? 0;
  const lines = error.stack.split("\n");
  const stack = count === 0 ? withoutMachinery(lines, isColdframeError(error)) : lines;
  for (let frame: Frame | null = from; frame !== null && count < stackLimit; frame = frame.$up, count++) {
    const meta = metaOf(frame);
    const at = meta.points[frame.$pc]?.at ?? "?";
    stack.push(`    at async ${meta.name || "<anonymous>"} (${meta.module.id}:${at})`);
  }
  appended.set(error, count);
  // A frozen error keeps the stack that it has.
  Reflect.defineProperty(error, "stack", { value: stack.join("\n"), writable: true, configurable: true });
}

/** Where this package lies, as URL and as path; none in a bundle, where its lines can't be told from the user's. */
const home = /^(.*\/)(?:dist|src)\/language\/stack\.[jt]s$/.exec(import.meta.url)?.[1];
const homes = home === undefined ? [] : [home, fileURLToPath(home)];

const isFrame = (line: string): boolean => /^ +at /.test(line);
const isNative = (line: string): boolean => line.endsWith(" (<anonymous>)"); // `new Promise`, `Array.map`
const isOurs = (line: string): boolean => homes.some((place) => line.includes(place));

/**
 * Below the first line of the user's: lines of this package, what it called natively, and what of Node called it. Above it
 * only if the error says by its code what was wrong; those of a fault of ours stay.
 */
function withoutMachinery(lines: string[], isCoded: boolean): string[] {
  const first = lines.findIndex((line) => isFrame(line) && !isOurs(line));
  if (first === -1) return lines;
  const kept: string[] = [];
  let isMachinery = false; // the frame below
  for (const line of lines.slice(first + 1).reverse()) {
    isMachinery = isFrame(line) && (isOurs(line) || line.includes("node:internal") || (isNative(line) && isMachinery));
    if (!isMachinery) kept.push(line);
  }
  const above = lines.slice(0, first).filter((line) => !isCoded || !isFrame(line));
  return [...above, ...[lines[first] as string, ...kept.reverse()].map(nameRun)];
}

/** V8 calls a run function by its place: `Object.fulfil$ [as run]`, or by its driver. */
function nameRun(line: string): string {
  return line.replace(/^( +at )(?:Object|VolatileDriver)\.([\w$]+)\$ (?:\[as run\] )?\(/, "$1$2 (");
}
