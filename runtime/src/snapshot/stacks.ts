/**
 * Owns: how the frames of a snapshot stand on each other: stacks, and nothing else.
 *
 * I1 A frame has one callee at most, and no stack is a ring: who goes up a stack comes to its end.
 * I2 A frame belongs to one task or to one generator object (of an async generator that is asked, to both).
 */
import { type Frame, isFrame, metaOf } from "../frame.ts";

export class Stacks {
  readonly #up = new Map<Frame, Frame>();
  readonly #called = new Set<Frame>();
  readonly #owned = new Set<Frame>();
  readonly #tops = new Set<Frame>();
  readonly #corrupt: (detail: string) => Error;

  constructor(corrupt: (detail: string) => Error) {
    this.#corrupt = corrupt;
  }

  /** Only async functions have callers, and only they and async generators wait for callees (docs/abi.md 14). */
  add(frame: Frame, up: unknown): void {
    if (typeof up !== "object" || up === null || !isFrame(up)) throw this.#corrupt("a frame under no frame");
    const waits = metaOf(up).kind === 0 || metaOf(up).kind === 4;
    if (!waits || metaOf(frame).kind !== 0) throw this.#corrupt("a frame under one that calls nothing");
    if (this.#called.has(up)) throw this.#corrupt("two frames under one");
    this.#called.add(up);
    this.#up.set(frame, up);
  }

  /** A generator object has the frame for its own. */
  own(frame: Frame): void {
    if (this.#owned.has(frame)) throw this.#corrupt("two generators with one frame");
    this.#owned.add(frame);
  }

  /** A task has the frame on top of its stack. */
  top(frame: Frame): void {
    if (this.#tops.has(frame)) throw this.#corrupt("two tasks with one frame");
    this.#tops.add(frame);
  }

  /** When all frames are filled: those that no walk from a leaf comes to are rings. */
  check(): void {
    let left = this.#up.size;
    for (const frame of this.#up.keys()) {
      if (this.#called.has(frame)) continue;
      for (let at: Frame | undefined = frame; at !== undefined; at = this.#up.get(at)) left--;
      left++; // the last frame has no caller
    }
    for (const frame of this.#tops)
      if (this.#called.has(frame)) throw this.#corrupt("a frame that waits for two things");
    if (left > 0) throw this.#corrupt("frames in a ring");
  }
}
