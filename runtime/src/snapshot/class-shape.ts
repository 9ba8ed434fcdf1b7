/**
 * Owns: the shape of a class's instances (docs/formats.md): its own members and, level by level, those of what it extends.
 *   What has become of it since a snapshot was written.
 * Does not own: the members themselves: compiled modules say them (registry), of others the text is read (class-members).
 *
 * I1 A shape depends on the classes alone, never on what else is loaded or what it is called there.
 * I2 Instances of classes with hooks are stored as their hook says: of them only the heritage and the hook count.
 */
import { errors } from "../errors.ts";
import { shared } from "../realm.ts";
import { classOf } from "./by-name.ts";
import { membersOf } from "./class-members.ts";
import { DESERIALIZE, SERIALIZE } from "./codecs/hooked.ts";
import { intrinsicName } from "./intrinsics.ts";
import type { CodeRegistry } from "./types.ts";

/** Name of a class in the chain, then its words. The first is the class itself, without a name. */
type Level = readonly [name: string, ...words: string[]];

/** What differs; `isSafe`: instances that were stored can go on. */
export interface ShapeChange {
  readonly isSafe: boolean;
  readonly reason: string;
}

/** The shape of instances with this prototype, as text. */
export function shapeOf(proto: object, registry: CodeRegistry): string {
  const texts = shared("snapshot.shapes", () => new WeakMap<object, string>());
  let text = texts.get(proto);
  if (text === undefined) {
    text = JSON.stringify(levelsOf(proto, registry));
    texts.set(proto, text);
  }
  return text;
}

function levelsOf(proto: object, registry: CodeRegistry): Level[] {
  const levels: Level[] = [];
  const isHooked = SERIALIZE in proto;
  const hook = isHooked && DESERIALIZE in (classOf(proto) ?? {}) ? ["hook"] : [];
  for (let at: object | null = proto; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const intrinsic = at === null ? "null" : intrinsicName(at);
    if (at === null || intrinsic !== undefined) {
      levels.push([(intrinsic as string).replace(/\.prototype$/, "")]);
      break;
    }
    const cls = classOf(at);
    if (cls === undefined) continue;
    const compiled = registry.compiledClass(cls);
    const name = at === proto ? "" : (compiled?.id ?? cls.name);
    const words = compiled?.members ?? membersOf(cls);
    levels.push(isHooked ? [name, ...(at === proto ? hook : [])] : [name, ...words]);
  }
  return levels;
}

/** Compares stored instances with the class that is loaded under their id; undefined if nothing differs. */
export function compareShapes(
  id: string,
  stored: string,
  cls: Function,
  registry: CodeRegistry,
): ShapeChange | undefined {
  const current = shapeOf(cls.prototype, registry);
  if (current === stored) return undefined;
  const before = parse(stored);
  const now = parse(current);
  const heritage = [before, now].map((levels) => levels.slice(1).map(([name]) => name));
  const [former, present] = heritage as [string[], string[]];
  if (former.length !== present.length || !former.every((name, level) => isSameName(name, present[level] as string)))
    return { isSafe: false, reason: `${id} extends ${tell(present)}, no longer ${tell(former)}` };
  const changes = now.flatMap((level, index) => {
    const name = index === 0 ? id : `${level[0]}, which ${id} extends,`;
    return compareLevels(name, (before[index] as Level).slice(1), level.slice(1), cls) ?? [];
  });
  return changes.find(({ isSafe }) => !isSafe) ?? changes[0];
}

function parse(shape: string): Level[] {
  let levels: unknown;
  try {
    levels = JSON.parse(shape);
  } catch {}
  const isLevel = (level: unknown) =>
    Array.isArray(level) && level.length > 0 && level.every((word) => typeof word === "string");
  if (!Array.isArray(levels) || levels.length === 0 || !levels.every(isLevel))
    throw errors.snapshotCorrupt({ detail: "the shape of a class" });
  return levels as Level[];
}

/** A class whose module is compiled since has a longer name. */
function isSameName(former: string, present: string): boolean {
  const isLonger = former.includes("#") !== present.includes("#");
  return isLonger ? former.split("#").at(-1) === present.split("#").at(-1) : former === present;
}

function tell(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.join(" and ");
}

/** Words of which every change counts, by how they begin. */
const strict: readonly [RegExp, string][] = [
  [/^hook$/, "takes or gives no longer as it did what is stored of it"],
  [/^#/, "has other private names"],
  [/^@/, "has other decorators"],
  [/^text /, "has another text, which can't be read for sure"],
];

function compareLevels(name: string, before: string[], now: string[], cls: Function): ShapeChange | undefined {
  const added = now.filter((word) => !before.includes(word));
  const gone = before.filter((word) => !now.includes(word));
  const unsafe = (reason: string): ShapeChange => ({ isSafe: false, reason: `${name} ${reason}` });
  for (const [kind, what] of strict) {
    const words = [...added, ...gone].filter((word) => kind.test(word));
    if (words.length > 0) return unsafe(/^[#@]/.test(words[0] as string) ? `${what}: ${words.join(", ")}` : what);
  }
  const fields = (words: string[]) => words.filter((word) => word.startsWith(".")).map((word) => word.slice(1));
  const lacking = fields(added);
  if (lacking.length > 0) return unsafe(`has ${count(lacking)} that stored instances lack`);
  const hidden = fields(gone).filter((field) => field in cls.prototype);
  if (hidden.length > 0)
    return unsafe(`inherits ${hidden.join(", ")}, which stored instances have as ${count(hidden)}`);
  const left = fields(gone);
  if (left.length > 0)
    return { isSafe: true, reason: `${name} has no longer ${count(left)}; stored instances keep it` };
  return added.length + gone.length > 0 ? { isSafe: true, reason: `${name} has other accessors` } : undefined;
}

function count(fields: readonly string[]): string {
  return `${fields.length === 1 ? "a field" : "fields"} ${fields.join(", ")}`;
}
