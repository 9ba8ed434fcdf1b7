/**
 * Owns: how a bench compares two things in one run, and how it prints them.
 *
 * I1 The sides take turns, so that drift of the machine hits both; the figure is the median of the ratios pair by pair.
 * I2 `spread` is [10th, 90th percentile] of those ratios.
 */

/** One result, as `--json` prints it. `ratio` is ours / reference in `unit`; below 1 we take less. */
export interface Figure {
  bench: string;
  case: string;
  ours: number;
  reference: number;
  ratio: number;
  unit: string;
  spread: [number, number];
}

/** One side: does its work once and returns how much of `unit` it took. */
export type Side = () => number | Promise<number>;

const quantile = (sorted: number[], q: number) => sorted[Math.round(q * (sorted.length - 1))] as number;
const ascending = (values: number[]) => [...values].sort((a, b) => a - b);
const median = (values: number[]) => quantile(ascending(values), 0.5);

/** Measures two sides in turns, after one round that does not count. */
export async function compare(
  name: { bench: string; case: string; unit: string },
  ours: Side,
  reference: Side,
  rounds = 15,
): Promise<Figure> {
  const [figure] = await compareAll(name, ours, [["", reference]], rounds);
  return { ...(figure as Figure), case: name.case };
}

/** Measures one side and several references in turns, after one round that does not count; one figure per reference. */
export async function compareAll(
  name: { bench: string; case: string; unit: string },
  ours: Side,
  references: readonly (readonly [label: string, side: Side])[],
  rounds = 15,
): Promise<Figure[]> {
  const sides = [ours, ...references.map(([, side]) => side)];
  const found: number[][] = sides.map(() => []);
  for (const side of sides) await side();
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes, so that nobody always pays for another's garbage.
    for (let turn = 0; turn < sides.length; turn++) {
      const index = (round + turn) % sides.length;
      found[index]?.push(await (sides[index] as Side)());
    }
  }
  const [mine, ...theirs] = found as [number[], ...number[][]];
  return references.map(([label], index) => {
    const reference = theirs[index] as number[];
    const ratios = ascending(mine.map((value, round) => value / (reference[round] as number)));
    return {
      ...name,
      case: `${name.case} / ${label}`,
      ours: median(mine),
      reference: median(reference),
      ratio: quantile(ratios, 0.5),
      spread: [quantile(ratios, 0.1), quantile(ratios, 0.9)],
    };
  });
}

/** CPU nanoseconds per operation of `body`, which performs `operations` of them. */
export function cpuTime(operations: number, body: () => unknown): Side {
  return async () => {
    const before = process.cpuUsage();
    await body();
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1000) / operations;
  };
}

/** Wall-clock nanoseconds per operation of `body`, which performs `operations` of them. */
export function wallTime(operations: number, body: () => unknown): Side {
  return async () => {
    const before = process.hrtime.bigint();
    await body();
    return Number(process.hrtime.bigint() - before) / operations;
  };
}

const json = process.argv.includes("--json");
const short = (value: number) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** Prints one figure: a line for people, or a JSON object with `--json`. */
export function print(figure: Figure, bar: { atMost?: number; atLeast?: number; oursAtMost?: number } = {}): void {
  if (json) {
    console.log(JSON.stringify({ ...figure, ...bar }));
    return;
  }
  const { atMost, atLeast, oursAtMost } = bar;
  const met =
    (atMost ?? Infinity) >= figure.ratio && (atLeast ?? 0) <= figure.ratio && (oursAtMost ?? Infinity) >= figure.ours;
  const words = [
    atMost && `bar <= ${short(atMost)}`,
    atLeast && `bar >= ${short(atLeast)}`,
    oursAtMost && `bar <= ${oursAtMost} ${figure.unit}`,
  ];
  const wanted = words.filter((word) => word !== undefined).join(", ");
  const [low, high] = figure.spread.map(short);
  console.log(
    `${figure.case.padEnd(44)} ${short(figure.ours).padStart(9)} : ${short(figure.reference).padEnd(9)} ${figure.unit.padEnd(14)}` +
      ` ratio ${short(figure.ratio).padStart(5)}  (${low} to ${high})  ${wanted}${met ? "" : "  NOT MET"}`,
  );
}
