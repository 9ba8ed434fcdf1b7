/**
 * Owns: what stands for errors, and for the kinds that have a name instead of a tag: instances with private fields, promises, generators.
 * Does not own: all other kinds (kinds.ts).
 */
import type { Maker } from "./kinds.ts";
import type { Item } from "./node-table.ts";
import { define, MOST_PARTS } from "./parts.ts";
import { bareKey, print, word } from "./print.ts";
import type { StandIns } from "./stand-ins.ts";

const natives: Readonly<Record<string, new () => Error>> = {
  ...{ Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError },
};

/** Only the head of the stack is shown: where an error was thrown is seldom what is looked for here. */
const error: Maker = (all, items, later) => {
  const [, ofNode = "ColdframeError"] = String(items[0]?.token).split(" ");
  const own = items[0]?.reference === false ? ofNode : all.classNameOf(items[0] as Item);
  const name = own || "Error";
  const native = Object.hasOwn(natives, name) ? natives[name] : undefined;
  const made = withoutStack(() => new (native ?? (all.classNamed(name, Error) as new () => Error))());
  Object.defineProperty(made, "stack", { value: `${name}`, enumerable: false, configurable: true, writable: true });
  later(() => {
    all.properties(made, items, 2, items.length);
    const { stack, message, name: own } = made as { stack: unknown; message: unknown; name: unknown };
    // The console asks it for a text, and what stands for an object has none.
    if (typeof own !== "string") Object.defineProperty(made, "name", { value: name, enumerable: false });
    const head = typeof stack === "string" ? (stack.split(/\n {4}at /)[0] as string) : name;
    const text = head === name && typeof message === "string" && message !== "" ? `${name}: ${message}` : head;
    Object.defineProperty(made, "stack", { value: text, enumerable: false });
  });
  return made;
};

function withoutStack<T>(make: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Class, extensibility, number of private fields, name and value of each, properties. */
const withPrivate: Maker = (all, items, later) => {
  const made = all.instance(all.classNameOf(items[0] as Item) || "?");
  later(() => {
    const end = Math.min(3 + 2 * Number(items[2]?.token), items.length);
    for (let at = 3; at + 1 < end; at += 2)
      define(made, bareKey(`#${String(items[at]?.token)}`), all.of(items[at + 1] as Item));
    all.properties(made, items, end, items.length);
  });
  return made;
};

/** Id, state, value and more: a durable call under way, or one that has failed. */
const task: Maker = (all, items, later) => settled(all, items[1]?.token, items[2], later);

/** Its task; or, if it is fulfilled, that it is, and the value. */
const promise: Maker = (all, items, later) => {
  if (items.length === 2) return settled(all, 1, items[1], later);
  const own = all.table.at(items[0])?.items ?? [];
  return settled(all, own[2]?.token, own[3], later);
};

function settled(all: StandIns, state: unknown, value: Item | undefined, later: (fill: () => void) => void): unknown {
  if ((state !== 1 && state !== 2) || value === undefined) return word("Promise { <pending> }");
  const made = all.instance("Promise");
  later(() => define(made, bareKey(state === 1 ? "" : "<rejected>"), all.of(value)));
  return made;
}

const generator =
  (kind: string): Maker =>
  (all, items) => {
    const id = all.table.at(items[0])?.items[0];
    return word(`Object [${kind}]${id === undefined ? "" : ` of ${all.idOf(id.token)}`} {}`);
  };

export const makeNamed: Readonly<Record<string, Maker>> & { readonly error: Maker } = {
  error,
  private: withPrivate,
  task,
  promise,
  generator: generator("Generator"),
  "async-generator": generator("AsyncGenerator"),
  arguments: (all, items, later) => {
    const made: unknown[] = [];
    later(() => items.slice(0, MOST_PARTS).forEach((item) => void made.push(all.of(item))));
    return made;
  },
  url: (_all, items) => word(`URL { ${print(items[0]?.token)} }`),
};
