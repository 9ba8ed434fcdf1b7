/**
 * Owns: which operations are due when: a heap, so that an arrival costs the same however many wait.
 * Does not own: what is due for what (operations.ts).
 *
 * I1 `next` and a change take no more than the logarithm of the operations; `by` as much as it returns.
 * I2 An entry whose operation has another time or none is left in the heap until it comes up, or until most entries are such ones.
 */

interface Entry<T> {
  readonly dueAt: number;
  /** Of equal times the one that was set first comes first. */
  readonly order: number;
  readonly item: T;
}

export class Timetable<T> {
  #heap: Entry<T>[] = [];
  readonly #current = new Map<T, Entry<T>>();
  #orders = 0;
  /** Entries that were looked at, for tests that count work. */
  looks = 0;

  get size(): number {
    return this.#current.size;
  }

  /** @param dueAt undefined: it waits for no time */
  put(item: T, dueAt: number | undefined): void {
    if (dueAt === undefined) {
      this.#current.delete(item);
      return;
    }
    const entry = { dueAt, order: this.#orders++, item };
    this.#current.set(item, entry);
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
    if (this.#heap.length > 2 * this.#current.size + 16) this.#tidy();
  }

  /** The earliest time. */
  next(): number | undefined {
    for (let first = this.#heap[0]; first !== undefined && this.#isStale(first); first = this.#heap[0]) this.#pop();
    return this.#heap[0]?.dueAt;
  }

  /** All whose time has come, the earliest first. */
  by(now: number): T[] {
    const due = this.#collect(now);
    return due.sort((a, b) => a.dueAt - b.dueAt || a.order - b.order).map(({ item }) => item);
  }

  /** Those due by then; below one that is not lies none that is. */
  #collect(now: number): Entry<T>[] {
    const found: Entry<T>[] = [];
    const places = [0];
    for (let at = places.pop(); at !== undefined; at = places.pop()) {
      const entry = this.#heap[at];
      if (entry === undefined) continue;
      this.looks++;
      if (entry.dueAt > now) continue;
      if (!this.#isStale(entry)) found.push(entry);
      places.push(2 * at + 1, 2 * at + 2);
    }
    return found;
  }

  #isStale(entry: Entry<T>): boolean {
    this.looks++;
    return this.#current.get(entry.item) !== entry;
  }

  #pop(): void {
    const last = this.#heap.pop() as Entry<T>;
    if (this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #tidy(): void {
    this.#heap = [...this.#current.values()];
    for (let at = this.#heap.length >> 1; at >= 0; at--) this.#sink(at);
  }

  #rise(from: number): void {
    const heap = this.#heap;
    for (let at = from; at > 0; ) {
      const up = (at - 1) >> 1;
      if (!isBefore(heap[at], heap[up])) return;
      swap(heap, at, up);
      at = up;
      this.looks++;
    }
  }

  #sink(from: number): void {
    const heap = this.#heap;
    for (let at = from; ; ) {
      this.looks++;
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (isBefore(heap[left], heap[least])) least = left;
      if (isBefore(heap[right], heap[least])) least = right;
      if (least === at) return;
      swap(heap, at, least);
      at = least;
    }
  }
}

function isBefore<T>(a: Entry<T> | undefined, b: Entry<T> | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
}

function swap<T>(heap: T[], a: number, b: number): void {
  const one = heap[a] as T;
  heap[a] = heap[b] as T;
  heap[b] = one;
}
