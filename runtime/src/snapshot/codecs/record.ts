/** Owns: records: instances of the runtime's own classes that are nothing but their fields (form 2 of docs/formats.md). */
import type { Family } from "../families.ts";
import type { GraphWriter } from "../graph-writer.ts";
import { kinds } from "../kinds.ts";
import { makeLayout, writeLayout } from "../layout.ts";
import { RECORD_FORM } from "../shapes.ts";
import type { AnyRecordKind } from "../types.ts";

/** Writes the node of a record. */
export function writeRecord(writer: GraphWriter, value: object, family: Family): void {
  const record = kinds().records.get(family.proto as object) as AnyRecordKind;
  family.layouts[0] ??= makeLayout(writer, RECORD_FORM, record.name, 0, record.fields);
  const { fields } = record;
  writeLayout(writer, family.layouts[0], (index) => (value as Record<string, unknown>)[fields[index] as string]);
}
