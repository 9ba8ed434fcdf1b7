/**
 * Owns: errors (kind 7): built-in classes and registered subclasses, with stack, cause and own properties.
 *
 * I1 The shell has the slot that makes it an error; its prototype and properties are those that were stored, in order.
 * I2 Coldframe's own errors are stored by their code, so that no version of their classes stands in a snapshot; they get the class
 *    that this copy of the package has for the code. An error that only has such a code is any other one.
 */
import { types } from "node:util";
import { ColdframeError, errorClasses } from "../../errors.ts";
import { readProperties, writeProperties } from "../attributes.ts";
import { classOf } from "../by-name.ts";
import { close, integrityOf } from "../integrity.ts";
import type { NodeReader } from "../node-reader.ts";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";
import { isDomException } from "./dom-exception.ts";
import { nameOfNodeError, prototypeOfNodeError } from "./node-error.ts";

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
  is: (value) => types.isNativeError(value) && !isDomException(value),
  encode(value, writer) {
    writer.value(nameOfPrototype(value) ?? Object.getPrototypeOf(value));
    writer.value(integrityOf(value));
    writeProperties(writer, value, Reflect.ownKeys(value));
  },
  needs: (node) => (node.isReference(0) ? [node.reference(0)] : []),
  allocate(node) {
    const shell = makeError();
    const proto = node.isReference(0)
      ? node.graph.prototype(node.reference(0), errorKind.prototypes)
      : prototypeOf(node);
    Object.setPrototypeOf(shell, proto);
    return shell;
  },
  fill(shell, node) {
    readProperties(shell, node, 2, node.size);
    close(shell, node.int(1, 0, 3));
  },
};

/** On the prototypes of all copies of the package. */
const brand = Symbol.for("coldframe.error");
const code = /^(?:CF\d{4})?$/;

/** What stands for the class of an error that is Coldframe's, in whichever copy; a user's class may extend that, and is the user's. */
function codeOf(value: object): string | undefined {
  const proto = Object.getPrototypeOf(value);
  if (proto === null) return undefined;
  if (Object.hasOwn(proto, brand)) {
    const own: unknown = Object.getOwnPropertyDescriptor(value, "code")?.value;
    return typeof own === "string" && code.test(own) ? own : "";
  }
  const base = Object.getPrototypeOf(proto);
  if (base === null || !Object.hasOwn(base, brand)) return undefined;
  const name = nameOf(classOf(proto));
  return Object.keys(errorClasses).find((each) => nameOf(errorClasses[each]?.prototype.constructor) === name);
}

function nameOf(cls: Function | undefined): unknown {
  return cls && Object.getOwnPropertyDescriptor(cls, "name")?.value;
}

/** What stands for a prototype that is no class's here: that of an error of Coldframe's, or of Node's. */
export function nameOfPrototype(value: object): string | undefined {
  const proto = Object.getPrototypeOf(value);
  if (proto === null || errorKind.prototypes.includes(proto)) return undefined;
  return codeOf(value) ?? nameOfNodeError(value);
}

/** The prototype of Coldframe's errors of a code, or of Node's of a name. */
function prototypeOf(node: NodeReader): object {
  const own = node.text(0);
  const ofNode = prototypeOfNodeError(own);
  if (ofNode !== undefined) return ofNode;
  if (!code.test(own)) throw node.corrupt("an error without its class");
  return (Object.hasOwn(errorClasses, own) ? errorClasses[own] : undefined)?.prototype ?? ColdframeError.prototype;
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
