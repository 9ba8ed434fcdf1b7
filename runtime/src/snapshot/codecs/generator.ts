/**
 * Owns: generator objects of compiled generators (a named kind): function, frame.
 * Does not own: how they run (language/generator).
 *
 * I1 The object's prototype is its function's `prototype`, by identity; nothing else can be found again.
 */
import { GeneratorState, isExecuting } from "../../language/chain.ts";
import { generatorState, makeGenerator } from "../../language/generator.ts";
import { descriptorOf } from "../../realm.ts";
import type { NodeReader } from "../node-reader.ts";
import { tags } from "../tags.ts";
import type { Kind } from "../types.ts";

/** Is the prototype of a generator object still that of its function? */
export function isOfItsFunction(generator: object, fn: Function): boolean {
  return Object.getOwnPropertyDescriptor(fn, "prototype")?.value === Object.getPrototypeOf(generator);
}

/** The prototype for a restored generator object. @param kind of its function */
export function generatorPrototypeOf(fn: unknown, kind: 3 | 4, node: NodeReader): object {
  const proto =
    descriptorOf(fn)?.kind === kind ? Object.getOwnPropertyDescriptor(fn as Function, "prototype")?.value : undefined;
  if (typeof proto !== "object" || proto === null) throw node.corrupt("a generator without its function");
  return proto;
}

export const generatorKind: Kind<object> = {
  name: "generator",
  tag: tags.named,
  is: (value) => generatorState(value) !== undefined,
  encode(value, writer) {
    const state = generatorState(value);
    if (state === undefined || isExecuting(state)) {
      return writer.refuse("a generator object that is running", "store it when it has yielded");
    }
    if (!isOfItsFunction(value, state.fn)) {
      writer.refuse("a generator object whose function has got another `prototype`", "leave `prototype` as it was");
    }
    writer.value(state.fn);
    writer.value(state.frame);
  },
  needs: (node) => [node.reference(0)],
  allocate(node) {
    const fn = node.value(0);
    return makeGenerator(generatorPrototypeOf(fn, 3, node), new GeneratorState(fn as Function, null));
  },
  fill(shell, node) {
    const state = generatorState(shell);
    if (state !== undefined) state.frame = node.graph.frame(node.value(1), state.fn, node);
  },
};
