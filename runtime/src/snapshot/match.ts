/**
 * Owns: the verdict on every code reference of a snapshot, from its head alone, against the code that is loaded.
 * Does not own: what is done about it (engine: roll back, hold, pin).
 *
 * I1 A pure function of head and registry: nothing is decoded, nothing is run.
 * I2 Nothing is resumed on a guess: a frame goes on only where its fingerprint says that the rest of its code is the same.
 * I3 "Compatible" is about control and variables. A change of meaning before the point can't be seen.
 * I4 Code is missing only if its module is not loaded. What a loaded module has no more has changed; a closure's id holds its
 *    text, so that one with another text is such a case.
 */
import type { FunctionMeta } from "../registry.ts";
import { compareShapes } from "./class-shape.ts";
import type { CodeKind, CodeRef, CodeRegistry } from "./types.ts";

/** same: the very code. compatible: changed, but not from here on. incompatible: changed. missing: not loaded. */
export type Verdict = "same" | "compatible" | "incompatible" | "missing";

export interface CodeVerdict {
  readonly ref: CodeRef;
  readonly verdict: Verdict;
  /** A sentence, for all but `same`: what differs, or what to import. */
  readonly reason: string;
}

export interface Match {
  /** The worst of all. */
  readonly verdict: Verdict;
  readonly codes: readonly CodeVerdict[];
}

const severity: readonly Verdict[] = ["same", "compatible", "incompatible", "missing"];

/**
 * Says what the loaded code can do with a snapshot.
 *
 * @param codes the code table of its head
 * @param registry what is loaded
 * @returns the worst verdict, and one per reference in the order of the table
 */
export function matchCode(codes: readonly CodeRef[], registry: CodeRegistry): Match {
  const verdicts = codes.map((ref): CodeVerdict => ({ ref, ...judges[ref.kind](ref, registry) }));
  const worst = Math.max(0, ...new Set(verdicts.map(({ verdict }) => severity.indexOf(verdict))));
  return { verdict: severity[worst] as Verdict, codes: verdicts };
}

type Judged = Omit<CodeVerdict, "ref">;

const same: Judged = { verdict: "same", reason: "" };

const judges: Readonly<Record<CodeKind, (ref: CodeRef, registry: CodeRegistry) => Judged>> = {
  frame: judgeFrame,
  closure: judgeClosure,
  function: judgeNamed,
  class: judgeClass,
  constant: judgeNamed,
};

/** Nothing has this id: either its module is not loaded, or it has changed (I4). */
function absent({ id, kind }: CodeRef, { modules }: CodeRegistry): Judged {
  const at = id.indexOf("#");
  if (at < 0) return { verdict: "missing", reason: `The ${kind} ${id} is not registered` };
  const [module, name] = [id.slice(0, at), id.slice(at + 1)];
  if (modules.has(module)) {
    return { verdict: "incompatible", reason: `${id} ${name.includes("~") ? "has changed or is gone" : "is gone"}` };
  }
  return { verdict: "missing", reason: `${id} is not loaded: import ${module} before restoring` };
}

function judgeFrame(ref: CodeRef, registry: CodeRegistry): Judged {
  const meta = registry.functions.get(ref.id);
  if (meta === undefined) return absent(ref, registry);
  if (meta.stamp === ref.stamp) return same;
  // A plain closure, of which there are no frames, has none.
  if (meta.points?.some((point) => point.fp === ref.fp)) {
    return { verdict: "compatible", reason: `${ref.id} has changed, but not from the point at which it waits` };
  }
  return { verdict: "incompatible", reason: `${ref.id} has changed from the point at which it waits` };
}

/** The id of a closure holds hash and captures of its code: another stamp under the same id means only another layout. */
function judgeClosure(ref: CodeRef, registry: CodeRegistry): Judged {
  const meta = registry.functions.get(ref.id);
  if (meta === undefined) return absent(ref, registry);
  if (meta.make === undefined) return { verdict: "incompatible", reason: `${ref.id} is no closure any more` };
  return meta.stamp === ref.stamp ? same : { verdict: "compatible", reason: `${ref.id} has changed` };
}

/** A class is kept by name; its instances are kept, and nothing has made them what instances are now. */
function judgeClass(ref: CodeRef, registry: CodeRegistry): Judged {
  const cls = registry.resolve(ref.id);
  if (cls === undefined) return absent(ref, registry);
  if (typeof cls !== "function" || typeof cls.prototype !== "object" || cls.prototype === null)
    return { verdict: "incompatible", reason: `${ref.id} is no class any more` };
  const change = ref.fp === "" ? undefined : compareShapes(ref.id, ref.fp, cls, registry);
  return change === undefined
    ? same
    : { verdict: change.isSafe ? "compatible" : "incompatible", reason: change.reason };
}

/** What is kept by name is used as it is now; nothing of the old code is under way in it. */
function judgeNamed(ref: CodeRef, registry: CodeRegistry): Judged {
  const value = registry.resolve(ref.id);
  if (value === undefined) return absent(ref, registry);
  if (ref.kind === "function" && typeof value !== "function")
    return { verdict: "incompatible", reason: `${ref.id} is no function any more` };
  const stamp = registry.functions.get(ref.id)?.stamp ?? "";
  return stamp === ref.stamp ? same : { verdict: "compatible", reason: `${ref.id} has changed` };
}

/** The point at which a frame goes on: where it was if the code is the same, else where the fingerprint is found. */
export function findPoint(meta: FunctionMeta, ref: CodeRef, pc: number): number | undefined {
  if (meta.points[pc]?.fp === ref.fp) return pc;
  const found = meta.points.findIndex((point) => point.fp === ref.fp);
  return found === -1 ? undefined : found;
}
