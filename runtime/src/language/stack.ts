/**
 * Owns: async stack traces. After the first suspension the engine knows only the leaf; the frames above it are
 * read from `$up` and appended where the error leaves the leaf (docs/abi.md, Driver).
 */
import { fileURLToPath } from "node:url";
import { type Frame, metaOf } from "../frame.ts";

const stitched = new WeakSet<object>();
/** Frames appended at most: as many as V8 prints of its own. */
const stackLimit = 10;

/** Appends the callers of a frame to an error's stack, once, and leaves out what nobody wrote. */
export function stitchStack(error: unknown, from: Frame | null): void {
  if (!(error instanceof Error) || stitched.has(error)) return;
  stitched.add(error);
  const own = error.stack;
  if (typeof own !== "string") return;
  const lines = withoutMachinery(own.split("\n"));
  let count = 0;
  for (let frame: Frame | null = from; frame !== null && count < stackLimit; frame = frame.$up, count++) {
    const meta = metaOf(frame);
    const at = meta.points[frame.$pc]?.at ?? "?";
    lines.push(`    at async ${meta.name || "<anonymous>"} (${meta.module.id}:${at})`);
  }
  Object.defineProperty(error, "stack", { value: lines.join("\n"), writable: true, configurable: true });
}

/** Where this package lies, as URL and as path; none in a bundle, where its lines can't be told from the user's. */
const home = /^(.*\/)(?:dist|src)\/language\/stack\.[jt]s$/.exec(import.meta.url)?.[1];
const homes = home === undefined ? [] : [home, fileURLToPath(home)];

/** Lines of this package below the first line of the user's, and of the timers and promises of Node that called it. */
function withoutMachinery(lines: string[]): string[] {
  const isFrame = (line: string) => /^ +at /.test(line);
  const isOurs = (line: string) => homes.some((place) => line.includes(place));
  const first = lines.findIndex((line) => isFrame(line) && !isOurs(line));
  const kept = lines.filter(
    (line, i) => i <= first || !(isFrame(line) && (isOurs(line) || line.includes("(node:internal"))),
  );
  return first === -1 ? lines : kept.map(nameRun);
}

/** V8 calls a run function by its place: `Object.fulfil$ [as run]`. */
function nameRun(line: string): string {
  return line.replace(/^( +at )Object\.([\w$]+)\$ (?:\[as run\] )?\(/, "$1$2 (");
}
