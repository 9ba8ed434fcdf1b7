/**
 * Owns: the tables of kinds: by tag and by name for readers, by prototype and by brand for writers.
 * Does not own: kinds of users (codecs/custom).
 *
 * I1 The set of tags and names is closed: what is not in these tables is refused, in both directions.
 * I2 One set per realm; the runtime's other rooms add theirs when they load.
 */
import { shared } from "../realm.ts";
import { abruptRecord } from "./codecs/abrupt.ts";
import { argumentsKind } from "./codecs/arguments.ts";
import { arrayKinds } from "./codecs/array.ts";
import { arrayBufferKind, pooledMemoryKind } from "./codecs/array-buffer.ts";
import { asyncGeneratorKind } from "./codecs/async-generator.ts";
import { boxedKind } from "./codecs/boxed.ts";
import { intrinsicKind, prototypeKind } from "./codecs/by-name.ts";
import { customKind } from "./codecs/custom.ts";
import { dateKind } from "./codecs/date.ts";
import { domExceptionKind } from "./codecs/dom-exception.ts";
import { errorKind } from "./codecs/error.ts";
import { wideFrameKind } from "./codecs/frame.ts";
import { closureKind } from "./codecs/function.ts";
import { generatorKind } from "./codecs/generator.ts";
import { hookedKind } from "./codecs/hooked.ts";
import { collectionIteratorKind, foreignIteratorKind, iteratorRecords } from "./codecs/iterator.ts";
import { mapKind } from "./codecs/map.ts";
import { describedKind, objectKind } from "./codecs/object.ts";
import { bigintKind, symbolKind, textKind } from "./codecs/primitive.ts";
import { privateKind } from "./codecs/private.ts";
import { referenceKind } from "./codecs/reference.ts";
import { regExpKind } from "./codecs/reg-exp.ts";
import { setKind } from "./codecs/set.ts";
import { templateKind } from "./codecs/template.ts";
import { urlKind, urlSearchParamsKind } from "./codecs/url.ts";
import { viewKind } from "./codecs/view.ts";
import { tags } from "./tags.ts";
import type { AnyBuiltinKind, AnyKind, AnyRecordKind, BuiltinKind, RecordKind } from "./types.ts";

export interface Kinds {
  readonly byTag: Map<number, AnyKind>;
  readonly byName: Map<string, AnyKind>;
  readonly byPrototype: Map<object, AnyBuiltinKind>;
  readonly byBrand: AnyKind[];
  readonly records: Map<object, AnyRecordKind>;
  readonly recordsByName: Map<string, AnyRecordKind>;
}

const builtins: readonly AnyBuiltinKind[] = [
  ...arrayKinds,
  mapKind,
  setKind,
  dateKind,
  regExpKind,
  errorKind,
  pooledMemoryKind,
  arrayBufferKind,
  viewKind,
  boxedKind,
  urlKind,
  urlSearchParamsKind,
  domExceptionKind,
  collectionIteratorKind,
  foreignIteratorKind,
];

/** Kinds that values have by other ways than their prototype. */
const others: readonly AnyKind[] = [
  bigintKind,
  symbolKind,
  textKind,
  objectKind,
  describedKind,
  referenceKind,
  closureKind,
  prototypeKind,
  intrinsicKind,
  hookedKind,
  customKind,
  wideFrameKind,
];

function build(): Kinds {
  const tables: Kinds = {
    byTag: new Map(),
    byName: new Map(),
    byPrototype: new Map(),
    byBrand: [],
    records: new Map(),
    recordsByName: new Map(),
  };
  for (const kind of builtins) addTo(tables, kind, kind.prototypes);
  for (const kind of others) tables.byTag.set(kind.tag, kind);
  addTo(tables, generatorKind, []);
  addTo(tables, asyncGeneratorKind, []);
  addTo(tables, argumentsKind, []);
  addTo(tables, privateKind, []);
  addTo(tables, templateKind, []);
  for (const record of [abruptRecord, ...iteratorRecords]) addRecordTo(tables, record);
  return tables;
}

function addTo(tables: Kinds, kind: AnyKind, prototypes: readonly object[]): void {
  if (kind.tag === tags.named) tables.byName.set(kind.name, kind);
  else tables.byTag.set(kind.tag, kind);
  for (const prototype of prototypes)
    if (!tables.byPrototype.has(prototype)) tables.byPrototype.set(prototype, kind as AnyBuiltinKind);
  if (prototypes.length === 0) tables.byBrand.push(kind);
}

function addRecordTo(tables: Kinds, record: AnyRecordKind): void {
  tables.records.set(record.prototype, record);
  tables.recordsByName.set(record.name, record);
}

/** May its values have own properties, or the prototype of a subclass, beside their tokens (kind 16)? Their shells are always new. */
export function isExtendable(kind: AnyKind): boolean {
  const { prototypes = [], isSelfContained } = kind as Partial<AnyBuiltinKind>;
  return prototypes.length > 0 && !isSelfContained;
}

/** The tables of this realm. */
export function kinds(): Kinds {
  return shared("snapshot.kinds", build);
}

/** Adds a kind of another room of the runtime: named (tag 23), found by its prototypes. */
export function addKind<T extends object>(kind: BuiltinKind<T>): void {
  addTo(kinds(), kind, kind.prototypes);
}

/** Adds a class of another room of the runtime that is nothing but its fields. */
export function addRecord<T extends object>(record: RecordKind<T>): void {
  addRecordTo(kinds(), record);
}
