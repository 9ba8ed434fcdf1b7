import { types } from "node:util";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";

const { getTime } = Date.prototype;

/** Owns: Dates (kind 5), invalid ones too. */
export const dateKind: BuiltinKind<Date> = {
  name: "Date",
  tag: tags.date,
  prototypes: [Date.prototype],
  is: types.isDate,
  encode(value, writer) {
    writer.value(getTime.call(value));
  },
  allocate: (node) => new Date(node.number(0)),
};
