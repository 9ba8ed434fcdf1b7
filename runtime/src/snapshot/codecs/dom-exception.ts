import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";

function getter(key: string): (this: unknown) => unknown {
  return Object.getOwnPropertyDescriptor(DOMException.prototype, key)?.get as (this: unknown) => unknown;
}
const getMessage = getter("message");
const getName = getter("name");

/** An error by `isNativeError`, too. */
export function isDomException(value: object): boolean {
  try {
    getName.call(value);
    return true;
  } catch {
    return false;
  }
}

/** Owns: DOMExceptions (a named kind): what `AbortSignal` and `fetch` throw. */
export const domExceptionKind: BuiltinKind<DOMException> = {
  name: "dom-exception",
  tag: tags.named,
  prototypes: [DOMException.prototype],
  is: isDomException,
  encode(value, writer) {
    writer.value(getMessage.call(value));
    writer.value(getName.call(value));
  },
  needs: (node) => node.references(),
  allocate(node) {
    const [message, name] = [node.text(0), node.text(1)];
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    const shell = new DOMException(message, name);
    Error.stackTraceLimit = limit;
    for (const key of Reflect.ownKeys(shell)) Reflect.deleteProperty(shell, key);
    return shell;
  },
};
