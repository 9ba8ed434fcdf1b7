/**
 * Owns: which value has which node number in one snapshot, and what is remembered of a run's values from one to the next.
 * Does not own: the order of nodes (graph-writer).
 *
 * I1 A value keeps its key over all snapshots of one memory.
 * I2 A mark says that so many elements, or these keys, had no unusual attributes when their node was written.
 * I3 A memory keeps values alive. It forgets all of them when most are no longer met.
 * I4 Values are met in much the same order as last time: the next one is looked for there first, without a table.
 */
import { FIRST_NODE } from "./fixed.ts";

/** What had no unusual attributes when it was looked at: these keys of an object, or so many elements of an array. */
export type Mark = readonly string[] | number | undefined;

/** Dead values that a memory may hold before it forgets, beside as many as live ones. */
const SPARE = 100;

/** Kept by whoever takes snapshots of one run again and again, as long as that run is in memory. */
export class SnapshotMemory {
  /** Key of every value met. */
  readonly keys = new Map<unknown, number>();
  /** By key: what is known, and the place in the last snapshot. */
  readonly marks: Mark[] = [];
  readonly places: number[] = [];
  /** The last snapshot: values and their keys, by place. */
  values: unknown[] = [];
  order: number[] = [];
  /** The array around the root: a known value, too. */
  readonly frame: unknown[] = [undefined];

  /** Takes over from a finished snapshot. */
  keep(identity: Identity): void {
    this.values = identity.values;
    this.order = identity.order;
    if (this.keys.size <= this.order.length * 2 + SPARE) return;
    this.keys.clear();
    this.marks.length = 0;
    this.places.length = 0;
    this.values = [];
    this.order = [];
  }
}

/** The node numbers of one snapshot. */
export class Identity {
  /** Values and their keys in the order of node numbers. */
  readonly values: unknown[] = [];
  readonly order: number[] = [];
  readonly #memory: SnapshotMemory;
  /** Node number by key; 0: none yet. */
  readonly #numbers: number[];
  /** Where in the last snapshot the next new value is expected. */
  #next = 0;

  constructor(memory: SnapshotMemory) {
    this.#memory = memory;
    this.#numbers = new Array(memory.keys.size).fill(0);
  }

  /** An array with the root as its only element. */
  around(root: unknown): unknown[] {
    this.#memory.frame[0] = root;
    return this.#memory.frame;
  }

  /** The node number of a value; it gets the next one if it has none. */
  numberOf(value: unknown): number {
    const key = this.#keyOf(value);
    const known = this.#numbers[key] as number;
    if (known !== 0) return known;
    const place = this.values.push(value) - 1;
    this.order.push(key);
    this.#memory.places[key] = place;
    this.#numbers[key] = place + FIRST_NODE;
    return place + FIRST_NODE;
  }

  #keyOf(value: unknown): number {
    const { values, order } = this.#memory;
    const next = this.#next;
    if (next < values.length && values[next] === value) {
      this.#next = next + 1;
      return order[next] as number;
    }
    return this.#find(value);
  }

  #find(value: unknown): number {
    const { keys, marks, places } = this.#memory;
    const known = keys.get(value);
    if (known !== undefined) {
      // Something before it is gone: the next ones are expected behind it.
      if (this.#numbers[known] === 0 && (places[known] as number) >= this.#next)
        this.#next = (places[known] as number) + 1;
      return known;
    }
    const key = keys.size;
    keys.set(value, key);
    marks.push(undefined);
    places.push(-1);
    this.#numbers.push(0);
    return key;
  }

  /** Has the value a node number? */
  has(value: unknown): boolean {
    const key = this.#memory.keys.get(value);
    return key !== undefined && this.#numbers[key] !== 0;
  }

  /** A fixed value: it has a number but no node. */
  fix(value: unknown, number: number): void {
    this.#numbers[this.#find(value)] = number;
  }

  /** What is known of the value at a place. */
  markAt(place: number): Mark {
    return this.#memory.marks[this.order[place] as number];
  }

  mark(place: number, mark: Mark): void {
    this.#memory.marks[this.order[place] as number] = mark;
  }
}
