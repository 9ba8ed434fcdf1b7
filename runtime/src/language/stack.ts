/**
 * Owns: async stack traces. After the first suspension the engine knows only the leaf; the frames above it are
 * read from `$up` and appended where the error leaves the leaf (docs/abi.md, Driver).
 * Does not own: leaving out what nobody wrote (machinery.ts).
 *
 * I1 A caller stands in a stack once, however often the error is thrown again below it, also after a restore.
 * I2 No error takes the place of the one that is under way, not even for want of stack: that one's stack stays as it is.
 */
import { types } from "node:util";
import { type Frame, metaOf } from "../frame.ts";
import { cleanStacks, setStack } from "../machinery.ts";

/** Frames appended at most: as many as V8 prints of its own. */
const stackLimit = 10;

/** Appends a frame and its callers to an error's stack, and leaves out what nobody wrote, in its causes too. */
export function stitchStack(error: unknown, from: Frame | null): void {
  try {
    stitch(error, from);
  } catch {
    // I2
  }
}

function stitch(error: unknown, from: Frame | null): void {
  if (!types.isNativeError(error)) return; // no question that a Proxy would hear
  cleanStacks(error);
  if (from === null) return;
  setStack(error, (lines) => {
    const known = new Set(lines); // I1
    let count = lines.filter((line) => appended.test(line)).length;
    for (let frame: Frame | null = from; frame !== null && count < stackLimit; frame = frame.$up) {
      const line = lineOf(frame);
      if (known.has(line)) continue;
      lines.push(line);
      count++;
    }
    return lines;
  });
}

const appended = /^ {4}at async .* \(.*:\d+:\d+\)$/;

function lineOf(frame: Frame): string {
  const meta = metaOf(frame);
  return `    at async ${meta.name || "<anonymous>"} (${meta.module.id}:${meta.points[frame.$pc]?.at ?? "?"})`;
}
