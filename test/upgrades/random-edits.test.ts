// Random programs, edited at random: where a frame would run the edited piece, no verdict lets it go on; where an edit can't
// matter, it goes on. What a frame would run is found by running the program natively.
// COLDFRAME_EDITED: how many programs (8; 1,000 in the long run). COLDFRAME_SEED: the first seed (1).
import { parse } from "@babel/parser";
import * as t from "@babel/types";
import { expect, test } from "vitest";
import type { Manifest, ManifestFunction } from "../../compiler/src/emit/manifest.ts";
import { readHeader } from "../../runtime/src/snapshot/header.ts";
import { defaultLimits } from "../../runtime/src/snapshot/types.ts";
import { compileProgram, runCompiled, runNative } from "../property/modes.ts";
import { makeProgram, type Program } from "../property/program/program.ts";
import { makeRng, type Rng } from "../property/program/rng.ts";
import { difference } from "../property/record.ts";
import { applyEdit, findMarks, type Piece } from "./edits/edit.ts";
import { framesAt, manifestOf, registryOf, verdictOn } from "./edits/frames.ts";
import { findReached, type Suspension } from "./edits/reach.ts";

const long = process.env.COLDFRAME_TEST === "long";
const count = Number(process.env.COLDFRAME_EDITED ?? (long ? 1_000 : 8));
const first = Number(process.env.COLDFRAME_SEED ?? 1);
const editsPerProgram = 12;

interface Tally {
  programs: number;
  edits: Map<string, number>;
  /** Frames that an edit reaches. */
  stopped: number;
  /** Frames of the edited function from which the edited piece was never seen to run: told to go on, and all. */
  unreached: [goingOn: number, all: number];
  /** Going on in spite of an edit that they reach. */
  wrong: string[];
}

test("no frame goes on that would run what was edited", { timeout: 1_800_000 }, async () => {
  const tally: Tally = { programs: 0, edits: new Map(), stopped: 0, unreached: [0, 0], wrong: [] };
  for (let seed = first; seed < first + count; seed++) await tryProgram(makeProgram(seed), tally);
  const [goingOn, all] = tally.unreached;
  const kinds = [...tally.edits].map(([what, times]) => `${what} ${times}`).join(", ");
  console.log(
    `${tally.programs} programs, ${tally.stopped} frames stopped by edits they reach (${kinds})\n` +
      `${goingOn} of ${all} frames that never reached the edit go on`,
  );
  expect(tally.wrong).toEqual([]);
  expect(tally.programs).toBeGreaterThan(count / 2);
  expect(tally.stopped).toBeGreaterThan(count * editsPerProgram);
});

async function tryProgram({ seed, text, strict }: Program, tally: Tally): Promise<void> {
  const manifest = manifestOf(text, strict);
  const { marked, pieces, suspensions } = findMarks(text, strict);
  const native = await runNative({ text, strict, timed: false, name: "native" });
  const { after, evaluated, outcome } = await findReached(text, strict, marked);
  // A program that sees the marks (by the names of its functions, for one) says nothing.
  if (manifest === undefined || outcome !== native.outcome) return;
  tally.programs++;
  const frames = suspensions.map((suspension) => framesAt(manifest, suspension));
  for (const index of pick(makeRng(seed), [...evaluated], editsPerProgram)) {
    const piece = pieces[index] as Piece;
    const edited = manifestOf(applyEdit(text, piece), strict);
    if (edited === undefined) continue;
    tally.edits.set(piece.what, (tally.edits.get(piece.what) ?? 0) + 1);
    const registry = registryOf(edited);
    for (const [at, suspension] of suspensions.entries()) {
      const verdicts = verdictOn(frames[at] ?? [], registry);
      const going = verdicts.filter((verdict) => verdict === "same" || verdict === "compatible").length;
      if (after.get(at)?.has(index)) {
        tally.stopped += verdicts.length - going;
        if (going > 0) tally.wrong.push(describe(seed, text, suspension, piece));
      } else if (suspension.fn === piece.fn) {
        tally.unreached[0] += going;
        tally.unreached[1] += verdicts.length;
      }
    }
  }
}

function pick(rng: Rng, list: readonly number[], most: number): number[] {
  return Array.from({ length: Math.min(most, list.length) }, () => rng.pick(list));
}

function describe(seed: number, text: string, { line, column }: Suspension, { what, start }: Piece): string {
  const before = text.slice(0, start).split("\n");
  return `seed ${seed}: the frame at ${line}:${column} goes on, but ${what} at ${before.length}:${(before.at(-1) ?? "").length + 1}`;
}

test("a frame that goes on does what it would have done", { timeout: 1_800_000 }, async () => {
  let goneOn = 0;
  const wrong: string[] = [];
  const programs = Math.ceil(count / 2);
  for (let seed = first, tried = 0; tried < programs; seed++) {
    const source = { ...makeProgram(seed), name: "program" };
    if (source.timed) continue; // what has been reached is found without a clock
    tried++;
    const { text, strict } = source;
    const { marked, pieces, suspensions } = findMarks(text, strict);
    const manifest = manifestOf(text, strict);
    const native = await runNative(source);
    const { after, outcome } = await findReached(text, strict, marked);
    if (manifest === undefined || outcome !== native.outcome) continue;
    const code = compileProgram(source);
    const ofMain = pieces.flatMap(({ fn }, index) => (isMain(marked[fn]?.node) ? [index] : []));
    for (const index of pick(makeRng(seed), ofMain, 4)) {
      const edited = applyEdit(text, pieces[index] as Piece);
      const registry = registryOf(manifestOf(edited, strict) as Manifest);
      let later: string | undefined;
      const codeFor = (bytes: Uint8Array) => {
        if (later !== undefined) return later;
        const { codes } = readHeader(bytes, defaultLimits).header;
        const at = codes.find(({ kind, id }) => kind === "frame" && id === "program#main")?.at;
        const waiting = suspensions.findIndex(({ line, column }) => at?.startsWith(`${line}:${column} `));
        const owned = codes.filter(({ kind }) => kind === "frame" || kind === "closure");
        if (waiting === -1 || after.get(waiting)?.has(index)) return code;
        if (verdictOn(owned, registry).some((verdict) => verdict !== "same" && verdict !== "compatible")) return code;
        later = compileProgram({ ...source, text: edited });
        return later;
      };
      const run = await runCompiled(source, code, "cut", codeFor);
      if (later === undefined) continue;
      goneOn++;
      const what = difference(native, run);
      if (what !== undefined) wrong.push(`seed ${seed}, ${pieces[index]?.what} at ${pieces[index]?.start}: ${what}`);
    }
  }
  console.log(`${goneOn} runs went on under edited code`);
  expect(wrong).toEqual([]);
  expect(goneOn).toBeGreaterThan(programs);
});

const isMain = (node: t.Node | undefined) => t.isFunctionDeclaration(node) && node.id?.name === "main";

test("what can't matter does not", { timeout: 300_000 }, () => {
  for (let seed = first; seed < first + count; seed++) {
    const { text, strict } = makeProgram(seed);
    const stamps = [text, ...looksOf(text, strict)].map((one) => manifestOf(one, strict)?.functions.map(stampOf));
    for (const other of stamps.slice(1)) expect(other, `seed ${seed}`).toEqual(stamps[0]);
  }
});

const stampOf = ({ id, stamp }: ManifestFunction) => `${id} ${stamp}`;

/** The same program with comments, in other layouts, and at another place of its file. */
function looksOf(text: string, strict: boolean): string[] {
  const commented = betweenTokens(text, strict, (gap) => `${gap}/* a remark */${gap}`);
  const airy = betweenTokens(text, strict, (gap) => gap.replaceAll("\n", "\n\n  // a line\n\t"));
  return [commented, airy, `// another first line\n\n${text}`];
}

/** Changes what stands between tokens, but for templates. */
function betweenTokens(text: string, strict: boolean, change: (gap: string) => string): string {
  const ast = parse(text, { sourceType: strict ? "module" : "script", tokens: true });
  const templates: [number, number][] = [];
  t.traverseFast(ast, (node) => {
    if (t.isTemplateLiteral(node)) templates.push([node.start as number, node.end as number]);
  });
  let made = "";
  let from = 0;
  for (const { start, end } of ast.tokens as { start: number; end: number }[]) {
    const isCode = !templates.some(([open, close]) => from > open && from < close);
    made += (isCode ? change(text.slice(from, start)) : text.slice(from, start)) + text.slice(start, end);
    from = end;
  }
  return made;
}
