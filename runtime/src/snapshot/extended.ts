/**
 * Owns: built-in kinds with something more: own properties, a subclass's prototype, no longer extensible (kind 16).
 * Does not own: the tokens of the kinds themselves (codecs/).
 *
 * I1 A plain value of a built-in kind costs only its own tokens; everything else is said explicitly.
 */
import { tokensOf, writeProperties } from "./attributes.ts";
import { writeByName } from "./by-name.ts";
import { extraKeys } from "./extra-keys.ts";
import type { Family } from "./families.ts";
import type { GraphWriter } from "./graph-writer.ts";
import { integrityOf } from "./integrity.ts";
import { tags } from "./tags.ts";
import type { AnyBuiltinKind, Kind } from "./types.ts";

/** Writes a value of a built-in kind. */
export function writeExtended(writer: GraphWriter, value: object, family: Family): void {
  const base = family.kind as AnyBuiltinKind;
  if (!base.is(value)) {
    if (writeByName(writer, value)) return;
    writer.refuse(`an object that only looks like a ${base.name}`, "let the class make it, by `new`");
  }
  const kind = base.variant?.(value) ?? base;
  if (base.isSelfContained) {
    if (family.prototype !== 0 && kind.tag !== tags.error) {
      writer.refuse(`an instance of a subclass of ${base.name}`, "keep the values it is made from");
    }
    writer.begin(kind.tag);
  } else {
    const extra = extraKeys(value, kind);
    const plain = family.prototype === 0 && extra.length === 0 && Object.isExtensible(value);
    writer.begin(plain ? kind.tag : tags.extended);
    if (!plain) writeExtension(writer, value, family, kind, extra);
  }
  if (kind.tag === tags.named) writer.value(kind.name);
  kind.encode(value, writer);
  writer.end();
}

function writeExtension(
  writer: GraphWriter,
  value: object,
  family: Family,
  kind: Kind<object>,
  extra: readonly (string | symbol)[],
): void {
  writer.value(kind.tag);
  const size = 4 + tokensOf(value, extra);
  writer.value(size);
  writer.value(family.prototype === 0 ? 0 : family.proto);
  writer.value(integrityOf(value));
  writeProperties(writer, value, extra);
  if (writer.size !== size) writer.refuse("an object that changes while it is read", "store it when nothing runs");
}
