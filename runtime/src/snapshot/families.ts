/**
 * Owns: how values of one prototype are written, found once per snapshot and prototype.
 * Does not own: the kinds (kinds), the tokens (objects, codecs/).
 *
 * I1 A prototype is stored by name (nil, `Object.prototype`, an intrinsic, the `prototype` of a registered class), or is an ordinary
 *    object itself (inherited.ts).
 * I2 An instance needs the brand that its prototype chain promises, and may not have another.
 */
import { types } from "node:util";
import { FRAME } from "../realm.ts";
import type { FunctionMeta } from "../registry.ts";
import { classOf, writeByName } from "./by-name.ts";
import { baseOf } from "./class-base.ts";
import { shapeOf } from "./class-shape.ts";
import { customOf, writeCustom } from "./codecs/custom.ts";
import { errorKind, nameOfPrototype } from "./codecs/error.ts";
import { writeFrame } from "./codecs/frame.ts";
import { SERIALIZE, writeHooked } from "./codecs/hooked.ts";
import { hookOf, levelsOf, writePrivate } from "./codecs/private.ts";
import { writeRecord } from "./codecs/record.ts";
import { writeExtended } from "./extended.ts";
import { describeForeign } from "./foreign.ts";
import type { GraphWriter } from "./graph-writer.ts";
import { hostClassOf } from "./host-classes.ts";
import { isOrdinaryPrototype } from "./inherited.ts";
import { intrinsicName } from "./intrinsics.ts";
import { kinds } from "./kinds.ts";
import type { Layout } from "./layout.ts";
import { describeClosed } from "./private-reason.ts";
import type { ShapeRoot } from "./shapes.ts";
import type { AnyKind, Kind } from "./types.ts";

/** How values of one prototype are written; null: as ordinary objects. */
export interface Family {
  // biome-ignore lint/suspicious/noExplicitAny: each takes the values of its own family
  readonly write: ((writer: GraphWriter, value: any, family: Family) => void) | null;
  readonly proto: object | null;
  /** The prototype as a token of shapes: 0, null or the number of its node. */
  readonly prototype: number | null;
  /** Of ordinary objects: where their shapes begin, by integrity. */
  readonly roots: (ShapeRoot | undefined)[];
  /** Of values with internal slots. */
  readonly kind: AnyKind | null;
  /** Of frames. */
  readonly meta: FunctionMeta | null;
  /** Of frames, by point; of records, one. */
  readonly layouts: (Layout | undefined)[];
}

type Write = Family["write"];

function makeFamily(proto: object | null, write: Write, prototype: number | null, more: Partial<Family> = {}): Family {
  return { write, proto, prototype, roots: [], kind: null, meta: null, layouts: [], ...more };
}

/** Finds the family of a value whose prototype has not been met in this snapshot. */
export function findFamily(writer: GraphWriter, value: object, proto: object | null): Family {
  const family = search(writer, value, proto);
  if (family === null) {
    const { what, advice, ...more } = describeForeign(value);
    writer.refuse(what, advice, more);
  }
  // Kinds found by brand alone have prototypes of all sorts, which say nothing of the next value.
  if (family.write !== writeBranded && family.write !== writeNamed) writer.families.set(proto, family);
  return family;
}

function search(writer: GraphWriter, value: object, proto: object | null): Family | null {
  if (proto === Object.prototype) return makeFamily(proto, null, 0);
  if (inheritsFromProxy(value))
    writer.refuse(
      "an object that inherits from a Proxy",
      "keep what it inherits, not the Proxy; make it again after the await",
    );
  if (isNamed(value)) return makeFamily(proto, writeNamed, 0);
  if (proto === null) return makeFamily(proto, null, null);
  const builtin = kinds().byPrototype.get(proto);
  if (builtin !== undefined) return makeFamily(proto, writeExtended, 0, { kind: builtin });
  const meta = (Object.getOwnPropertyDescriptor(proto, FRAME) as { value?: FunctionMeta } | undefined)?.value;
  if (meta !== undefined) return makeFamily(proto, writeFrame, 0, { meta });
  if (kinds().records.has(proto)) return makeFamily(proto, writeRecord, 0);
  if (customOf(proto) !== undefined) return makeFamily(proto, writeCustom, 0);
  const branded = kinds().byBrand.find((kind) => kind.is(value));
  if (branded !== undefined) return makeFamily(proto, writeBranded, 0, { kind: branded });
  if (errorKind.is(value) && nameOfPrototype(value) !== undefined)
    return makeFamily(proto, writeExtended, 0, { kind: errorKind });
  if (classOf(proto) !== undefined) return searchClass(writer, value, proto);
  return isOrdinaryPrototype(proto, writer.registry) ? makeFamily(proto, null, writer.idOf(proto)) : null;
}

/** A Proxy hears every question that goes up the chain, and may answer it by throwing. */
function inheritsFromProxy(value: object): boolean {
  let at: object | null = value;
  while (at !== null && !types.isProxy(at)) at = Object.getPrototypeOf(at);
  return at !== null;
}

/** Intrinsic objects and prototypes of classes: what their own prototype is says nothing of them. */
function isNamed(value: object): boolean {
  return intrinsicName(value) !== undefined || classOf(value) !== undefined;
}

function writeNamed(writer: GraphWriter, value: object): void {
  writeByName(writer, value);
}

function writeBranded(writer: GraphWriter, value: object, family: Family): void {
  const kind = family.kind as Kind<object>;
  if (Reflect.ownKeys(value).length > 0 || !Object.isExtensible(value)) {
    writer.refuse(`a ${kind.name} object with own properties`, "keep them beside it");
  }
  writer.begin(kind.tag);
  writer.value(kind.name);
  kind.encode(value, writer);
  writer.end();
}

function searchClass(writer: GraphWriter, value: object, proto: object): Family | null {
  const cls = classOf(proto);
  const ref = cls && writer.registry.refOf(cls);
  if (ref === undefined) return null;
  writer.codes.addInstances(ref, shapeOf(proto, writer.registry));
  if (SERIALIZE in proto) return makeFamily(proto, writeHooked, 0);
  // What such a class holds beside properties would be lost, whatever it is called.
  if (hostClassOf(value) !== undefined) return null;
  const base = baseOf(proto, writer.registry);
  if (base === undefined) return null;
  if ("closed" in base) {
    const { what, advice } = describeClosed(base.closed, cls as Function, writer.registry);
    writer.refuse(what, advice);
  }
  const found = hookOf(proto);
  if (found !== undefined && (base.kind === null || base.kind === errorKind)) {
    if (levelsOf(proto) !== undefined) return makeFamily(proto, writePrivate, 0);
  }
  if (found !== undefined) {
    const { what, advice } = describeClosed(found.cls, cls as Function, writer.registry);
    writer.refuse(what, advice);
  }
  const id = writer.idOf(proto);
  if (base.kind === null) return makeFamily(proto, null, id);
  return makeFamily(proto, writeExtended, id, { kind: base.kind });
}
