/**
 * Owns: what stands for general nodes, by tag (docs/formats.md, general nodes).
 * Does not own: kinds of the runtime, by name (named.ts), typed arrays (views.ts).
 */
import { HOLE } from "../fixed.ts";
import { intrinsicValue } from "../intrinsics.ts";
import { tags } from "../tags.ts";
import { makeNamed } from "./named.ts";
import type { Item } from "./node-table.ts";
import { define, leaveOut, MOST_PARTS } from "./parts.ts";
import { bareKey, shorten, word } from "./print.ts";
import type { StandIns } from "./stand-ins.ts";
import { bufferText, viewText } from "./views.ts";

/** Makes what stands for a node; parts that are nodes are made in `later`. */
export type Maker = (all: StandIns, items: readonly Item[], later: (fill: () => void) => void) => unknown;

/** Entries of a Map or Set that count; more are said in one. */
const MOST_ENTRIES = 10_000;
const LONGEST_ARRAY = 2 ** 32 - 1;

const token = (items: readonly Item[], index: number): unknown => items[index]?.token;

const array: Maker = (all, items, later) => {
  const made: unknown[] = [];
  made.length = items.length;
  later(() => {
    for (const [index, item] of items.slice(0, MOST_PARTS).entries()) fillSlot(all, made, index, item);
  });
  return made;
};

const sparseArray: Maker = (all, items, later) => {
  const made: unknown[] = [];
  const length = Number(token(items, 0));
  made.length = Number.isInteger(length) && length >= 0 && length <= LONGEST_ARRAY ? length : 0;
  later(() => {
    for (let at = 1; at + 1 < Math.min(items.length, 2 * MOST_PARTS); at += 2) {
      const index = Number(token(items, at));
      if (index < made.length) fillSlot(all, made, index, items[at + 1] as Item);
    }
  });
  return made;
};

function fillSlot(all: StandIns, made: unknown[], index: number, item: Item): void {
  if (item.reference && item.token === HOLE) return;
  made[index] = all.of(item);
}

/** Entries beyond those that are printed only count. */
const entries =
  <T extends object>(make: () => T, step: number, add: (made: T, parts: unknown[]) => void): Maker =>
  (all, items, later) => {
    const made = make();
    const count = Math.floor(items.length / step);
    later(() => {
      for (let index = 0; index < Math.min(count, MOST_ENTRIES); index++) {
        const parts = items.slice(index * step, (index + 1) * step);
        add(
          made,
          parts.map((item) => (index < MOST_PARTS ? all.of(item) : {})),
        );
      }
      if (count > MOST_ENTRIES) add(made, [word("…"), word(`${count - MOST_ENTRIES} more`)]);
    });
    return made;
  };

const symbol: Maker = (_all, items) => {
  const name = String(token(items, 1));
  return Symbol(token(items, 0) === 0 ? name : `Symbol.${name}`);
};

const escapes = /\\(?:\\|u([0-9A-Fa-f]{4}))/g;
const text: Maker = (_all, items) =>
  String(token(items, 0)).replace(escapes, (_, code?: string) =>
    code === undefined ? "\\" : String.fromCharCode(Number.parseInt(code, 16)),
  );

const LONGEST_DIGITS = 100;
const bigint: Maker = (_all, items) => {
  const digits = String(token(items, 0));
  if (digits.length > LONGEST_DIGITS || !/^-?[0-9a-f]+$/.test(digits))
    return word(`0x${shorten(digits, LONGEST_DIGITS)}n`);
  return digits.startsWith("-") ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
};

const object: Maker = (all, items, later) => {
  const made = all.withPrototype(items[0]);
  later(() => {
    const end = Math.min(items.length, 2 + 2 * MOST_PARTS);
    for (let at = 2; at + 1 < end; at += 2) define(made, all.keyOf(items[at] as Item), all.of(items[at + 1] as Item));
    leaveOut(made, (items.length - 2) / 2);
  });
  return made;
};

const described: Maker = (all, items, later) => {
  const made = all.withPrototype(items[0]);
  later(() => all.properties(made, items, 2, items.length));
  return made;
};

/** Built-ins with own properties or of a subclass. */
const extended: Maker = (all, items, later) => {
  const [kind, size] = [Number(token(items, 0)), Number(token(items, 1))];
  const maker = makers[kind];
  if (maker === undefined || kind === tags.extended || !(size >= 4 && size <= items.length)) return word("[unknown]");
  const made = maker(all, items.slice(size), later);
  if ((typeof made !== "object" && typeof made !== "function") || made === null) return made;
  const name = items[2]?.reference ? all.classNameOf(items[2]) : "";
  if (name !== "") {
    const base = Object.getPrototypeOf(made) as { constructor?: Function } | null;
    if (base !== null) Object.setPrototypeOf(made, all.classNamed(name, base.constructor).prototype as object);
  }
  later(() => all.properties(made, items, 4, size));
  return made;
};

/** The last name in an id, as `name` says it; a closure without one is called by a hash. */
function functionNamed(id: string): Function {
  const name = id
    .replace(/^.*#/s, "")
    .replace(/~[0-9a-f]+(?:~\d+)?$/, "")
    .replace(/^.*\.(?=[^.]*$)/s, "");
  return { [name]: () => undefined }[name] as Function;
}

const reference: Maker = (all, items) => {
  const { kind, id = "?" } = all.header.codes[Number(token(items, 0))] ?? {};
  if (kind === "function") return functionNamed(id);
  return kind === "class" ? all.classNamed(id.replace(/^.*#/s, "")) : word(`[${id}]`);
};

const intrinsic: Maker = (_all, items) => {
  const name = String(token(items, 0));
  return word(typeof intrinsicValue(name) === "function" ? `[Function: ${name}]` : `[${name}]`);
};

/** What a hook or codec made of an instance. */
function storedAs(all: StandIns, name: string, state: Item | undefined, later: (fill: () => void) => void): object {
  const made = all.instance(name);
  later(() => {
    if (state !== undefined) define(made, bareKey("(stored as)"), all.of(state));
  });
  return made;
}

export const makers: Readonly<Record<number, Maker>> = {
  [tags.array]: array,
  [tags.sparseArray]: sparseArray,
  [tags.map]: entries(
    () => new Map(),
    2,
    (map, [key, value]) => map.set(key, value),
  ),
  [tags.set]: entries(
    () => new Set(),
    1,
    (set, [value]) => set.add(value),
  ),
  [tags.date]: (_all, items) => new Date(Number(token(items, 0))),
  [tags.regExp]: (_all, items) => word(`${shorten(`/${token(items, 0)}`, 160)}/${token(items, 1)}`),
  [tags.error]: makeNamed.error,
  [tags.arrayBuffer]: (all, items) => word(bufferText(all, items)),
  [tags.view]: (all, items) => word(viewText(all, items)),
  [tags.boxed]: (all, items) => {
    const value = items[0] === undefined ? undefined : all.of(items[0]);
    return value === null || value === undefined ? word("[unknown]") : Object(value);
  },
  [tags.bigint]: bigint,
  [tags.symbol]: symbol,
  [tags.text]: text,
  [tags.object]: object,
  [tags.described]: described,
  [tags.extended]: extended,
  [tags.reference]: reference,
  [tags.closure]: (all, items) => functionNamed(all.idOf(token(items, 0))),
  [tags.prototype]: (all, items) => word(`[${all.classNameOf(items[0] as Item) || "function"}.prototype]`),
  [tags.intrinsic]: intrinsic,
  [tags.hooked]: (all, items, later) => storedAs(all, all.classNameOf(items[0] as Item) || "?", items[1], later),
  [tags.custom]: (all, items, later) => storedAs(all, String(token(items, 0)), items[1], later),
  [tags.named]: (all, items, later) => {
    const maker = Object.hasOwn(makeNamed, String(token(items, 0))) ? makeNamed[String(token(items, 0))] : undefined;
    return maker === undefined ? word(`[${String(token(items, 0))}]`) : maker(all, items.slice(1), later);
  },
};
