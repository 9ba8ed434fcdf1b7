/**
 * Owns: the context of AsyncLocalStorage in which durable code goes on: natively each `await` keeps its own.
 * Does not own: when one is kept (volatile.ts, scheduler.ts). Contexts are part of a process, and never stored.
 *
 * I1 A leaf that waits for something outside goes on from a reaction of V8, which has kept the context. What goes on otherwise (the
 *    callers of a finished frame, tasks that wait for tasks) does so within one of these.
 * I2 Frames that park together are in one context: no code runs between. So one is kept per callee that suspends, not per frame.
 *
 * Whether the context has changed since cannot be asked by public means, so it is always kept: 60 to 85 ns, and 20 to go on in it.
 */
import { AsyncResource } from "node:async_hooks";
import type { Frame } from "../frame.ts";

export class Context extends AsyncResource {
  /** Of a stack of frames: the next one that goes on in it. */
  frame: Frame | null;
  /** That of the frames above all that have parked in this one. */
  readonly below: Context | null;

  constructor(frame: Frame | null, below: Context | null) {
    super("coldframe");
    this.frame = frame;
    this.below = below;
  }

  /** The context of the next frame, when this one's frame has been taken up: each goes on in it as it was kept. */
  next(): Context | null {
    const up = (this.frame as Frame).$up;
    if (up === null || this.below?.frame === up) return this.below;
    this.frame = up;
    return this;
  }
}
