/**
 * Owns: how an object that no class of ours made gets a private field: a class extends this one and declares the field.
 * Does not own: the classes. Each has its own text, for V8 reads a private field of one text made for several fields twice as slowly:
 *   10.6 against 18.3 ns per value of a generator (bench/lowering).
 */
import { shared } from "../realm.ts";

/** Its constructor returns the object, so that the private field of a class derived from it is made on that. */
export const Itself = shared(
  "Itself",
  () =>
    class Itself {
      constructor(object: object) {
        // biome-ignore lint/correctness/noConstructorReturn: see above
        return object;
      }
    },
);
