/** Owns: what a row of the tables of kinds is: a value that comes back exactly, or one that is refused with words of its own. */
export interface Row {
  readonly make: () => unknown;
  /** What the refusal calls it; exact if absent. */
  readonly refused?: RegExp;
}

export type Rows = Record<string, Row>;

export function exact(rows: Record<string, () => unknown>): Rows {
  return Object.fromEntries(Object.entries(rows).map(([name, make]) => [name, { make }]));
}

export function refused(rows: Record<string, [make: () => unknown, refused: RegExp]>): Rows {
  return Object.fromEntries(Object.entries(rows).map(([name, [make, words]]) => [name, { make, refused: words }]));
}
