/**
 * Owns: all that compiled code may import (docs/abi.md). Frozen once released: members are added, never changed.
 * Does not own: any behaviour; it only installs the helpers on the realm's record.
 */
import { apply, getOwnPropertyDescriptor, join, objectOf, SafeMap, slice } from "../builtins.ts";
import { abrupt, type Frame, park, ready, repark, take, yieldAwaited, yieldSettled, yieldValue } from "../frame.ts";
import { apply as applyRun } from "../language/apply.ts";
import { forwardAsync, openAsyncDelegate, parkDelegate, takeDelegated } from "../language/async-delegate.ts";
import { startAsyncGenerator } from "../language/async-generator.ts";
import { delegate, forward, handed } from "../language/delegate.ts";
import { dispose, disposed, failed, makeScope, use } from "../language/dispose.ts";
import { startGenerator } from "../language/generator.ts";
import {
  checkClosed,
  close,
  closeAsync,
  closeQuietly,
  iterate,
  iterateAsync,
  iterateKeys,
  iterateMethod,
} from "../language/iterate.ts";
import { lateThis } from "../language/late-this.ts";
import {
  bind,
  property,
  putAccessors,
  putMembers,
  rest,
  setName,
  superDelete,
  superGet,
  superPlace,
  toKey,
} from "../language/member.ts";
import { tag } from "../language/tag.ts";
import { template } from "../language/template.ts";
import { makeClosure } from "../language/wrapper.ts";
import "../local/async-generator.ts";
import { call, later, promise, start } from "../local/start.ts";
import { adopt, returned } from "../local/thenable.ts";
import { type Descriptor, DURABLE, type Run, R as registers, SUSPEND, TDZ } from "../realm.ts";
import { type FunctionMeta, type ModuleRecord, type PrivateHook, registry } from "../registry.ts";

/** What a call does, by the function's kind; other kinds are async functions. */
const starts: Partial<Record<number, typeof startGenerator>> = { 3: startGenerator, 4: startAsyncGenerator };

function closure(meta: FunctionMeta, run: Run, captures: unknown[] | null): Descriptor {
  return makeClosure(meta, run, captures, starts[meta.kind] ?? start);
}

const helpers = {
  SUSPEND,
  DURABLE,
  TDZ,
  park,
  repark,
  ready,
  take,
  abrupt,
  start,
  later,
  promise,
  generator: startGenerator,
  delegate,
  iter: iterate,
  iterMethod: iterateMethod,
  keys: iterateKeys,
  asyncIter: iterateAsync,
  close,
  closeQuietly,
  asyncClose: closeAsync,
  asyncClosed: checkClosed,

  /** An awaited call that is no durable function: what is to be awaited. */
  call,

  adopt,
  returned,

  /** Target of an assignment to a constant that native code does not know as one. */
  constant: {
    set v(_: unknown) {
      throw new TypeError("Assignment to constant variable."); // native error: ECMA-262 9.1.1.1.5
    },
  },

  yield: yieldValue,

  // async generators
  asyncGenerator: startAsyncGenerator,
  yieldAwaited,
  yieldSettled,
  asyncDelegate: openAsyncDelegate,
  asyncForward: forwardAsync,
  asyncDelegated: takeDelegated,
  parkDelegate,

  /** One exchange of `yield*`; false: hand out what `handed` gives. */
  forward,
  handed,

  /** Reads a cell that may be in its TDZ. */
  tdz(cell: { v: unknown }, name: string): unknown {
    if (cell.v === TDZ) throw new ReferenceError(`Cannot access '${name}' before initialization`); // native error: TDZ
    return cell.v;
  },

  tag,
  template,
  lateThis,

  /** Descriptor and wrapper of a durable closure; `descriptor.self` is the function. */
  closure,

  scope: makeScope,
  use,
  failed,
  dispose,
  disposed,
  superGet,
  superDelete,
  superPlace,
  bind,
  apply,
  run: applyRun,
  slice,
  join,
  rest,
  object: objectOf,
  key: toKey,
  property,
  name: setName,

  /** The function of a durable method that was read from an object. */
  method(meta: FunctionMeta, fn: Function): Function {
    registry().setMethod(meta, fn);
    return fn;
  },

  /** Records (null: no durable method) and keys of members of a class, in order: of one key the last counts. */
  methods(home: object, ...members: unknown[]): void {
    const last = new SafeMap<unknown, FunctionMeta | null>();
    for (let at = 0; at < members.length; at += 2) last.set(members[at + 1], members[at] as FunctionMeta | null);
    last.forEach((meta, key) => {
      const method = getOwnPropertyDescriptor(home, key as PropertyKey)?.value;
      if (meta !== null && typeof method === "function") registry().setMethod(meta, method);
    });
  },

  accessors: putAccessors,
  members: putMembers,

  /** The innermost decorator of a durable method, of either kind of decorators. */
  decorate(meta: FunctionMeta) {
    return (target: unknown, _: unknown, property?: PropertyDescriptor): void => {
      registry().setMethod(meta, (typeof property === "object" ? property.value : target) as Function);
    };
  },

  /** Registers what a class can do with the private names of its instances. */
  privates(cls: Function, hook: PrivateHook): void {
    registry().setPrivateHook(cls, hook);
  },

  /** Is an instance being made that gets everything from a snapshot? */
  shell(): boolean {
    return registers.registry?.isShell === true;
  },

  module(record: ModuleRecord): ModuleRecord {
    return registry().addModule(record, (meta) => closure(meta, meta.run as Run, null));
  },
};

const prototype = Object.getPrototypeOf(registers);
if (!Object.hasOwn(prototype, "park")) Object.assign(prototype, helpers);

/** Registers and helpers, one object per realm. */
export const R = registers as typeof registers & typeof helpers;
export { DURABLE, SUSPEND } from "../realm.ts";
export type { Frame };
