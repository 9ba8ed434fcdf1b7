// Owns: where break, continue and return lead, and the completion records of protected regions on the way.
// Does not own: the statements around (syntax/).
// I1. No native finally encloses a point: what leaves a region writes a code and breaks out of it; behind it the code is
//     carried out, in the context around (docs/abi.md 7).
// I2. Codes: 0 normal, 1 throw, 2 return, 3 and up jumps. Where a record can be stored, these are in an order that does not
//     depend on the code, and part of the fingerprint (analyze/flow-syntax.ts); elsewhere in the order they were met.
// I3. A value that may be a promise leaves through the label around the body; behind that label it is settled.
import * as t from "@babel/types";
import type { Exit } from "../analyze/flow.ts";
import { errors } from "../errors.ts";
import { compare, id, num, set, undef, when } from "./nodes.ts";

/** A statement that keeps jumps out: code for each jump that crosses it. */
export interface Region {
  readonly label: string;
  readonly completion: string;
  readonly result: string;
  readonly jumps: Exit[];
  /** Its record can be stored: all its jumps are known from the beginning. */
  readonly isStored: boolean;
  /** Something in it breaks out of it. */
  left: boolean;
  returns: boolean;
  returnsUnsettled: boolean;
}

type Around =
  | { type: "loop"; labels: readonly string[] }
  | { type: "switch" }
  | { type: "label"; labels: readonly string[] }
  | { type: "region"; region: Region };

const RETURN = 2;
const FIRST_JUMP = 3;

export class Jumps {
  readonly #around: Around[] = [];
  readonly #settle: { label: () => string; value: () => string };

  readonly #file: string;

  /** @param settle where a value goes that may be a promise @param file for messages */
  constructor(settle: { label: () => string; value: () => string }, file: string) {
    this.#settle = settle;
    this.#file = file;
  }

  inside<T>(around: Around, lower: () => T): T {
    this.#around.push(around);
    const result = lower();
    this.#around.pop();
    return result;
  }

  /** A break or continue as the user wrote it. */
  jump(kind: "break" | "continue", label: string | null): t.Statement[] {
    for (const around of this.#around.toReversed()) {
      if (around.type === "region") return this.#record(around.region, kind, label);
      if (isTarget(around, kind, label)) break;
    }
    const name = label === null ? null : id(label);
    return [kind === "break" ? t.breakStatement(name) : t.continueStatement(name)];
  }

  #record(region: Region, kind: "break" | "continue", label: string | null): t.Statement[] {
    let index = region.jumps.findIndex((jump) => jump.kind === kind && jump.label === label);
    if (index < 0 && region.isStored) {
      const jump = `${kind} ${label ?? ""}`;
      throw errors.compilerFailed({ file: this.#file, detail: `the graph knows no ${jump} out of ${region.label}` });
    }
    if (index < 0) index = region.jumps.push({ kind, label }) - 1;
    region.left = true;
    return [set(id(region.completion), num(FIRST_JUMP + index)), t.breakStatement(id(region.label))];
  }

  return(value: t.Expression | null, settled: boolean): t.Statement[] {
    const around = this.#around.findLast(({ type }) => type === "region");
    if (around?.type === "region") return this.#recordReturn(around.region, value, settled);
    if (settled) return [t.returnStatement(value)];
    const given = this.#settle.value();
    const kept = t.isIdentifier(value, { name: given }) ? [] : [set(id(given), value ?? undef())];
    return [...kept, t.breakStatement(id(this.#settle.label()))];
  }

  #recordReturn(region: Region, value: t.Expression | null, settled: boolean): t.Statement[] {
    region.left = true;
    region.returns = true;
    if (!settled) region.returnsUnsettled = true;
    return [
      set(id(region.result), value ?? undef()),
      set(id(region.completion), num(RETURN)),
      t.breakStatement(id(region.label)),
    ];
  }

  /** Carries out what left a region; stands behind it, in the context around it. */
  dispatch(region: Region): t.Statement[] {
    const { completion, result, jumps, returns, returnsUnsettled } = region;
    const is = (code: number) => compare(id(completion), "===", num(code));
    const out = [when(is(1), [t.throwStatement(id(result))])];
    if (returns) out.push(when(is(RETURN), this.return(id(result), !returnsUnsettled)));
    for (const [index, { kind, label }] of jumps.entries()) {
      out.push(when(is(FIRST_JUMP + index), this.jump(kind, label)));
    }
    return out;
  }
}

function isTarget(around: Around, kind: "break" | "continue", label: string | null): boolean {
  if (around.type === "region") return false;
  if (label !== null) return around.type !== "switch" && around.labels.includes(label);
  return around.type === "loop" || (around.type === "switch" && kind === "break");
}

/** @param exits the jumps out of it, if its record can be stored */
export function createRegion(
  label: string,
  completion: string,
  result: string,
  exits: readonly Exit[] | null = null,
): Region {
  return {
    label,
    completion,
    result,
    jumps: [...(exits ?? [])],
    isStored: exits !== null,
    left: false,
    returns: false,
    returnsUnsettled: false,
  };
}
