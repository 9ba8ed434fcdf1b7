import { Abrupt } from "../../frame.ts";
import type { RecordKind } from "../types.ts";

/** Owns: completions that are no errors, as a lowered finally keeps them. */
export const abruptRecord: RecordKind<{ mode: unknown; value: unknown }> = {
  name: "abrupt",
  prototype: Abrupt.prototype,
  fields: ["mode", "value"],
  isSound: ({ mode }) => mode === 2 || mode === 3,
  make: () => new Abrupt(2, undefined) as unknown as { mode: unknown; value: unknown },
};
