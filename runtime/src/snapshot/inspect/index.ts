/**
 * Owns: what a snapshot holds, in words, without the program's code: frames with their variables, and the root.
 * Does not own: reading it for use (read, graph-reader), values in words (stand-ins.ts), the listing (listing.ts).
 *
 * I1 No code is needed and none runs: values are described from the node table, never made.
 * I2 What is described is bounded, however large and however cyclic the graph.
 */

import { FIRST_NODE } from "../fixed.ts";
import { type Header, readHeader } from "../header.ts";
import { coded, inflateParts } from "../read.ts";
import { RECORD_FORM } from "../shapes.ts";
import { tags } from "../tags.ts";
import { type Limits, limitsOf } from "../types.ts";
import { unpackTable } from "../unpack.ts";
import { type InspectedFrame, listing, placeOf, variableNames } from "./listing.ts";
import { type FrameNode, frameOf, type Item, NodeTable, type TableNode } from "./node-table.ts";
import { harmless } from "./print.ts";
import { type Section, StandIns } from "./stand-ins.ts";
import { type AboutOperation, Waits } from "./waits.ts";

export type { InspectedFrame } from "./listing.ts";

/** What a snapshot holds. A console shows it as a listing of its frames. */
export interface Inspection {
  readonly header: Header;
  /** What awaits comes before what called it. */
  readonly frames: readonly InspectedFrame[];
  readonly root: string;
}

/** Frames whose variables are described; of more only function and place are said. */
const MOST_FRAMES = 200;

/**
 * Describes a snapshot: frames with function, place, source text of the await and variables, as a console would print
 * these. Nothing of the program need be loaded, and none of its code runs; long values are shortened, deep ones cut.
 *
 * @param bytes as `snapshot` or `writeSnapshot` gave them
 * @param limits bounds on what the bytes may ask for, if they are yours and meant to be larger
 * @returns its head, its frames with their variables, and its root, for people and consoles
 * @throws CF2002, CF2003, CF2004, CF2007, CF2008 or CF2009 if the bytes are not sound
 * @example
 * console.log(inspect(readFileSync("order-17.bin")));
 * for (const { function: name, place, source, variables } of inspect(bytes).frames) console.log(name, place, source, variables);
 */
export function inspect(bytes: Uint8Array, limits?: Partial<Limits>): Inspection {
  return inspectWith(bytes, () => "", limits);
}

/** As `inspect`. @param about what is known of the operations in it */
export function inspectWith(bytes: Uint8Array, about: AboutOperation, limits?: Partial<Limits>): Inspection {
  return coded(() => describe(bytes, about, limitsOf(limits)));
}

function describe(bytes: Uint8Array, about: AboutOperation, limits: Limits): Inspection {
  const { header, bytes: whole, names } = readHeader(bytes, limits);
  const { nodes, sections: memory, cost } = inflateParts(header, whole, names, limits);
  const { tokens, shapes, sections } = unpackTable(nodes, limits, cost);
  const table = new NodeTable(tokens, shapes as readonly (readonly unknown[])[], cost);
  const all = new StandIns(header, table, sectionsOf(sections, memory));
  const frames = framesOf(all, about);
  const root = table.root === undefined ? "nothing" : all.describe(table.root);
  return listing(
    { header, frames, root },
    () => headLine(header, frames.length),
    () => beginOf(all) ?? `holds ${root}`,
  );
}

function headLine({ runId, seq, length, runtime, node }: Header, frames: number): string {
  const of = runId === "" ? "" : ` of run ${harmless(runId)}, commit ${seq}`;
  const count = frames === 0 ? "no frames" : `${frames} frame${frames === 1 ? "" : "s"}`;
  return `Snapshot${of}: ${count}, ${length} bytes, written by @coldframe/runtime ${harmless(runtime)} on Node ${harmless(node)}`;
}

function sectionsOf(table: readonly unknown[], memory: Uint8Array): Section[] {
  const sections: Section[] = [];
  let from = 0;
  for (let at = 0; at + 1 < table.length; at += 2) {
    const length = Number(table[at]) || 0;
    sections.push({ bytes: memory.subarray(from, from + length), anchor: Number(table[at + 1]) || 0 });
    from += length;
  }
  return sections;
}

function framesOf(all: StandIns, about: AboutOperation): InspectedFrame[] {
  const found = all.table.nodes.flatMap((node, index) => {
    const frame = frameOf(node);
    return frame === undefined ? [] : [{ frame, number: index + FIRST_NODE }];
  });
  const waits = new Waits(all, found, about);
  return found.map(({ frame, number }, index) => {
    const { id = "?", at = "?" } = all.header.codes[frame.code] ?? {};
    const caller = frame.caller?.reference === true ? Number(frame.caller.token) : null;
    const awaits = index < MOST_FRAMES ? waits.of(frame, number) : "…";
    return {
      node: number,
      ...placeOf(id, at),
      caller,
      awaits,
      variables: index < MOST_FRAMES ? variablesOf(all, frame) : {},
    };
  });
}

function variablesOf(all: StandIns, { keys, slots }: FrameNode): Record<string, string> {
  const named = variableNames(keys).flatMap((name, index) => {
    const slot = slots[index];
    return name === undefined || slot === undefined || isLoop(all, name, slot)
      ? []
      : [[name, all.describe(all.table.inCell(slot))]];
  });
  return Object.fromEntries(named) as Record<string, string>;
}

/** The iterator of a loop, which no variable of the source holds. */
function isLoop(all: StandIns, name: string, slot: Item): boolean {
  return /^iterator\d+$/.test(name) && all.table.at(slot)?.shape?.[0] === RECORD_FORM;
}

/** A call that was stored before it began: what will be called. */
function beginOf(all: StandIns): string | undefined {
  const { table } = all;
  const part = (node: TableNode | undefined, key: string): Item | undefined => {
    const index = node?.shape?.indexOf(key, 4) ?? -1;
    return index < 4 ? undefined : node?.items[index - 4];
  };
  const start = table.at(part(table.at(part(table.at(table.root), "state")), "start"));
  const fn = table.at(part(start, "fn"));
  const args = part(start, "args");
  if (fn?.tag !== tags.reference || args === undefined) return undefined;
  return `has not begun: ${harmless(all.idOf(fn.items[0]?.token))} with ${all.describe(args)}`;
}
