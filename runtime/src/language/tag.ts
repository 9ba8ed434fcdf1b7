/**
 * Owns: the tag of a plain closure: which function of compiled code it is, and what it captures.
 * Does not own: how it is stored (snapshot/codecs/function).
 *
 * I1 A tag is private to its function: it is not copied with the properties (`Object.assign(wrapper, fn)`, `{ ...fn }`), nor seen
 *    among them. A property would also cost a call of the runtime to be made without being seen.
 */
import { shared } from "../realm.ts";
import type { FunctionMeta } from "../registry.ts";
import { Itself } from "./itself.ts";

export interface ClosureTag {
  meta: FunctionMeta;
  captures: unknown[];
}

const Tag = shared(
  "Tag",
  () =>
    class Tag extends Itself {
      #tag: ClosureTag;
      constructor(fn: Function, tag: ClosureTag) {
        super(fn);
        this.#tag = tag;
      }
      static of(fn: Function): ClosureTag | undefined {
        return #tag in fn ? (fn as unknown as Tag).#tag : undefined;
      }
    },
);

/** Tags a plain closure so that it can be stored. */
export function tag(meta: FunctionMeta, fn: Function, captures: unknown[]): Function {
  new Tag(fn, { meta, captures });
  return fn;
}

/** The tag of a plain closure made by compiled code. */
export function tagOf(fn: Function): ClosureTag | undefined {
  return Tag.of(fn);
}
