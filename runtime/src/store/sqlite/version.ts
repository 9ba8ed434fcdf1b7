/**
 * Owns: which SQLite, and so which Node, the store needs.
 * Does not own: asking the SQLite at hand (connection.ts). Nothing here needs node:sqlite: an older Node can say what it lacks.
 */
import { errors } from "../../errors.ts";

/** The first SQLite without the WAL-reset fault, which damages files under several writers. */
export const OLDEST_SQLITE = "3.51.3";
/** The first Node that brings it. */
const FIRST_NODE = "24.21.0";

/** Tells whether version `found` is at least `needed`; both as "3.51.3". */
export function isVersionAtLeast(found: string, needed: string): boolean {
  const [a, b] = [found.split(".").map(Number), needed.split(".").map(Number)];
  for (let i = 0; i < b.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** @param found its version, or "missing" @throws CF2202 when `found` is older than the oldest SQLite that is safe to write with. */
export function refuseOldSqlite(found: string): void {
  if (isVersionAtLeast(found, OLDEST_SQLITE)) return;
  throw errors.sqliteTooOld({ found, needed: OLDEST_SQLITE, node: process.version, neededNode: FIRST_NODE });
}
