// Owns: sets of small numbers, as words of bits: work on whole sets is 32 times cheaper than on their members.
// Does not own: what the numbers stand for (live.ts, kept.ts).

export class BitSet {
  readonly words: Uint32Array;
  constructor(size: number) {
    this.words = new Uint32Array((size + 31) >>> 5);
  }
  add(index: number): void {
    (this.words[index >>> 5] as number) |= 1 << (index & 31);
  }
  remove(index: number): void {
    (this.words[index >>> 5] as number) &= ~(1 << (index & 31));
  }
  has(index: number): boolean {
    return ((this.words[index >>> 5] as number) & (1 << (index & 31))) !== 0;
  }
  /** Returns whether it grew. */
  addAll(other: BitSet): boolean {
    let grew = 0;
    for (let i = 0; i < this.words.length; i++) {
      const before = this.words[i] as number;
      const after = (before | (other.words[i] as number)) >>> 0;
      grew |= before ^ after;
      this.words[i] = after;
    }
    return grew !== 0;
  }
  clear(): void {
    this.words.fill(0);
  }
  copy(): BitSet {
    const made = new BitSet(this.words.length * 32);
    made.words.set(this.words);
    return made;
  }
  /** Members, ascending; of those in `other`, if it is given, the ones that are not. */
  members(without?: BitSet): number[] {
    const found: number[] = [];
    for (let word = 0; word < this.words.length; word++) {
      let left = (this.words[word] as number) & ~(without?.words[word] ?? 0);
      for (; left !== 0; left &= left - 1) found.push(word * 32 + 31 - Math.clz32(left & -left));
    }
    return found;
  }
  /** Members of both. */
  common(other: BitSet): number[] {
    const found: number[] = [];
    for (let word = 0; word < this.words.length; word++) {
      let left = (this.words[word] as number) & (other.words[word] as number);
      for (; left !== 0; left &= left - 1) found.push(word * 32 + 31 - Math.clz32(left & -left));
    }
    return found;
  }
  /** Number of members that are not in `without`. */
  countWithout(without: BitSet): number {
    let count = 0;
    for (let word = 0; word < this.words.length; word++) {
      let left = (this.words[word] as number) & ~(without.words[word] as number);
      for (; left !== 0; left &= left - 1) count++;
    }
    return count;
  }
}

/**
 * Where each number stands in a row of sets: first and last place of each run, in turn. What changes from one set to the next
 * decides the work, not how much they have in common.
 */
export function findRuns(sets: readonly BitSet[], size: number): number[][] {
  const runs = Array.from({ length: size }, (): number[] => []);
  const none = new BitSet(size);
  let before = none;
  for (let at = 0; at <= sets.length; at++) {
    const now = sets[at] ?? none;
    for (const index of now.members(before)) runs[index]?.push(at);
    for (const index of before.members(now)) runs[index]?.push(at - 1);
    before = now;
  }
  return runs;
}
