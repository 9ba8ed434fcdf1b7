/** Owns: thenables, by the language's rules (ECMA-262 27.2.1.3.2): `then` is read once, and called in a tick of its own. */

/** What `then` of a value gave when it was read: a method, nothing, or an error. */
export type Then = { then: Function } | { error: unknown } | null;

/** Reads `then` of a value, once. */
export function readThen(value: unknown): Then {
  if (!isObject(value)) return null;
  try {
    const { then } = value as { then?: unknown };
    return typeof then === "function" ? { then } : null;
  } catch (error) {
    return { error };
  }
}

/** A promise that follows the value whose `then` has been read. */
export function adoptThenable(value: unknown, then: Function): Promise<unknown> {
  return new Promise((resolve, reject) => {
    queueMicrotask(() => {
      try {
        Reflect.apply(then, value, [resolve, reject]);
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Can this have properties? */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
