// Owns: which fields the frame of a durable function has, which of them are live where, and which form its saves take.
// Does not own: what is live (analyze/live.ts), what the fields are called (view.ts), the saves (frame.ts).
// I1. Two variables that are in use at one place never share a field.
// I2. Output grows with the length of the function: a save per point names every variable that is live there, so that a
//     function in which this comes to much has one save for all points, which knows where each field is live.
import { BitSet, findRuns } from "../analyze/bit-set.ts";
import type { Flow } from "../analyze/flow.ts";
import { findKept } from "../analyze/kept.ts";
import { type Liveness, numberSpans, type Span } from "../analyze/live.ts";
import type { Point } from "../analyze/point.ts";
import type { Binding } from "../analyze/scope.ts";

/** So many temporaries have variables of their own: sharing would make no frame small that is not. */
const OWN_TEMPS = 16;
/** So often saves may name variables before there is one save for all. The longest function of the fixtures has 180. */
const NAMED_IN_SAVES = 1_000;

export interface LayoutParts {
  flow: Flow;
  live: Liveness;
  points: readonly Point[];
  /** All that may be live, in order. */
  bindings: readonly Binding[];
  entry: readonly Binding[];
  temps: readonly Binding[];
  /** Temporaries share a variable only if they are of one kind; only `isReference` must be cleared. */
  kindOf(binding: Binding): string;
  isReference(binding: Binding): boolean;
  /** Every function takes the form of large ones. */
  isLarge: boolean;
}

export class FrameLayout {
  /** One variable for each field; the entry's come first. */
  readonly fields: readonly Binding[];
  /** One save for all points. */
  readonly hasOneSave: boolean;
  /** Whose variable a temporary has, if it is not its own. */
  readonly shared: ReadonlyMap<Binding, Binding>;
  readonly #parts: LayoutParts;
  /** By point, fields as places in the list of bindings. */
  readonly #live: ReadonlyMap<Point, BitSet>;
  readonly #kept: ReadonlyMap<Point, BitSet>;
  readonly #runs: ReadonlyMap<Binding, readonly number[]>;

  constructor(parts: LayoutParts) {
    this.#parts = parts;
    const { points, entry, bindings, flow } = parts;
    const index = new Map(bindings.map((binding, i) => [binding, i]));
    this.shared = parts.isLarge || parts.temps.length > OWN_TEMPS ? shareTemps(parts) : new Map();
    this.#live = this.#findFields(index);
    const first = new BitSet(bindings.length);
    for (const binding of entry) first.add(index.get(binding) as number);
    this.#kept = findKept(flow, this.#live, first);
    const runs = findRuns([...this.#live.values()], bindings.length);
    // The first point has the number 1.
    this.#runs = new Map(bindings.map((field, i) => [field, (runs[i] ?? []).map((at) => at + 1)]));
    const isEntry = new Set(entry);
    this.fields = [...entry, ...bindings.filter((field) => !isEntry.has(field) && this.runs(field).length > 0)];
    this.hasOneSave = points.length > 0 && (parts.isLarge || this.#isShorter());
  }

  /** What is live at each point, with those whose variables temporaries have in their place. */
  #findFields(index: ReadonlyMap<Binding, number>): Map<Point, BitSet> {
    const { points, live } = this.#parts;
    const moves = [...this.shared].map(([from, to]) => [index.get(from) as number, index.get(to) as number] as const);
    const owners = new Map(moves);
    const moved = new BitSet(index.size);
    for (const [from] of moves) moved.add(from);
    const sets = new Map<Point, BitSet>();
    for (const point of points) {
      const set = live.setAt(point).copy();
      for (const from of set.common(moved)) {
        set.remove(from);
        set.add(owners.get(from) as number);
      }
      sets.set(point, set);
    }
    return sets;
  }

  /** Fields that may hold at a point what is dead there, and must not. */
  stale(point: Point): Binding[] {
    const found = this.#kept.get(point)?.members(this.#live.get(point)) ?? [];
    return found.map((i) => this.#parts.bindings[i] as Binding).filter(this.#parts.isReference);
  }

  /** Does a field keep something alive? */
  isReference(field: Binding): boolean {
    return this.#parts.isReference(field);
  }

  /** First and last point of each stretch of points at which a field is live, in turn. */
  runs(field: Binding): readonly number[] {
    return this.#runs.get(field) ?? [];
  }

  /** One save is worth it for functions that are long and whose variables live long. */
  #isShorter(): boolean {
    let named = 0;
    const none = new BitSet(this.#parts.bindings.length);
    for (const [point, live] of this.#live) {
      named += 2 * live.countWithout(none) + (this.#kept.get(point)?.countWithout(live) ?? 0);
    }
    let once = 0;
    for (const field of this.fields) once += 4 + this.runs(field).length;
    return named > NAMED_IN_SAVES && named > 2 * once;
  }
}

/** Whose variable each temporary has: that of the first with which it has no place in common. */
function shareTemps({ live, temps, kindOf }: LayoutParts): Map<Binding, Binding> {
  const spans = live.uses();
  const shared = new Map<Binding, Binding>();
  for (const kind of new Set(temps.map(kindOf))) {
    const some = temps.filter((binding) => kindOf(binding) === kind && spans.has(binding));
    const owners: Binding[] = [];
    for (const [at, number] of numberSpans(some.map((binding) => spans.get(binding) as Span)).entries()) {
      const owner = owners[number];
      if (owner === undefined) owners[number] = some[at] as Binding;
      else shared.set(some[at] as Binding, owner);
    }
  }
  return shared;
}
