/**
 * Owns: async generator objects of compiled async generators (a named kind): function, frame.
 * Does not own: how they run (language/async-generator), queue and state: they are part of the frame (frame.ts).
 *
 * I1 The object's prototype is its function's `prototype`, by identity; nothing else can be found again.
 * I2 A generator that promises drive can't be stored while a request is open: nobody would settle it after a restore.
 */
import {
  type AsyncGenerator,
  type AsyncGeneratorFrame,
  asyncGeneratorOf,
  makeAsyncGenerator,
} from "../../language/async-generator.ts";
import { tags } from "../tags.ts";
import type { Kind } from "../types.ts";
import { generatorPrototypeOf, isOfItsFunction } from "./generator.ts";

export const asyncGeneratorKind: Kind<object> = {
  name: "async-generator",
  tag: tags.named,
  is: (value) => asyncGeneratorOf(value) !== undefined,
  encode(value, writer) {
    const { fn, frame } = asyncGeneratorOf(value) as AsyncGenerator;
    if (frame?.$queue.some(({ capability }) => "resolve" in (capability as object))) {
      writer.refuse(
        "an async generator object with an open request that was made outside of a run",
        "store it when all that was asked of it has settled",
      );
    }
    if (!isOfItsFunction(value, fn)) {
      writer.refuse(
        "an async generator object whose function has got another `prototype`",
        "leave `prototype` as it was",
      );
    }
    writer.value(fn);
    // Of a completed one nothing is left that changed code could make a difference to.
    writer.value(frame?.$state === 4 ? null : frame);
  },
  needs: (node) => [node.reference(0)],
  allocate(node) {
    const fn = node.value(0);
    return makeAsyncGenerator(generatorPrototypeOf(fn, 4, node), fn as Function, null);
  },
  fill(shell, node) {
    const generator = asyncGeneratorOf(shell);
    if (generator !== undefined)
      generator.frame = node.graph.frame(node.value(1), generator.fn, node) as AsyncGeneratorFrame | null;
  },
};
