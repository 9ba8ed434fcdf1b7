/**
 * Owns: errors (kind 7): built-in classes and registered subclasses, with stack, cause and own properties.
 *
 * I1 The shell has the slot that makes it an error; its prototype and properties are those that were stored, in order.
 * I2 Coldframe's own errors are stored as plain ones, so that no version of their classes stands in a snapshot; code and link tell
 *    them again, and they get the class that this copy of the package has for the code.
 */
import { types } from "node:util";
import { ColdframeError, errorClasses, isColdframeError, linkOf } from "../../errors.ts";
import { readProperties, writeProperties } from "../attributes.ts";
import { close, integrityOf } from "../integrity.ts";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";

const classes = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
  (globalThis as { SuppressedError?: { prototype: object } }).SuppressedError,
];

export const errorKind: BuiltinKind<Error> = {
  name: "Error",
  tag: tags.error,
  prototypes: classes.flatMap((cls) => (cls === undefined ? [] : [cls.prototype])),
  isSelfContained: true,
  is: types.isNativeError,
  encode(value, writer) {
    writer.value(isColdframeError(value) ? Error.prototype : Object.getPrototypeOf(value));
    writer.value(integrityOf(value));
    writeProperties(writer, value, Reflect.ownKeys(value));
  },
  needs: (node) => [node.reference(0)],
  allocate(node) {
    const shell = makeError();
    Object.setPrototypeOf(shell, node.graph.prototype(node.reference(0), errorKind.prototypes));
    return shell;
  },
  fill(shell, node) {
    readProperties(shell, node, 2, node.size);
    const cls = codedClassOf(shell);
    if (cls !== undefined) Object.setPrototypeOf(shell, cls.prototype);
    close(shell, node.int(1, 0, 3));
  },
};

/** The class of what was a coded error when it was stored (I2). */
function codedClassOf(error: Error): { prototype: ColdframeError } | undefined {
  if (Object.getPrototypeOf(error) !== Error.prototype) return undefined;
  const code = Object.getOwnPropertyDescriptor(error, "code")?.value;
  const link = Object.getOwnPropertyDescriptor(error, "link")?.value;
  if (typeof code !== "string" || link !== linkOf(code)) return undefined;
  return errorClasses[code] ?? ColdframeError;
}

/** An error without own properties and without the cost of a stack trace. */
export function makeError(): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new Error(); // native error: the shell of a stored one
  Error.stackTraceLimit = limit;
  Reflect.deleteProperty(error, "stack");
  return error;
}
