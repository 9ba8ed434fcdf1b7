/**
 * Owns: `this` of a derived constructor for what is made before `super()` has returned: a cell that asks when it is read.
 * Does not own: how cells are stored; a cell that has its value is one like others (snapshot/codecs/function).
 *
 * I1 Until `super()` has returned each read throws what the language throws; from then on the cell is `{ v: this }`.
 */
import { shared } from "../realm.ts";
import { Itself } from "./itself.ts";

const Late = shared(
  "LateThis",
  () =>
    class LateThis extends Itself {
      #isLate = true;
      static has(cell: object): boolean {
        return #isLate in cell && cell.#isLate;
      }
      static end(cell: object): void {
        if (#isLate in cell) cell.#isLate = false;
      }
    },
);

/** @param read gives `this` of the constructor, or throws */
export function lateThis(read: () => unknown): { v: unknown } {
  const cell = Object.defineProperty({} as { v: unknown }, "v", {
    get: () => {
      const value = read();
      Object.defineProperty(cell, "v", { value, writable: true });
      Late.end(cell);
      return value;
    },
    enumerable: true,
    configurable: true,
  });
  new Late(cell);
  return cell;
}

/** Gives a cell its value if there is one now. @returns false if `super()` never returned */
export function settleThis(cell: unknown): boolean {
  if (typeof cell !== "object" || cell === null || !Late.has(cell)) return true;
  try {
    void (cell as { v: unknown }).v;
    return true;
  } catch {
    return false;
  }
}
