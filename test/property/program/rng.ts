/** A small seeded source of choices (mulberry32): the same seed gives the same program on every machine. */
export interface Rng {
  /** A number in [0, 1). */
  next(): number;
  /** An integer in [low, high], both included. */
  int(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** One entry of a table of [weight, value]. */
  weighted<T>(table: readonly (readonly [number, T])[]): T;
}

/** @param seed any integer; only its low 32 bits count. */
export function makeRng(seed: number): Rng {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (list) => list[int(0, list.length - 1)] as (typeof list)[number],
    weighted: (table) => {
      let rest = next() * table.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of table) {
        rest -= weight;
        if (rest < 0) return value;
      }
      return (table[table.length - 1] as (typeof table)[number])[1];
    },
  };
}
