/**
 * Owns: `next`, `return` and `throw` of async generator objects, and which driver a request goes to.
 * Does not own: the drivers (requests.ts, volatile-generator.ts).
 *
 * I1 A generator that is under way is driven on by who began: the scheduler of the first request's task, or promises. An
 *    idle one is driven by the scheduler whose code asks, or by promises outside of one.
 * I2 Like native ones the methods never throw: what is wrong rejects.
 */
import {
  type AsyncGenerator,
  asyncGeneratorOf,
  asyncGeneratorPrototype,
  entry,
  frameOf,
} from "../language/async-generator.ts";
import { type Mode, type Ops, R } from "../realm.ts";
import { Task } from "./task.ts";
import { VolatileGenerator } from "./volatile-generator.ts";

function request(self: unknown, name: string, mode: Mode, value: unknown): Promise<unknown> {
  const generator = asyncGeneratorOf(self);
  if (generator !== undefined) return ask(generator, mode, value);
  return Promise.reject(new TypeError(`${name} method called on incompatible receiver ${describe(self)}`)); // native error: ECMA-262 27.6.3.3
}

function ask(generator: AsyncGenerator, mode: Mode, value: unknown): Promise<unknown> {
  const frame = frameOf(generator);
  const { ops } = R;
  const first = frame.$queue[0]?.capability;
  if (first instanceof Task) {
    return (first.scheduler as Ops).request(frame, mode, value); // a pending task is stored only with its run
  }
  if (first === undefined && ops !== null) return ops.request(frame, mode, value);
  generator.driver ??= new VolatileGenerator(frame);
  return (generator.driver as VolatileGenerator).request(mode, value);
}

/** As V8 prints it in this message. */
function describe(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

const methods = {
  next(this: unknown, value?: unknown) {
    return request(this, "[AsyncGenerator].prototype.next", 0, value);
  },
  return(this: unknown, value?: unknown) {
    return request(this, "[AsyncGenerator].prototype.return", 2, value);
  },
  throw(this: unknown, error?: unknown) {
    return request(this, "[AsyncGenerator].prototype.throw", 1, error);
  },
};

for (const [name, value] of Object.entries(methods)) {
  if (Object.hasOwn(asyncGeneratorPrototype, name)) break; // another copy of the runtime was first
  Object.defineProperty(asyncGeneratorPrototype, name, { value, writable: true, configurable: true });
}

const installed = Object.getOwnPropertyDescriptors(asyncGeneratorPrototype as typeof methods);
const { value: next } = installed.next;
const { value: end } = installed.return;
const { value: fail } = installed.throw;

entry.next ??= next;
entry.ask ??= ask;

/** Is this call a request to an async generator? It is no call of foreign code: its result is a task. */
export function isRequest(fn: unknown, self: unknown): boolean {
  return (fn === next || fn === end || fn === fail) && asyncGeneratorOf(self) !== undefined;
}
