/**
 * Owns: one general node as its kind sees it: tokens by place, checked for what they must be.
 * Does not own: where nodes begin, shells, limits (graph-reader).
 *
 * I1 Whatever the tokens are, the answer is of the type asked for or a coded error.
 */
import { errors } from "../errors.ts";
import type { GraphReader } from "./graph-reader.ts";
import { MAX_KEYS } from "./shapes.ts";
import type { CodeRegistry } from "./types.ts";

export class NodeReader {
  readonly graph: GraphReader;
  readonly id: number;
  /** Tokens of this kind. */
  readonly size: number;
  readonly #tokens: readonly unknown[];
  readonly #at: number;
  readonly #mode: number;
  /** Where the masks stand; `#skip` tokens of an extension come before ours. */
  readonly #masks: number;
  readonly #skip: number;

  constructor(graph: GraphReader, id: number, at: number, size: number, mode: number, skip = 0) {
    this.graph = graph;
    this.id = id;
    this.size = size - skip;
    this.#tokens = graph.tokens;
    this.#at = at + skip;
    this.#mode = mode;
    this.#masks = at + size;
    this.#skip = skip;
  }

  get registry(): CodeRegistry {
    return this.graph.registry;
  }

  /** The same node from its `count`th token on. */
  after(count: number): NodeReader {
    const size = this.size + this.#skip;
    return new NodeReader(this.graph, this.id, this.#masks - size, size, this.#mode, this.#skip + count);
  }

  isReference(index: number): boolean {
    if (this.#mode !== 2) return this.#mode === 1;
    const place = index + this.#skip;
    const word = this.#tokens[this.#masks + Math.floor(place / MAX_KEYS)] as number;
    return ((word >> (place % MAX_KEYS)) & 1) === 1;
  }

  /** The token as it stands; primitives only are meant literally. */
  token(index: number): unknown {
    if (index < 0 || index >= this.size) throw this.corrupt("it is cut off");
    return this.#tokens[this.#at + index];
  }

  /** The value a token stands for; an object may not be filled yet. */
  value(index: number): unknown {
    const token = this.token(index);
    return this.isReference(index) ? this.graph.lookup(token) : token;
  }

  /** The number of the node that a token names. */
  reference(index: number): number {
    const token = this.token(index);
    if (!this.isReference(index)) throw this.corrupt("a reference is missing");
    return this.graph.checkId(token);
  }

  /** All nodes that the tokens name, fixed values left out. */
  references(from = 0): number[] {
    const found: number[] = [];
    for (let index = from; index < this.size; index++) {
      if (this.isReference(index) && !this.graph.isConstant(this.token(index))) found.push(this.reference(index));
    }
    return found;
  }

  primitive(index: number): unknown {
    if (this.isReference(index)) throw this.corrupt("a plain value is missing");
    return this.token(index);
  }

  number(index: number): number {
    const token = this.primitive(index);
    if (typeof token !== "number") throw this.corrupt("a number is missing");
    return token;
  }

  int(index: number, min: number, max: number): number {
    const token = this.number(index);
    if (!Number.isInteger(token) || token < min || token > max) throw this.corrupt(`${token} is out of range`);
    return token;
  }

  text(index: number): string {
    const value = this.value(index);
    if (typeof value !== "string") throw this.corrupt("a text is missing");
    return value;
  }

  bool(index: number): boolean {
    const token = this.primitive(index);
    if (typeof token !== "boolean") throw this.corrupt("a boolean is missing");
    return token;
  }

  key(index: number): string | symbol {
    const value = this.value(index);
    if (typeof value !== "string" && typeof value !== "symbol") throw this.corrupt("a property key is missing");
    return value;
  }

  accessor(index: number): ((...args: unknown[]) => unknown) | undefined {
    const value = this.value(index);
    if (value !== undefined && typeof value !== "function") throw this.corrupt("a getter or setter is missing");
    return value as (() => unknown) | undefined;
  }

  /** An error that says where the snapshot is damaged. */
  corrupt(detail: string): Error {
    return errors.snapshotCorrupt({ detail: `node ${this.id}: ${detail}` });
  }
}
