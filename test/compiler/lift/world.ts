/** Owns: what the functions under test can use: everything that happens to it is written down. */
import { show } from "../../kit/show.ts";

export interface World {
  trace: string[];
  names: Record<string, unknown>;
}

type Callable = (...args: unknown[]) => unknown;

export function makeWorld(): World {
  const trace: string[] = [];
  const log = (text: string): void => void trace.push(text);

  /** Notes its label, and the value if it can be seen without a trace; gives the value. */
  const t = (label: string, ...value: unknown[]): unknown => {
    const isPlain = value.length > 0 && (typeof value[0] !== "object" || value[0] === null);
    log(isPlain ? `${label} ${show(value[0])}` : label);
    return value.length > 0 ? value[0] : label;
  };

  /** An object that notes what is done to it. */
  const box = (label: string, target: object): object =>
    new Proxy(target, {
      get(inner, key, self) {
        log(`${label} get ${String(key)}`);
        return Reflect.get(inner, key, self);
      },
      set(inner, key, value, self) {
        log(`${label} set ${String(key)} ${show(value)}`);
        return Reflect.set(inner, key, value, self);
      },
      has(inner, key) {
        log(`${label} has ${String(key)}`);
        return Reflect.has(inner, key);
      },
      deleteProperty(inner, key) {
        log(`${label} delete ${String(key)}`);
        return Reflect.deleteProperty(inner, key);
      },
      ownKeys(inner) {
        log(`${label} keys`);
        return Reflect.ownKeys(inner);
      },
      apply(inner, self, args) {
        log(`${label} call ${args.length}`);
        return Reflect.apply(inner as Callable, self, args);
      },
      construct(inner, args, target) {
        log(`${label} new ${args.length}`);
        return Reflect.construct(inner as new () => object, args, target);
      },
    });

  /** An object that notes when it becomes a key, a text or a number. */
  const value = (label: string, primitive: unknown): object => ({
    [Symbol.toPrimitive](hint: string) {
      log(`${label} to ${hint}`);
      return primitive;
    },
  });

  /** A promise of a value. */
  const later = (label: string, ...result: unknown[]): Promise<unknown> => {
    log(`later ${label}`);
    return Promise.resolve().then(() => {
      log(`settled ${label}`);
      return result.length > 0 ? result[0] : label;
    });
  };

  const fail = (label: string): Promise<never> => {
    log(`fail ${label}`);
    return Promise.reject(new RangeError(label));
  };

  const raise = (label: string): never => {
    log(`raise ${label}`);
    throw new RangeError(label);
  };

  /** An object whose `then` is read and called. */
  const thenable = (label: string, result: unknown): object => ({
    get then() {
      log(`${label} get then`);
      return (resolve: (value: unknown) => void) => {
        log(`${label} then`);
        resolve(result);
      };
    },
  });

  /** An iterable that notes each step; `fault` is the step that throws, or "return". */
  const iter = (label: string, values: unknown[], fault?: number | "return"): object => ({
    [Symbol.iterator]() {
      log(`${label} iterate`);
      let index = 0;
      return {
        next() {
          log(`${label} next`);
          if (index === fault) throw new RangeError(`${label} next`);
          return { done: index >= values.length, value: values[index++] };
        },
        return(given: unknown) {
          log(`${label} return`);
          if (fault === "return") throw new RangeError(`${label} return`);
          return { done: true, value: given };
        },
      };
    },
  });

  const self = { name: "self", m: (...args: unknown[]) => t(`self.m ${show(args)}`, 7) };
  const calls = box("f", (...args: unknown[]) => t(`f ${show(args)}`, args.length));
  const object = box("o", {
    x: 1,
    y: 2,
    n: { z: 3, deep: { m: () => 4 } },
    m(this: unknown, ...args: unknown[]) {
      return t(`o.m ${this === object} ${show(args)}`, args.length + 10);
    },
    async am(this: unknown, ...args: unknown[]) {
      return t(`o.am ${this === object} ${show(args)}`, args.length + 20);
    },
  });
  const tag = function (this: unknown, strings: TemplateStringsArray, ...values: unknown[]): unknown {
    log(`tag ${strings.raw.join("|")} ${show(values)}`);
    return [strings, this === object];
  };
  const names = { t, log, box, value, later, fail, raise, thenable, iter, self, f: calls, o: object, tag, show };
  return { trace, names };
}
