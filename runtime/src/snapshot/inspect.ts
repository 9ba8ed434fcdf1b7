/**
 * Owns: what a snapshot holds, in words, without the program's code: frames with their variables, and the root.
 * Does not own: reading it for use (read, graph-reader).
 *
 * I1 No code is needed and none runs: values are described from the node table, never made.
 * I2 What is described is bounded, however large and however cyclic the graph.
 */
import { errors } from "../errors.ts";
import { FIRST_NODE, HOLE, NEGATIVE_ZERO, READY_NODE, TDZ_NODE, UNDEFINED } from "./fixed.ts";
import { type Header, readHeader } from "./header.ts";
import { inflate } from "./read.ts";
import { FIRST_SHAPE_TAG, FRAME_FORM, MAX_KEYS, RECORD_FORM } from "./shapes.ts";
import { tags } from "./tags.ts";
import { defaultLimits, type Limits } from "./types.ts";
import { unpackTable } from "./unpack.ts";

/** One frame of a snapshot. */
export interface InspectedFrame {
  /** Number of its node. */
  readonly node: number;
  /** `module#function`. */
  readonly function: string;
  /** Line and column of the await at which it rests. */
  readonly at: string;
  /** Node of the frame that called it; null at the bottom. */
  readonly caller: number | null;
  /** What it awaits, in words. */
  readonly awaits: string;
  /** Its variables by their names in the source, in words. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What a snapshot holds. */
export interface Inspection {
  readonly header: Header;
  readonly frames: readonly InspectedFrame[];
  readonly root: string;
}

/** How deep values are described, and how many parts of one. */
const DEEPEST = 3;
const MOST_PARTS = 8;
const LONGEST_TEXT = 80;

/**
 * Describes a snapshot.
 *
 * @param bytes as `snapshot` or `writeSnapshot` gave them
 * @returns its head, its frames with their variables, and its root, for people and consoles
 * @throws as `readSnapshot`, if the bytes are not sound
 * @example for (const frame of inspect(bytes).frames) console.log(frame.function, frame.at, frame.variables);
 */
export function inspect(bytes: Uint8Array, limits?: Partial<Limits>): Inspection {
  const bounds = { ...defaultLimits, ...limits };
  const { header, bytes: whole, names } = readHeader(bytes, bounds);
  const table = inflate(whole.subarray(names, names + header.table.stored), header.table);
  const { tokens, shapes } = unpackTable(table, bounds);
  const description = new Description(header, tokens, shapes as readonly (readonly unknown[])[]);
  return { header, frames: description.frames(), root: description.root() };
}

/** A token, and whether it is the number of a node. */
interface Item {
  readonly token: unknown;
  readonly reference: boolean;
}

interface Node {
  readonly tag: number;
  readonly items: readonly Item[];
  /** Of shaped nodes. */
  readonly shape: readonly unknown[] | null;
}

const fixed = new Map<unknown, string>([
  [UNDEFINED, "undefined"],
  [HOLE, "(hole)"],
  [NEGATIVE_ZERO, "-0"],
  [TDZ_NODE, "(not declared yet)"],
  [READY_NODE, "(ready)"],
]);

/** Entry of a frame's code; null for all other nodes. */
function frameCode({ tag, items, shape }: Node): number | null {
  if (shape?.[0] === FRAME_FORM) return Number(shape[1]);
  return tag === tags.frame ? Number(items[0]?.token) : null;
}

class Description {
  readonly #header: Header;
  readonly #nodes: Node[] = [];

  constructor(header: Header, tokens: readonly unknown[], shapes: readonly (readonly unknown[])[]) {
    this.#header = header;
    for (let at = 0; at < tokens.length; ) at = this.#addNode(tokens, shapes, at);
  }

  #addNode(tokens: readonly unknown[], shapes: readonly (readonly unknown[])[], at: number): number {
    const tag = Number(tokens[at]);
    const shape = tag >= FIRST_SHAPE_TAG ? (shapes[tag - FIRST_SHAPE_TAG] ?? null) : null;
    const head = Number(tokens[at + 1]);
    const size = shape === null ? Math.floor(head / 4) : shape.length - 4;
    const first = at + (shape === null ? 2 : 1);
    if (!(size >= 0) || first + size > tokens.length) throw errors.snapshotCorrupt({ detail: "a node is cut off" });
    const mode = shape === null ? head % 4 : 2;
    const items = tokens.slice(first, first + size).map((token, index): Item => {
      const word = shape === null ? tokens[first + size + Math.floor(index / MAX_KEYS)] : shape[3];
      return { token, reference: mode === 1 || (mode === 2 && ((Number(word) >> (index % MAX_KEYS)) & 1) === 1) };
    });
    this.#nodes.push({ tag, items, shape });
    return first + size + (shape === null && mode === 2 ? Math.ceil(size / MAX_KEYS) : 0);
  }

  root(): string {
    const item = this.#nodes[0]?.items[0];
    return item === undefined ? "nothing" : this.#describe(item, 0);
  }

  frames(): InspectedFrame[] {
    return this.#nodes.flatMap((node, index) => {
      const frame = this.#frameOf(node);
      return frame === null ? [] : [{ node: index + FIRST_NODE, ...frame }];
    });
  }

  #frameOf(node: Node): Omit<InspectedFrame, "node"> | null {
    const code = frameCode(node);
    if (code === null) return null;
    const { items, shape } = node;
    if (shape !== null) return this.#frame(code, items, shape.slice(7).map(String));
    const slots = items.slice(5);
    const keys = slots.filter((_, index) => index % 2 === 0).map(({ token }) => String(token));
    return this.#frame(code, [...items.slice(2, 5), ...slots.filter((_, index) => index % 2 === 1)], keys);
  }

  #frame(code: number, items: readonly Item[], keys: readonly string[]): Omit<InspectedFrame, "node"> {
    const { id = "?", at = "?" } = this.#header.codes[code] ?? {};
    const [, up, wait, ...slots] = items;
    return {
      function: id,
      at,
      caller: up?.reference === true ? Number(up.token) : null,
      awaits: wait === undefined ? "nothing" : this.#describe(wait, 0),
      variables: Object.fromEntries(keys.map((key, index) => [key, this.#describe(slots[index] as Item, 0)])),
    };
  }

  #describe({ token, reference }: Item, depth: number): string {
    if (!reference) return typeof token === "string" ? shorten(JSON.stringify(token)) : String(token);
    const node = this.#nodes[Number(token) - FIRST_NODE];
    if (node === undefined) return fixed.get(token) ?? "?";
    const code = frameCode(node);
    if (code !== null) return `frame ${token} of ${this.#header.codes[code]?.id ?? "?"}`;
    if (node.shape !== null) return this.#describeShaped(node, node.shape, depth);
    return (describers[node.tag] ?? (describers[0] as Describer))(
      node.items,
      (items, open, close, names) => this.#list(items, open, close, depth, names),
      this.#header,
    );
  }

  #describeShaped({ items }: Node, [form, a, , , ...keys]: readonly unknown[], depth: number): string {
    const open = form === RECORD_FORM ? `${a} {` : typeof a === "number" && a !== 0 ? `${this.#className(a)} {` : "{";
    return this.#list(items, open, "}", depth, keys.map(String));
  }

  /** The name of the class whose prototype a node is. */
  #className(id: number): string {
    const [item] = this.#nodes[id - FIRST_NODE]?.items ?? [];
    return item === undefined ? "?" : this.#describe(item, DEEPEST).replace(/^.*#/, "");
  }

  #list(items: readonly Item[], open: string, close: string, depth: number, names?: readonly string[]): string {
    if (items.length === 0) return `${open}${close}`;
    if (depth >= DEEPEST) return `${open}…${close}`;
    const parts = items.slice(0, MOST_PARTS).map((item, index) => {
      const value = this.#describe(item, depth + 1);
      return names === undefined ? value : `${names[index]}: ${value}`;
    });
    if (items.length > MOST_PARTS) parts.push(`… ${items.length - MOST_PARTS} more`);
    const space = open.endsWith("{") ? " " : "";
    return `${open}${space}${parts.join(", ")}${space}${close}`;
  }
}

type List = (items: readonly Item[], open: string, close: string, names?: readonly string[]) => string;
type Describer = (items: readonly Item[], list: List, header: Header) => string;

const codeOf: Describer = ([item], _list, { codes }) => codes[Number(item?.token)]?.id ?? "?";
const named =
  (name: string): Describer =>
  (items, list) =>
    list(items, `${name}(`, ")");

/** How general nodes are described, by tag; 0 is for all others. */
const describers: Readonly<Record<number, Describer>> = {
  0: (items, list) => list(items, "(", ")"),
  [tags.array]: (items, list) => list(items, "[", "]"),
  [tags.map]: named("Map"),
  [tags.set]: named("Set"),
  [tags.date]: ([item]) => {
    const date = new Date(Number(item?.token));
    return Number.isNaN(date.getTime()) ? "Invalid Date" : date.toISOString();
  },
  [tags.regExp]: ([source, flags]) => `/${String(source?.token)}/${String(flags?.token)}`,
  [tags.error]: (items, list) => list(items.slice(2), "Error(", ")"),
  [tags.bigint]: ([item]) => shorten(`${String(item?.token).replace(/^-?/, "$&0x")}n`),
  [tags.symbol]: (items) => `Symbol(${String(items[1]?.token)})`,
  [tags.text]: ([item]) => shorten(JSON.stringify(item?.token)),
  [tags.object]: (items, list) => list(items.slice(2), "{", "}"),
  [tags.described]: (items, list) => list(items.slice(2), "{", "}"),
  [tags.reference]: codeOf,
  [tags.closure]: (items, list, header) => list(items.slice(1), `${codeOf(items, list, header)}(`, ")"),
  [tags.prototype]: named("prototype of "),
  [tags.intrinsic]: ([item]) => String(item?.token),
  [tags.named]: (items, list) => list(items.slice(1), `${String(items[0]?.token)}(`, ")"),
};

function shorten(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${text.length})` : text;
}
