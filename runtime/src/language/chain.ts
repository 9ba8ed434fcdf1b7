/**
 * Owns: how generators are resumed: one after the other, however long the chain of `yield*` between them (ECMA-262 15.5.5).
 * Does not own: generator objects (generator.ts), what a `yield*` does with an iterator that is not ours (delegate.ts).
 *
 * A chain is a generator that somebody drives, its root, and those that each other's `yield*` leads to. The last of them, its
 * leaf, is the one whose body goes on. `next` goes to the leaf at once: what it yields is the root's result as it is. `throw` and
 * `return` go down from the root, since each `yield*` looks the method up.
 *
 * I1 No native stack is used per generator of a chain.
 * I2 `up` leads from a generator to the one whose `yield*` drives it; `delegate` says that a frame rests there.
 * I3 A root knows its leaf as long as its chain is changed through it only. When a generator gets another owner, or is driven beside
 *    its owner, a new epoch begins: every root looks for its leaf once more.
 * I4 A finished generator has no frame: what it held is let go.
 */
import { type Abrupt, abrupt, type Frame } from "../frame.ts";
import { type Mode, type Run, R as realm } from "../realm.ts";
import type { Delegate } from "./delegate.ts";

const R = realm;

/** What a generator object is about: its frame while it is suspended, null once it has finished. */
export class GeneratorState {
  /** The function that was called: the object's prototype is found by it after a restore. */
  readonly fn: Function;
  frame: Frame | null;
  /** It is the root of a chain that is being resumed. */
  running = false;
  up: GeneratorState | null = null;
  delegate: Delegate | null = null;
  /** Of a root; null: it is that itself. */
  leaf: GeneratorState | null = null;
  /** In which it knows that. */
  epoch = 0;
  constructor(fn: Function, frame: Frame | null) {
    this.fn = fn;
    this.frame = frame;
  }
}

let epoch = 0;

/** Is the generator in a chain that is being resumed? */
export function isExecuting(state: GeneratorState): boolean {
  for (let at: GeneratorState | null = state; at !== null; at = at.up) if (at.running) return true;
  return false;
}

/** Registers outlive a nested run: a generator may be driven from anywhere. */
export function resume(root: GeneratorState, mode: Mode, value: unknown): IteratorResult<unknown> {
  if (root.running || root.up !== null) enter(root);
  const { frame } = root;
  const { depth } = R;
  root.running = true;
  try {
    if (root.delegate !== null || frame === null || (mode !== 0 && isAtStart(frame))) return drive(root, mode, value);
    // The common case, without a chain.
    R.mode = mode;
    R.value = value;
    return came(root, (frame.$d.run as Run)(frame));
  } catch (thrown) {
    return failed(root, thrown);
  } finally {
    root.running = false;
    R.depth = depth;
  }
}

/** The frame of a generator that a loop may drive by itself, as `resume` would with `next`; null: it is no common case. */
export function loneFrame({ running, up, delegate, frame }: GeneratorState): Frame | null {
  return running || up !== null || delegate !== null ? null : frame;
}

/** What the body of a generator without a chain has come to. */
export function came(root: GeneratorState, outcome: unknown): IteratorResult<unknown> {
  const { parked } = R;
  R.parked = 0;
  if (parked === 1) return { value: outcome, done: false };
  if (parked === 4) return follow(root, outcome as Delegate);
  if (parked !== 0) return outcome as IteratorResult<unknown>;
  root.frame = null;
  return { value: outcome, done: true };
}

/** What it has thrown. */
export function failed(root: GeneratorState, thrown: unknown): IteratorResult<unknown> {
  root.frame = null;
  R.parked = 0;
  if (abrupt(thrown) && thrown.mode === 2) return { value: thrown.value, done: true };
  throw thrown;
}

/** A `yield*` of the root's own body leads on. */
function follow(root: GeneratorState, asked: Delegate): IteratorResult<unknown> {
  const { state, mode, value } = descend(root, asked);
  return drive(root, mode, value, state);
}

function enter(root: GeneratorState): void {
  if (isExecuting(root)) throw alreadyRunning();
  epoch++; // driven beside its owner
}

function alreadyRunning(): TypeError {
  return new TypeError("Generator is already running");
}

function drive(
  root: GeneratorState,
  firstMode: Mode,
  given: unknown,
  first: GeneratorState = firstMode === 0 ? leafOf(root) : root,
): IteratorResult<unknown> {
  let mode = firstMode;
  let value = given;
  let state = first;
  for (;;) {
    let isFailed = false;
    const { frame } = state;
    if (frame === null || (mode !== 0 && isAtStart(frame))) {
      state.frame = null;
      isFailed = mode === 1;
      if (mode === 0) value = undefined;
    } else {
      R.mode = mode;
      R.value = value;
      state.delegate = null;
      try {
        value = (frame.$d.run as Run)(frame);
      } catch (thrown) {
        R.parked = 0;
        isFailed = !abrupt(thrown) || thrown.mode !== 2;
        value = isFailed ? thrown : (thrown as Abrupt).value;
      }
      const { parked } = R;
      R.parked = 0;
      if (parked === 4) {
        ({ mode, value, state } = descend(state, value as Delegate));
        continue;
      }
      if (parked !== 0) {
        root.leaf = state;
        root.epoch = epoch;
        if (firstMode !== 0) forgetMode(state);
        return parked === 1 ? { value, done: false } : (value as IteratorResult<unknown>);
      }
      state.frame = null; // I4
    }
    if (state === root) return finish(root, isFailed, value);
    state = ascend(state, isFailed, value);
    mode = 0;
    value = undefined;
  }
}

function finish(root: GeneratorState, isFailed: boolean, value: unknown): IteratorResult<unknown> {
  root.leaf = null;
  if (isFailed) throw value;
  return { value, done: true };
}

/** Whose turn it is, and how it goes on. */
interface Turn {
  state: GeneratorState;
  mode: Mode;
  value: unknown;
}

/** A `yield*` hands on what the registers say. */
function descend(state: GeneratorState, asked: Delegate): Turn {
  const { mode, value } = R;
  const inner = asked.state as GeneratorState;
  R.mode = 0;
  R.value = undefined;
  state.delegate = asked;
  if (!adopt(state, inner)) {
    asked.settle(true, alreadyRunning());
    return { state, mode: 0, value: undefined };
  }
  const leaf = mode === 0 ? leafOf(inner) : inner;
  inner.leaf = null; // from now on it is no root
  return { state: leaf, mode, value };
}

/** What a generator has come to goes to the `yield*` that has driven it. */
function ascend(state: GeneratorState, isFailed: boolean, value: unknown): GeneratorState {
  const up = state.up as GeneratorState;
  state.up = null;
  (up.delegate as Delegate).settle(isFailed, value);
  return up;
}

/** The call of the root's `throw` or `return` is over: what ends from now on does not end for it. */
function forgetMode(leaf: GeneratorState): void {
  for (let at = leaf.up; at !== null; at = at.up) if (at.delegate !== null) at.delegate.sent = 0;
}

/** Makes a generator the owner of another one; false: that is executing. */
function adopt(owner: GeneratorState, inner: GeneratorState): boolean {
  if (inner.running) return false;
  if (inner.up !== null && inner.up !== owner) {
    if (isExecuting(inner)) return false;
    epoch++; // it has another owner
  }
  inner.up = owner;
  return true;
}

/** A generator is not driven in its owner's place any more. */
export function letGo(inner: GeneratorState): void {
  inner.up = null;
  epoch++;
}

/** The leaf of a chain; a generator that can't be resumed now makes its owner the leaf, where it fails. */
function leafOf(root: GeneratorState): GeneratorState {
  if (root.delegate === null) return root;
  if (root.leaf !== null && root.epoch === epoch) return root.leaf;
  let leaf = root;
  for (let { delegate } = leaf; delegate !== null; { delegate } = leaf) {
    const inner = delegate.state as GeneratorState;
    if (!adopt(leaf, inner)) {
      delegate.settle(true, alreadyRunning());
      return leaf;
    }
    leaf = inner;
  }
  return leaf;
}

/** Point 0 is the entry and point 1 the start, before the first statement of the body. */
function isAtStart(frame: Frame): boolean {
  return frame.$pc <= 1;
}
