/**
 * Owns: which lines of an error's stack are the user's, and which are of this package and of what called it or is called by it.
 * Does not own: the callers that are appended (language/stack.ts).
 *
 * I1 Nothing of the user's runs: only data properties are followed, and no Proxy is asked.
 * I2 A stack without a line of the user's stays whole: it is all there is.
 */
import { fileURLToPath } from "node:url";
import { types } from "node:util";
import { beginStack, isColdframeError, isStackGetter } from "./errors.ts";

/** Where this package lies, as URL and as path; none in a bundle, where its lines can't be told from the user's. */
const home = /^(.*\/)(?:dist|src)\/machinery\.[jt]s$/.exec(import.meta.url)?.[1];
const homes = home === undefined ? [] : [home, fileURLToPath(home)];
/** Another copy of the package, also of another machine that stored the error. */
const installed = /[\\/]@coldframe[\\/]runtime[\\/](?:dist|src)[\\/]/;

export const isFrameLine = (line: string): boolean => /^ +at /.test(line);
const isOurs = (line: string): boolean => homes.some((place) => line.includes(place)) || installed.test(line);
/** `new Promise`, `Array.map`, `AsyncLocalStorage.run`, `AsyncResource.runInAsyncScope`: of whoever called it. */
const isCalled = (line: string): boolean =>
  line.endsWith("(<anonymous>)") || line.includes("node:internal/") || line.includes("(node:async_hooks:");
/** What begins a turn of the event loop, which nobody called. */
const isLoop = (line: string): boolean =>
  /node:internal\/(?:process\/task_queues|timers|process\/execution)\b/.test(line);

/** The lines of a stack without the machinery below the first line of the user's, and above it if `isCoded`. */
export function withoutMachinery(lines: readonly string[], isCoded: boolean): readonly string[] {
  const first = lines.findIndex((line) => isFrameLine(line) && !isOurs(line) && !isLoop(line));
  if (first === -1) return lines; // I2
  const kept: string[] = [];
  let isMachinery = true; // the frame below, which called this one
  for (const line of lines.slice(first).reverse()) {
    if (isFrameLine(line)) isMachinery = isOurs(line) || isLoop(line) || (isCalled(line) && isMachinery);
    else isMachinery = false;
    if (!isMachinery) kept.push(line);
  }
  if (!kept.some(isFrameLine)) return lines;
  // An error that says by its code what is wrong comes from us; of any other these lines may be the fault.
  const above = lines.slice(0, first).filter((line) => !isCoded || !isFrameLine(line));
  return [...above, ...kept.reverse().map(nameRun)];
}

/** V8 calls a run function by its place: `Object.fulfil$ [as run]`, or by its driver. */
function nameRun(line: string): string {
  return line.replace(/^( +at )(?:Object|VolatileDriver)\.([\w$]+)\$ (?:\[as run\] )?\(/, "$1$2 (");
}

const cleaned = new WeakSet<object>();

/** Leaves out the machinery in the stacks of an error, of its causes and of the errors that it holds. */
export function cleanStacks(thrown: unknown): void {
  const queue = [thrown];
  for (let at = 0; at < queue.length; at++) {
    const error = queue[at];
    if (!types.isNativeError(error) || cleaned.has(error)) continue;
    cleaned.add(error);
    setStack(error, (lines) => withoutMachinery(lines, isCoded(error)));
    for (const key of holders) queue.push(ownValue(error, key));
    const members = ownValue(error, "errors");
    if (types.isProxy(members) || !Array.isArray(members)) continue;
    const length = Math.min(members.length, MOST_MEMBERS); // a sparse array may be as long as it likes
    for (let index = 0; index < length; index++) queue.push(ownValue(members, `${index}`));
  }
}

const MOST_MEMBERS = 1_000;

/** Where one error holds another; the last two: of a SuppressedError. */
const holders = ["cause", "error", "suppressed"];

/** Changes the lines of a stack; one that is no text, can't be read, or is of a frozen error, stays. */
export function setStack(error: Error, change: (lines: string[]) => readonly string[]): void {
  const stack = readStack(error);
  if (stack === undefined) return;
  const value = change(stack.split("\n")).join("\n");
  if (value !== stack) Reflect.defineProperty(error, "stack", { value, writable: true, configurable: true });
}

/** Of an error as V8 makes it `stack` is an accessor of V8's, or a property. */
const getStack = Object.getOwnPropertyDescriptor(new Error(), "stack")?.get;

/** A getter of the user's is not asked (I1), but V8 asks the user's `prepareStackTrace`, and `name` and `message`. */
function readStack(error: Error): string | undefined {
  const own = Object.getOwnPropertyDescriptor(error, "stack");
  if (own?.get !== undefined && own.get !== getStack && (types.isProxy(own.get) || !isStackGetter(own.get)))
    return undefined;
  try {
    const stack: unknown = own?.get === undefined && getStack !== undefined ? own?.value : error.stack;
    return typeof stack === "string" ? stack : undefined;
  } catch {
    return undefined;
  }
}

/** A Proxy among the prototypes of an error hears the question, and may throw. */
function isCoded(error: Error): boolean {
  try {
    return isColdframeError(error);
  } catch {
    return false;
  }
}

function ownValue(holder: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(holder, key)?.value;
}

/** What is thrown at a caller for what it has handed over has a stack that begins there. */
export function fromCaller<T>(called: Function, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (isColdframeError(error)) beginStack(error, called);
    throw error;
  }
}
