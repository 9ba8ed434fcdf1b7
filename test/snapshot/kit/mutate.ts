/** Owns: changes of snapshots that know their grammar: kinds, tokens, references, shapes, code tables and sections. */
import { codeKinds } from "../../../runtime/src/snapshot/types.ts";
import { type Pieces, type Place, placesOf } from "./craft.ts";

export type Random = (below: number) => number;

/** xorshift: the same mutations each time. */
export function randomizer(start: number): Random {
  let state = start | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Values that readers may take for what they are not. */
const values: readonly unknown[] = [
  ...[0, 1, 2, 3, 4, 5, 7, 8, 9, 30, 255, 65_535, 2 ** 31, 2 ** 32 - 1, -1, 1.5, Number.NaN, 2 ** 40, 2 ** 53],
  ...["", "x", "length", "constructor", "__proto__", "prototype", "then", "$up", "0", "-1", "a.b", "\ud7ff"],
  ...[null, true, false],
];
const names = [
  ...[
    "arguments",
    "private",
    "template",
    "generator",
    "async-generator",
    "collection-iterator",
    "foreign-iterator",
    "url",
  ],
  ...["url-search-params", "dom-exception", "task", "promise", "run", "nothing"],
];
const intrinsics = [
  "Object.prototype",
  "Math",
  "Array.prototype",
  "Promise.prototype",
  "Function",
  "Map.prototype",
  "Reflect.apply",
];

const pick = <T>(list: readonly T[], random: Random): T => list[random(list.length)] as T;

/** Sets the reference bit of a token as far as its node has one; nodes without masks get another mode. */
function flip(pieces: Pieces, place: Place, index: number, random: Random): void {
  const shape = pieces.shapes[place.tag - 32];
  if (shape !== undefined) shape[3] = ((shape[3] as number) ^ (2 ** index)) >>> 0;
  else if ((pieces.tokens[place.at + 1] as number) % 4 === 2)
    pieces.tokens[place.first + place.size + Math.floor(index / 30)] =
      ((pieces.tokens[place.first + place.size + Math.floor(index / 30)] as number) ^ (2 ** (index % 30))) >>> 0;
  else if (place.size > 0 && random(2) === 0)
    pieces.tokens[place.at + 1] = place.size * 4 + (((pieces.tokens[place.at + 1] as number) % 4) ^ 1);
}

const general = (places: readonly Place[]) => places.filter(({ tag }) => tag < 32);

/** Puts other tokens in the place of a node. */
function replace(pieces: Pieces, { at, first, size, isReference }: Place, tokens: unknown[]): void {
  let end = first + size;
  if ((pieces.tokens[at] as number) < 32 && (pieces.tokens[at + 1] as number) % 4 === 2) end += Math.ceil(size / 30);
  void isReference;
  pieces.tokens.splice(at, end - at, ...tokens);
}

type Mutate = (pieces: Pieces, places: readonly Place[], random: Random, other: Pieces) => void;

const someToken = (places: readonly Place[], random: Random): [Place, number] | undefined => {
  const place = pick(places, random);
  return place.size === 0 ? undefined : [place, random(place.size)];
};

const mutations: readonly Mutate[] = [
  function primitive(pieces, places, random) {
    const found = someToken(places, random);
    if (found !== undefined) pieces.tokens[found[0].first + found[1]] = pick(values, random);
  },
  function reference(pieces, places, random) {
    const [place, index] = someToken(places, random) ?? [];
    if (place?.isReference(index as number))
      pieces.tokens[place.first + (index as number)] = random(4) === 0 ? random(8) : 8 + random(places.length + 1);
  },
  function sort(pieces, places, random) {
    const found = someToken(places, random);
    if (found !== undefined) flip(pieces, found[0], found[1], random);
  },
  function primitiveToReference(pieces, places, random) {
    const [place, index] = someToken(places, random) ?? [];
    if (place === undefined || place.isReference(index as number)) return;
    pieces.tokens[place.first + (index as number)] = 8 + random(places.length);
    flip(pieces, place, index as number, random);
  },
  function kind(pieces, places, random) {
    const place = pick(general(places), random);
    pieces.tokens[place.at] = 1 + random(24);
  },
  function name(pieces, places, random) {
    const place = general(places).filter(({ tag }) => tag === 23)[random(4)];
    if (place !== undefined) pieces.tokens[place.first] = pick(names, random);
  },
  function intrinsic(pieces, places, random) {
    const place = pick(places, random);
    replace(pieces, place, [20, 4, pick(intrinsics, random)]);
  },
  function shape(pieces, places, random) {
    const shaped = places.filter(({ tag }) => tag >= 32);
    if (shaped.length === 0) return;
    const place = pick(shaped, random);
    const alike = pieces.shapes.flatMap((one, index) => (one.length - 4 === place.size ? [index] : []));
    pieces.tokens[place.at] = 32 + (pick(alike, random) ?? 0);
  },
  function shapeHead(pieces, _places, random) {
    if (pieces.shapes.length > 0)
      pick(pieces.shapes, random)[random(4)] = pick([0, 1, 2, 3, 9, 10, null, "task", 17], random);
  },
  function shapeKey(pieces, _places, random) {
    const shape = pieces.shapes.length > 0 ? pick(pieces.shapes, random) : [];
    if (shape.length > 5) shape[4 + random(shape.length - 4)] = random(2) === 0 ? shape[4] : pick(values, random);
  },
  function size(pieces, places, random) {
    const place = pick(general(places), random);
    const tokens = pieces.tokens.slice(place.first, place.first + place.size);
    const references = tokens.map((_, index) => place.isReference(index));
    const at = random(place.size + 1);
    if (random(2) === 0) {
      tokens.splice(at, 1 + random(2));
      references.splice(at, 1 + random(2));
    } else {
      tokens.splice(at, 0, tokens[random(place.size)] ?? 0);
      references.splice(at, 0, references[random(place.size)] ?? false);
    }
    const masks: number[] = [];
    for (let from = 0; from < tokens.length; from += 30)
      masks.push(references.slice(from, from + 30).reduce((word, is, bit) => word + (is ? 2 ** bit : 0), 0));
    replace(pieces, place, [place.tag, tokens.length * 4 + 2, ...tokens, ...masks]);
  },
  function swapNodes(pieces, places, random) {
    const [a, b] = [pick(places, random), pick(places, random)];
    if (a.at >= b.at) return;
    const cut = (place: Place) =>
      pieces.tokens.slice(place.at, places[places.indexOf(place) + 1]?.at ?? pieces.tokens.length);
    const [left, right] = [cut(a), cut(b)];
    replace(pieces, b, left);
    replace(pieces, a, right);
  },
  function fromOther(pieces, places, random, other) {
    const theirs = placesOf(other);
    const place = pick(general(theirs), random);
    const end = theirs[theirs.indexOf(place) + 1]?.at ?? other.tokens.length;
    replace(pieces, pick(places, random), other.tokens.slice(place.at, end));
  },
  function extend(pieces, places, random) {
    const place = pick(general(places), random);
    const tokens = pieces.tokens.slice(place.first, place.first + place.size);
    const own = random(2) === 0 ? [] : [pick(values, random), random(32), pick(values, random)];
    const proto = random(3) === 0 ? 8 + random(places.length) : 0;
    const items = [place.tag, 4 + own.length, proto, random(4), ...own, ...tokens];
    const references = [
      false,
      false,
      proto !== 0,
      false,
      ...own.map(() => false),
      ...tokens.map((_, at) => place.isReference(at)),
    ];
    const masks: number[] = [];
    for (let from = 0; from < items.length; from += 30)
      masks.push(references.slice(from, from + 30).reduce((word, is, bit) => word + (is ? 2 ** bit : 0), 0));
    replace(pieces, place, [16, items.length * 4 + 2, ...items, ...masks]);
  },
  function code(pieces, _places, random, other) {
    const entries = [...pieces.codes, ...other.codes];
    if (pieces.codes.length === 0) return;
    const at = random(pieces.codes.length);
    const { id, stamp, fp } = pick(entries, random);
    const entry = pieces.codes[at] as Pieces["codes"][0];
    const changes = [{ kind: pick(codeKinds, random) }, { id }, { stamp }, { fp }, { id, stamp, fp }];
    pieces.codes[at] = { ...entry, ...pick<object>(changes, random) };
  },
  function section(pieces, _places, random) {
    if (pieces.sections.length > 0) pieces.sections[random(pieces.sections.length)] = pick(values, random);
  },
  function swapParts(pieces, _places, random, other) {
    const part = pick(["shapes", "sections", "codes"] as const, random);
    pieces[part] = structuredClone(other[part]) as never;
    if (part === "sections") pieces.memory = other.memory;
  },
];

/** A copy with one to three changes. @returns it, and what was done */
export function mutate(original: Pieces, other: Pieces, random: Random): { pieces: Pieces; what: string[] } {
  const { codes, tokens, shapes, sections, memory, nodes } = original;
  const pieces = {
    codes: [...codes],
    tokens: [...tokens],
    shapes: shapes.map((shape) => [...shape]),
    sections: [...sections],
    memory,
    nodes,
  };
  const what: string[] = [];
  for (let count = 1 + random(3); count > 0; count--) {
    const change = pick(mutations, random);
    const places = placesOf(pieces);
    // Changes of sizes may have left no sound list of nodes.
    if (!places.every(({ first, size }) => Number.isSafeInteger(first + size)) || places.length === 0) break;
    change(pieces, places, random, other);
    what.push(change.name);
  }
  try {
    pieces.nodes = placesOf(pieces).length;
  } catch {
    // the number in the head is wrong, too
  }
  return { pieces, what };
}
