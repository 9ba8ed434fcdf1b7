/**
 * Owns: which address leads to which store.
 * Does not own: the stores.
 */
import { isBuiltin } from "node:module";
import type { Clock } from "../clock.ts";
import { systemClock } from "../clock.ts";
import { errors } from "../errors.ts";
import { textOf } from "../options.ts";
import { openMemory } from "./memory/index.ts";
import { refuseOldSqlite } from "./sqlite/version.ts";
import type { Store } from "./store.ts";

type Opener = (place: string, clock: Clock) => Promise<Store>;

const openers: Readonly<Record<string, Opener>> = {
  memory: openMemory,
  sqlite: openSqliteIfPresent,
};

// Loaded when asked for: an older Node has no node:sqlite, and all else works without it.
async function openSqliteIfPresent(file: string, clock: Clock): Promise<Store> {
  if (!isBuiltin("node:sqlite")) refuseOldSqlite("missing");
  const { openSqlite } = await import("./sqlite/index.ts");
  return openSqlite(file, clock);
}

/** Places that mean something else to the driver than a file, by kind of store. */
const refused: Readonly<Record<string, ReadonlySet<string>>> = {
  sqlite: new Set(["", ":memory:"]),
};

/**
 * Opens the store at an address.
 * @param url `sqlite:<file>` or `memory:`; the part after the colon is handed to the store as it is.
 * @param options `clock`: what the store takes for the time; default the clock of the machine.
 * @returns a handle of its own for every call; close it when done.
 * @throws CF2203 for an address that names no store, and what the store throws at opening.
 * @example const store = await openStore("sqlite:orders.db");
 */
export async function openStore(url: string, options: { readonly clock?: Clock } = {}): Promise<Store> {
  if (typeof url !== "string") throw errors.unknownStore({ url: textOf(url) });
  const colon = url.indexOf(":");
  const scheme = url.slice(0, Math.max(colon, 0));
  const place = url.slice(colon + 1).replace(/^\/\/(?=\/)/, ""); // sqlite:///abs.db is /abs.db
  const opener = Object.hasOwn(openers, scheme) ? openers[scheme] : undefined;
  if (opener === undefined || refused[scheme]?.has(place)) throw errors.unknownStore({ url });
  return opener(place, options.clock ?? systemClock);
}
