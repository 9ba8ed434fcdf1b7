// Owns: the judgement on an import graph. Paths are relative to a package's src, without extension. Not here: the rules.
import { posix } from "node:path";
import { EVERYWHERE, OWNED, type Rules } from "./rules.ts";
import type { Import } from "./source.ts";

export type Graph = ReadonlyMap<string, readonly Import[]>;

/** Every import that no row allows, one sentence each. */
export function findForbidden(rules: Rules, graph: Graph): string[] {
  const faults: string[] = [];
  for (const [file, imports] of graph) {
    const room = roomOf(rules, file);
    if (room === undefined) faults.push(`${file} is in no room: add a row to rules.ts, or move it`);
    else
      for (const entry of imports) if (!isAllowed(rules, file, room, entry)) faults.push(sentence(file, entry, room));
  }
  return faults;
}

/** Every circle of imports that are more than types, as `a -> b -> a`, once. */
export function findCircles(graph: Graph): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file].join(" -> "));
    if (at >= 0 || done.has(file)) return;
    for (const { specifier, typeOnly } of graph.get(file) ?? []) {
      if (!typeOnly && specifier.startsWith(".")) visit(targetOf(file, specifier), [...path, file]);
    }
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return circles;
}

function isAllowed(rules: Rules, file: string, room: string, { specifier, typeOnly }: Import): boolean {
  const row = [...EVERYWHERE, ...(rules[room] ?? [])];
  if (!specifier.startsWith(".")) {
    const owner = Object.keys(OWNED).find((name) => specifier === name || specifier.startsWith(`${name}/`));
    if (owner && !OWNED[owner]?.some((owning) => isIn(owning, file))) return false;
    return specifier.startsWith("node:") || row.some((entry) => isPackage(entry, specifier));
  }
  const target = targetOf(file, specifier);
  if (roomOf(rules, target) === room) return true;
  return row.some((entry) =>
    entry.startsWith("type ") ? typeOnly && isIn(entry.slice(5), target) : isIn(entry, target),
  );
}

function isPackage(entry: string, specifier: string): boolean {
  const name = entry.startsWith("npm ") ? entry.slice(4) : undefined;
  return name !== undefined && (name.endsWith("/") ? specifier.startsWith(name) : isIn(name, specifier));
}

function roomOf(rules: Rules, file: string): string | undefined {
  return Object.keys(rules)
    .filter((room) => isIn(room, file))
    .sort((a, b) => b.length - a.length)[0];
}

function isIn(room: string, file: string): boolean {
  return file === room || file.startsWith(`${room}/`);
}

function targetOf(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier).replace(/\.ts$/, "");
}

function sentence(file: string, { specifier, typeOnly, line }: Import, room: string): string {
  return `${file}.ts:${line} imports ${typeOnly ? "types of " : ""}${specifier}, which the row "${room}" does not allow`;
}
