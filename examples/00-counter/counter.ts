/** The generator of the first page of any text on coroutines; this one can be put on disk between two values. */
export function* counter() {
  "use durable";
  yield 1;
  yield 2;
  yield 3;
}
