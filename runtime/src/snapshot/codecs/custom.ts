/**
 * Owns: kinds that users bring (kind 22): `registerCodec` for classes that are not theirs to change.
 *
 * I1 `decode` gets a state that is complete, and makes the value from it; so a state that leads back to the value is refused.
 */
import { errors } from "../../errors.ts";
import { shared } from "../../realm.ts";
import { writeByName } from "../by-name.ts";
import type { Family } from "../families.ts";
import { FIRST_NODE } from "../fixed.ts";
import type { GraphWriter } from "../graph-writer.ts";
import { NodeTable, type TableNode } from "../inspect/node-table.ts";
import { visitParts } from "../parts.ts";
import { tags } from "../tags.ts";
import type { Kind } from "../types.ts";
import { unpackSound } from "../unpack.ts";
import { runHook } from "./hooked.ts";

/** How the values of one class become a state that can be stored, and come back. */
export interface Codec<T extends object, S = unknown> {
  /** The class; instances of subclasses need codecs of their own. */
  readonly class: abstract new (
    ...args: never[]
  ) => T;
  /** What is stored: anything that can be stored. */
  encode(value: T): S;
  /** Makes the value again; may call constructors. */
  decode(state: S): T;
}

type AnyCodec = Codec<object, unknown> & { readonly name: string };

interface Codecs {
  readonly byName: Map<string, AnyCodec>;
  readonly byPrototype: Map<object, AnyCodec>;
}

const codecs = (): Codecs => shared("snapshot.codecs", () => ({ byName: new Map(), byPrototype: new Map() }));

/**
 * Lets values of a class be stored that the class itself does nothing for, for instance one of a library or with private fields.
 *
 * @param name stands in the bytes; must be the same in every process that reads them
 * @param codec the class and both directions
 * @throws CF2303 if the name is taken by a codec for another class
 * @example
 * registerCodec("decimal", { class: Decimal, encode: (d) => d.toString(), decode: (s) => new Decimal(s) });
 */
export function registerCodec<T extends object, S>(name: string, codec: Codec<T, S>): void {
  const { byName, byPrototype } = codecs();
  const prototype: object = codec.class.prototype;
  const former = byName.get(name);
  if (former !== undefined && former.class.prototype !== prototype) {
    throw errors.duplicateRegistration({ id: `the codec ${name}` });
  }
  const entry = { ...codec, name } as unknown as AnyCodec;
  byName.set(name, entry);
  byPrototype.set(prototype, entry);
}

/** The codec for values of a prototype. */
export function customOf(prototype: object): AnyCodec | undefined {
  return codecs().byPrototype.get(prototype);
}

/** Writes the node of a value that has a codec. */
export function writeCustom(writer: GraphWriter, value: object, family: Family): void {
  if (writeByName(writer, value)) return;
  const codec = customOf(family.proto as object) as AnyCodec;
  const state = runHook(`encode of the codec ${codec.name}`, () => codec.encode(value));
  writer.begin(tags.custom);
  writer.value(codec.name);
  writer.value(state);
  writer.end();
  writer.hasCodecs = true;
}

/** @throws CF2001 for a value whose state leads back to it (I1); what leads where, the written table says */
export function refuseRings(writer: GraphWriter): void {
  const { tokens, shapes } = unpackSound(writer.buffer.subarray(0, writer.pos));
  const { nodes } = new NodeTable(tokens, shapes as readonly unknown[][]);
  const next = (place: number) =>
    (nodes[place] as TableNode).items.flatMap(({ token, reference }) =>
      reference && (token as number) >= FIRST_NODE ? [(token as number) - FIRST_NODE] : [],
    );
  const isCodec = (place: number) => (nodes[place] as TableNode).tag === tags.custom;
  const all = nodes.flatMap((_, place) => (isCodec(place) ? [place] : []));
  visitParts(all, nodes.length, next, (part) => {
    const codec = part.find(isCodec);
    if (codec === undefined || (part.length === 1 && !next(codec).includes(codec))) return;
    writer.current = codec;
    writer.refuse(
      `a value of the codec ${nodes[codec]?.items[0]?.token} whose state leads back to it`,
      "let `encode` leave out what holds the value",
    );
  });
}

export const customKind: Kind<object> = {
  name: "custom",
  tag: tags.custom,
  is: () => false,
  encode() {},
  allocate(node) {
    const name = node.primitive(0);
    if (typeof name !== "string" || node.size !== 2) throw node.corrupt("a value of a codec");
    const codec = codecs().byName.get(name);
    if (codec === undefined) throw errors.missingCodec({ name });
    const value = runHook(`decode of the codec ${name}`, () => codec.decode(node.value(1)));
    if ((typeof value !== "object" || value === null) && typeof value !== "function") {
      throw errors.hookFailed({ hook: `decode of the codec ${name}`, message: "it returned no object" });
    }
    return value;
  },
};
