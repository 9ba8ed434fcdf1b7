import type { Descriptor } from "../realm.ts";

/** Refuses `new` on a durable function, in the words of the language. */
export function refuseNew(descriptor: Descriptor): never {
  throw new TypeError(`${descriptor.self.name} is not a constructor`); // native error: ECMA-262 IsConstructor
}
