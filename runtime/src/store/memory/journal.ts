/**
 * Owns: undoing. Every change of the memory store goes through here, so that a refused write leaves no trace (store.ts S1).
 *
 * J1. `undo` restores what was there when `begin` was last called, and the order of map entries with it where it matters:
 *     an entry that was deleted comes back at the end of its map, so nothing may rest on the order of those maps.
 */
export class Journal {
  #steps: (() => void)[] = [];

  begin(): void {
    this.#steps = [];
  }

  undo(): void {
    for (const step of this.#steps.reverse()) step();
    this.#steps = [];
  }

  assign<T extends object>(target: T, values: Partial<T>): void {
    const before = Object.fromEntries(Object.keys(values).map((key) => [key, target[key as keyof T]]));
    this.#steps.push(() => void Object.assign(target, before));
    Object.assign(target, values);
  }

  put<K, V>(map: Map<K, V>, key: K, value: V): void {
    const before = map.get(key);
    const had = map.has(key);
    this.#steps.push(() => void (had ? map.set(key, before as V) : map.delete(key)));
    map.set(key, value);
  }

  push<T>(list: T[], value: T): void {
    this.#steps.push(() => void list.pop());
    list.push(value);
  }

  drop<K, V>(map: Map<K, V>, key: K): boolean {
    const before = map.get(key);
    if (!map.delete(key)) return false;
    this.#steps.push(() => void map.set(key, before as V));
    return true;
  }
}
