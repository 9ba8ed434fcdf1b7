/**
 * Owns: values that look like those of a snapshot when they are printed, made without the program's code.
 * Does not own: the kinds one by one (kinds.ts), printing (print.ts).
 *
 * I1 No code of the user's is needed and none runs: classes and functions are empty ones of the same name.
 * I2 Work is bounded, however large, deep and cyclic the graph: what is near the root is made first, and what is left out is
 *    printed as `…`.
 */
import { FIRST_NODE, HOLE, NEGATIVE_ZERO, READY_NODE, TDZ_NODE, UNDEFINED } from "../fixed.ts";
import type { Header } from "../header.ts";
import { RECORD_FORM } from "../shapes.ts";
import { tags } from "../tags.ts";
import { type Maker, makers } from "./kinds.ts";
import { frameOf, type Item, type NodeTable, type TableNode } from "./node-table.ts";
import { define, leaveOut, MOST_PARTS } from "./parts.ts";
import { print, printLive, word } from "./print.ts";

/** Nodes that one value may have, and all together. */
const MOST_PER_VALUE = 400;
const MOST = 100_000;

/** The memory of an ArrayBuffer, and what to add to the offsets of its views. */
export interface Section {
  readonly bytes: Uint8Array;
  readonly anchor: number;
}

const fixed = new Map<unknown, () => unknown>([
  [UNDEFINED, () => undefined],
  [HOLE, () => undefined],
  [NEGATIVE_ZERO, () => -0],
  [TDZ_NODE, () => word("<not declared yet>")],
  [READY_NODE, () => word("<ready>")],
]);

export class StandIns {
  readonly header: Header;
  readonly table: NodeTable;
  readonly sections: readonly Section[];
  readonly #classes = new Map<string, Function>();
  #left = MOST;
  #leftOfValue = 0;
  #made = new Map<unknown, unknown>();
  #due: (() => void)[] = [];

  constructor(header: Header, table: NodeTable, sections: readonly Section[]) {
    this.header = header;
    this.table = table;
    this.sections = sections;
  }

  /** The text of a value. */
  describe(item: Item): string {
    if (!item.reference) return print(item.token);
    this.#leftOfValue = Math.min(this.#left, MOST_PER_VALUE);
    this.#left -= this.#leftOfValue;
    this.#made = new Map();
    this.#due = [];
    const value = this.of(item);
    for (let at = 0; at < this.#due.length; at++) (this.#due[at] as () => void)(); // breadth first (I2)
    this.#left += this.#leftOfValue;
    return printLive(value);
  }

  /** What stands for an item; its parts come later. */
  of({ token, reference }: Item): unknown {
    if (!reference) return token;
    const node = this.table.nodes[Number(token) - FIRST_NODE];
    if (node === undefined) return (fixed.get(token) ?? (() => word("?")))();
    if (this.#made.has(token)) return this.#made.get(token);
    if (this.#leftOfValue === 0) return word("…");
    this.#leftOfValue--;
    const value = this.#make(node, (fill) => void this.#due.push(fill));
    this.#made.set(token, value);
    return value;
  }

  #make(node: TableNode, later: (fill: () => void) => void): unknown {
    const frame = frameOf(node);
    if (frame !== undefined) return word(`[Frame of ${this.idOf(frame.code)}]`);
    if (node.shape !== null) return this.#shaped(node.items, node.shape, later);
    return (makers[node.tag] ?? (unknownKind as Maker))(this, node.items, later);
  }

  #shaped(items: readonly Item[], [form, a, , , ...keys]: readonly unknown[], later: (fill: () => void) => void) {
    const proto: Item = { token: a, reference: typeof a === "number" && a !== 0 };
    const value = form === RECORD_FORM ? this.instance(String(a)) : this.withPrototype(proto);
    later(() => {
      items.slice(0, MOST_PARTS).forEach((item, index) => {
        define(value, String(keys[index]), this.of(item));
      });
      leaveOut(value, items.length);
    });
    return value;
  }

  // ---- names

  /** `package/path#name` of an entry of the code table. */
  idOf(code: unknown): string {
    return this.header.codes[Number(code)]?.id ?? "?";
  }

  /** The name of the class that a node is, or whose prototype it is; "" for an object that is a prototype. */
  classNameOf(item: Item): string {
    const node = this.table.at(item);
    const [first] = node?.items ?? [];
    if (node === undefined || first === undefined) return "";
    if (node.tag === tags.prototype) return this.table.at(first)?.tag === tags.prototype ? "" : this.classNameOf(first);
    if (node.tag === tags.intrinsic) return String(first.token).replace(/\.prototype$/, "");
    if (node.tag !== tags.reference) return "";
    return this.idOf(first.token).replace(/^.*#/s, "");
  }

  // ---- objects

  /** An empty class of that name; `base`: a built-in one. */
  classNamed(name: string, base?: Function): Function {
    const key = `${base?.name ?? ""} ${name}`;
    const Base = base as (new () => object) | undefined;
    const known = this.#classes.get(key);
    const made = known ?? (Base === undefined ? { [name]: class {} } : { [name]: class extends Base {} })[name];
    this.#classes.set(key, made as Function);
    return made as Function;
  }

  instance(name: string): object {
    return Object.create(this.classNamed(name).prototype);
  }

  /** An object under a stored prototype: 0 that of objects, nil none. */
  withPrototype(proto: Item | undefined): object {
    if (!proto?.reference) return proto?.token === null ? Object.create(null) : {};
    const name = this.classNameOf(proto);
    return name === "" ? {} : this.instance(name);
  }

  /** Groups of key, attributes and value, or getter and setter (docs/formats.md, properties). */
  properties(target: object, items: readonly Item[], from: number, to: number): void {
    let count = 0;
    for (let at = from; at < to && count < MOST_PARTS; count++) {
      const [key, attributes, value] = [items[at], items[at + 1], items[at + 2]];
      if (key === undefined || value === undefined) return;
      const bits = Number(attributes?.token);
      const common = { enumerable: (bits & 2) !== 0, configurable: true };
      const isAccessor = (bits & 8) !== 0;
      const [get, set] = [this.#accessor(value), isAccessor ? this.#accessor(items[at + 3]) : undefined];
      const descriptor = isAccessor ? { get, set, ...common } : { value: this.of(value), writable: true, ...common };
      const name = this.keyOf(key);
      if (!Array.isArray(target) || name !== "length") Reflect.defineProperty(target, name, descriptor);
      at += isAccessor ? 4 : 3;
    }
  }

  #accessor(item: Item | undefined): (() => undefined) | undefined {
    return item?.reference && item.token !== UNDEFINED ? () => undefined : undefined;
  }

  keyOf(item: Item): string | symbol {
    const key = this.of(item);
    return typeof key === "symbol" ? key : String(typeof key === "object" ? print(key) : key);
  }
}

const unknownKind: Maker = (_all, _items) => word("[unknown]");
