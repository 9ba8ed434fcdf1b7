/**
 * Owns: async stack traces. After the first suspension the engine knows only the leaf; the frames above it are
 * read from `$up` and appended where the error leaves the leaf (docs/abi.md, Driver).
 */
import { type Frame, metaOf } from "../frame.ts";

const stitched = new WeakSet<object>();
/** Frames appended at most: as many as V8 prints of its own. */
const stackLimit = 10;

/** Appends the callers of a frame to an error's stack, once, and hides the driver's own lines. */
export function stitchStack(error: unknown, from: Frame): void {
  if (!(error instanceof Error) || stitched.has(error)) return;
  stitched.add(error);
  const own = error.stack;
  if (typeof own !== "string") return;
  const lines = own.split("\n").filter((line) => !isDriverLine(line));
  let count = 0;
  for (let frame: Frame | null = from; frame !== null && count < stackLimit; frame = frame.$up, count++) {
    const meta = metaOf(frame);
    const at = meta.points[frame.$pc]?.at ?? "?";
    lines.push(`    at async ${meta.name || "<anonymous>"} (${meta.module.id}:${at})`);
  }
  Object.defineProperty(error, "stack", { value: lines.join("\n"), writable: true, configurable: true });
}

function isDriverLine(line: string): boolean {
  return /\bat (VolatileDriver|Scheduler)\./.test(line);
}
