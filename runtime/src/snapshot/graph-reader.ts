/**
 * Owns: turning a checked node table into values: nodes found, shells made, shells filled, hooks run.
 * Does not own: bytes (unpack), what each kind does (codecs/, stored-shape).
 *
 * Phases: scan -> codecs, each with all that it reaches -> allocate (a shell per node, what it needs first) -> fill -> finally
 *   (iterators, then user hooks).
 * I1 No recursion over the graph: what a shell needs is found with a stack of our own.
 * I2 Every token is used only after it has been found to be of the type that is expected there.
 * I3 A node number that names no shell is damage, never `undefined`.
 * I4 No function of the user's runs before all nodes are filled, but for codecs, which get a complete state.
 * I5 Nothing is changed but shells that were made here: what is found by name, or given by a codec, is never filled or extended.
 */
import { errors, isColdframeError } from "../errors.ts";
import { type Frame, isFrame } from "../frame.ts";
import { READY, TDZ } from "../realm.ts";
import { readProperties } from "./attributes.ts";
import { CodeLookup } from "./code-lookup.ts";
import { COST_OF_SHAPE, COST_OF_SHAPED, COST_OF_TOKEN, type Cost, costOfNode } from "./cost.ts";
import { FIRST_NODE, HOLE, NEGATIVE_ZERO, READY_NODE, TDZ_NODE, UNDEFINED } from "./fixed.ts";
import { isOrdinaryPrototype } from "./inherited.ts";
import { close } from "./integrity.ts";
import { isExtendable, kinds } from "./kinds.ts";
import { NodeReader } from "./node-reader.ts";
import { visitParts } from "./parts.ts";
import { isPrototypeFor } from "./prototypes.ts";
import type { SectionReader } from "./section-reader.ts";
import { FIRST_SHAPE_TAG, MAX_KEYS } from "./shapes.ts";
import { Stacks } from "./stacks.ts";
import { readShape, type StoredShape } from "./stored-shape.ts";
import { tags } from "./tags.ts";
import type { AnyKind, CodeRef, CodeRegistry } from "./types.ts";

export interface ReaderOptions {
  registry: CodeRegistry;
  codes: readonly CodeRef[];
  tokens: readonly unknown[];
  shapes: readonly unknown[];
  sections: SectionReader;
  /** Number of nodes. */
  count: number;
  cost: Cost;
}

const constants = new Map<unknown, unknown>([
  [UNDEFINED, undefined],
  [NEGATIVE_ZERO, -0],
  [TDZ_NODE, TDZ],
  [READY_NODE, READY],
]);

export class GraphReader {
  readonly registry: CodeRegistry;
  readonly codes: CodeLookup;
  readonly tokens: readonly unknown[];
  readonly sections: SectionReader;
  readonly cost: Cost;
  #stacks: Stacks | null = null;
  /** Tasks that have not settled: the run that they belong to must be the root. */
  readonly pending: object[] = [];
  /** Of sites whose text is another one now, by name. */
  readonly templates = new Map<string, TemplateStringsArray>();
  readonly #shapes: readonly StoredShape[];
  readonly #starts: number[] = [];
  readonly #shells: unknown[] = [];
  readonly #filled: boolean[] = [];
  readonly #early: number[] = [];
  readonly #last: (() => void)[] = [];
  readonly #hooks: (() => void)[] = [];
  /** Of what codecs reach, in the order in which they run. */
  readonly #innerHooks: (() => void)[] = [];
  readonly #custom: number[] = [];
  readonly #count: number;
  /** Prototypes that ordinary objects may have. */
  readonly #ordinary = new Set<unknown>();
  readonly #kinds = kinds();

  constructor({ registry, codes, tokens, shapes, sections, count, cost }: ReaderOptions) {
    this.registry = registry;
    this.codes = new CodeLookup(codes, registry);
    this.tokens = tokens;
    this.sections = sections;
    cost.spend(shapes.length * COST_OF_SHAPE);
    this.#shapes = shapes.map(readShape);
    this.#count = count;
    this.cost = cost;
  }

  /** Reads the graph; the root is the only element of the first node. */
  read(): unknown {
    this.#scan();
    if (this.#starts.length !== this.#count) throw this.corrupt("it has another number of nodes than its head says");
    for (const id of this.#early) this.#allocateWithNeeds(id);
    if (this.#custom.length > 0) this.#runCodecs();
    for (let place = 0; place < this.#starts.length; place++) this.#allocateFast(place);
    for (let place = 0; place < this.#starts.length; place++) this.#fill(place);
    this.#stacks?.check();
    this.#settle();
    const root = this.#shells[0];
    if (!Array.isArray(root) || root.length !== 1) throw this.corrupt("it has no root");
    return root[0];
  }

  /** How frames stand on each other. */
  get stacks(): Stacks {
    this.#stacks ??= new Stacks((detail) => this.corrupt(detail));
    return this.#stacks;
  }

  corrupt(detail: string): Error {
    return errors.snapshotCorrupt({ detail });
  }

  // ---- what kinds ask

  /** The value of a token that is a node number. */
  lookup(token: unknown): unknown {
    const shell = typeof token === "number" ? this.#shells[token - FIRST_NODE] : undefined;
    if (shell !== undefined) return shell;
    if (constants.has(token)) return constants.get(token);
    throw this.corrupt(`there is no node ${String(token)}`);
  }

  isConstant(token: unknown): boolean {
    return constants.has(token);
  }

  /** A token as the number of a node that exists. */
  checkId(token: unknown): number {
    const id = token as number;
    if (typeof token !== "number" || this.#starts[id - FIRST_NODE] === undefined)
      throw this.corrupt(`there is no node ${String(token)}`);
    return id;
  }

  /** The prototype that a node stands for, if instances may have it; `own`: of plain instances (null: ordinary objects). */
  prototype(id: number, own: readonly object[] | null): object {
    const value = this.lookup(this.checkId(id));
    if (own === null && this.#ordinary.has(value)) return value as object;
    const isInherited = own === null && this.#mayInherit(id) && isOrdinaryPrototype(value as object, this.registry);
    if (!isInherited && !isPrototypeFor(value, own, this.registry)) throw this.corrupt("a prototype that does not fit");
    if (own === null) this.#ordinary.add(value);
    return value as object;
  }

  /** Is the node an ordinary object, or a constant that is an object? */
  #mayInherit(id: number): boolean {
    const tag = this.tokens[this.#starts[id - FIRST_NODE] as number] as number;
    const value = this.lookup(id);
    if (tag === tags.reference) return typeof value === "object" && value !== null;
    return tag === tags.object || tag === tags.described || this.#shapes[tag - FIRST_SHAPE_TAG]?.isObject === true;
  }

  /** The frame of a generator function's object, or null. */
  frame(value: unknown, fn: Function, node: NodeReader): Frame | null {
    if (value === null) return null;
    if (typeof value !== "object" || !isFrame(value)) throw node.corrupt("a frame is missing");
    this.stacks.own(value);
    this.finally(() => {
      if (value.$d.self !== fn) throw node.corrupt("a generator with the frame of another");
    });
    return value;
  }

  /** Is the node of this named kind? Then what stands for it was made here. */
  isOf(id: number, name: string): boolean {
    const place = this.checkId(id) - FIRST_NODE;
    return (
      (this.tokens[this.#starts[place] as number] as number) < FIRST_SHAPE_TAG && this.#open(place).kind.name === name
    );
  }

  /** Gives another node, of this named kind, its shell. */
  provide(id: number, name: string, shell: unknown): void {
    if (!this.isOf(id, name) || this.#shells[id - FIRST_NODE] !== undefined)
      throw this.corrupt(`node ${id} is no ${name}`);
    this.#shells[id - FIRST_NODE] = shell;
  }

  /** Runs something of the runtime's when all nodes are filled. */
  finally(run: () => void): void {
    this.#last.push(run);
  }

  /** Runs a hook of the user's, last of all, in the opposite order of these calls: inner values come first. */
  runHookLast(run: () => void): void {
    this.#hooks.push(run);
  }

  #references(place: number): number[] {
    const start = this.#starts[place] as number;
    const tag = this.tokens[start] as number;
    if (tag < FIRST_SHAPE_TAG) return this.#node(place).references();
    const { keys, mask, needs } = this.#shapes[tag - FIRST_SHAPE_TAG] as StoredShape;
    const found = needs === -1 ? [] : [this.checkId(needs)];
    for (let i = 0; i < keys.length; i++) {
      const token = this.tokens[start + 1 + i];
      if ((mask & (1 << i)) !== 0 && !this.isConstant(token)) found.push(this.checkId(token));
    }
    return found;
  }

  // ---- codecs

  /** Codecs get what they reach, and that is filled for them, before all others; what leads back to its codec is damage. */
  #runCodecs(): void {
    const next = (place: number) => this.#references(place).map((id) => id - FIRST_NODE);
    visitParts(this.#custom, this.#starts.length, next, (part) => {
      const codec = part.find((place) => this.tokens[this.#starts[place] as number] === tags.custom);
      if (codec === undefined) this.#complete(part);
      else if (part.length > 1 || next(codec).includes(codec)) throw this.#needsItself(codec + FIRST_NODE);
      else {
        this.#settle();
        this.#allocateWithNeeds(codec + FIRST_NODE);
      }
    });
  }

  #complete(part: number[]): void {
    part.sort((a, b) => a - b);
    for (const place of part) this.#allocateWithNeeds(place + FIRST_NODE);
    for (const place of part) this.#fill(place);
    for (let hook = this.#hooks.pop(); hook !== undefined; hook = this.#hooks.pop()) this.#innerHooks.push(hook);
  }

  /** Runs what has waited for nodes that are all filled by now. */
  #settle(): void {
    for (const run of this.#last.splice(0)) run();
    for (const run of this.#innerHooks.splice(0)) run();
    for (const run of this.#hooks.splice(0).reverse()) run();
  }

  #needsItself(id: number): Error {
    return this.corrupt(`node ${id} is needed to make itself`);
  }

  // ---- scan

  #scan(): void {
    const { tokens } = this;
    let at = 0;
    while (at < tokens.length) {
      this.#starts.push(at);
      if (this.#starts.length > this.#count) throw this.corrupt("it has more nodes than its head says");
      at = this.#skip(at);
      if (at > tokens.length) throw this.corrupt("its last node is cut off");
    }
  }

  /** Where the node after this one begins. */
  #skip(at: number): number {
    const tag = this.tokens[at];
    if (typeof tag !== "number" || !Number.isInteger(tag) || tag < 0)
      throw this.corrupt(`a node begins with ${String(tag)}`);
    if (tag >= FIRST_SHAPE_TAG) {
      const shape = this.#shapes[tag - FIRST_SHAPE_TAG];
      if (shape === undefined) throw this.corrupt(`there is no shape ${tag - FIRST_SHAPE_TAG}`);
      this.cost.spend(COST_OF_SHAPED + shape.keys.length * COST_OF_TOKEN);
      return at + 1 + shape.keys.length;
    }
    const head = this.tokens[at + 1];
    if (typeof head !== "number" || !Number.isInteger(head) || head < 0) throw this.corrupt("a node without a size");
    const size = Math.floor(head / 4);
    const mode = head % 4;
    if (mode === 3) throw this.corrupt("a node of an unknown mode");
    const end = at + 2 + size;
    if (end > this.tokens.length) throw this.corrupt("its last node is cut off");
    this.cost.spend(costOfNode(tag, size));
    if (tag === tags.custom) this.#custom.push(this.#starts.length - 1);
    if (this.#isEarly(tag, at + 2)) this.#early.push(this.#starts.length - 1 + FIRST_NODE);
    return mode === 2 ? this.#checkMasks(end, Math.ceil(size / MAX_KEYS)) : end;
  }

  /** Also behind an extension, whose second token says where its kind begins. */
  #isEarly(tag: number, first: number): boolean {
    const isNamed = tag === tags.named || (tag === tags.extended && this.tokens[first] === tags.named);
    if (!isNamed) return false;
    const place = tag === tags.named ? first : first + Number(this.tokens[first + 1]);
    return this.#kinds.byName.get(this.tokens[place] as string)?.early === true;
  }

  #checkMasks(from: number, count: number): number {
    for (let at = from; at < from + count; at++) {
      const word = this.tokens[at];
      if (typeof word !== "number" || !Number.isInteger(word) || word < 0 || word >= 2 ** MAX_KEYS) {
        throw this.corrupt("a node with a wrong mask");
      }
    }
    return from + count;
  }

  // ---- allocate

  /** Most nodes need nothing: objects and arrays, collections, dates. */
  #allocateFast(place: number): void {
    if (this.#shells[place] !== undefined) return;
    const tag = this.tokens[this.#starts[place] as number] as number;
    if (tag === tags.array) {
      this.#shells[place] = [];
      return;
    }
    if (tag >= FIRST_SHAPE_TAG) {
      const shape = this.#shapes[tag - FIRST_SHAPE_TAG] as StoredShape;
      if (shape.needs === -1) this.#shells[place] = shape.make(this);
      else this.#allocateWithNeeds(place + FIRST_NODE);
      return;
    }
    const kind = this.#plainKind(tag);
    if (kind === undefined || kind.needs !== undefined) this.#allocateWithNeeds(place + FIRST_NODE);
    else this.#shells[place] = this.#guard(kind.allocate, kind, this.#node(place));
  }

  /** Depth first over what shells need, with the path on a stack: a node that needs itself is damage. */
  #allocateWithNeeds(root: number): void {
    const path: { id: number; needs: readonly number[]; next: number }[] = [];
    const onPath = new Set<number>();
    const enter = (id: number): void => {
      if (this.#shells[id - FIRST_NODE] !== undefined) return;
      if (onPath.has(id)) throw this.#needsItself(id);
      onPath.add(id);
      path.push({ id, needs: this.#needs(id - FIRST_NODE), next: 0 });
    };
    enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.needs[top.next++];
      if (next !== undefined) {
        enter(next);
        continue;
      }
      path.pop();
      onPath.delete(top.id);
      const place = top.id - FIRST_NODE;
      if (this.#shells[place] === undefined) this.#shells[place] = this.#allocate(place);
    }
  }

  #needs(place: number): readonly number[] {
    const tag = this.tokens[this.#starts[place] as number] as number;
    if (tag >= FIRST_SHAPE_TAG) {
      const { needs } = this.#shapes[tag - FIRST_SHAPE_TAG] as StoredShape;
      return needs === -1 ? [] : [this.checkId(needs)];
    }
    const { kind, node, proto } = this.#open(place);
    const own = kind.needs?.(node) ?? [];
    return proto === null ? own : [proto, ...own];
  }

  #allocate(place: number): unknown {
    const tag = this.tokens[this.#starts[place] as number] as number;
    if (tag >= FIRST_SHAPE_TAG) return (this.#shapes[tag - FIRST_SHAPE_TAG] as StoredShape).make(this);
    const { kind, node, proto } = this.#open(place);
    const shell = this.#guard(kind.allocate, kind, node);
    if (proto !== null) Object.setPrototypeOf(shell, this.prototype(proto, [Object.getPrototypeOf(shell)]));
    return shell;
  }

  // ---- fill

  #fill(place: number): void {
    if (this.#filled[place]) return;
    this.#filled[place] = true;
    const start = this.#starts[place] as number;
    const tag = this.tokens[start] as number;
    const shell = this.#shells[place];
    if (tag >= FIRST_SHAPE_TAG) {
      (this.#shapes[tag - FIRST_SHAPE_TAG] as StoredShape).fill(shell as object, this, start + 1);
    } else if (tag === tags.array && (this.tokens[start + 1] as number) % 4 < 2) {
      this.#fillArray(shell as unknown[], start + 2, this.tokens[start + 1] as number);
    } else {
      const plain = this.#plainKind(tag);
      if (plain !== undefined) {
        if (plain.fill !== undefined) this.#guard(plain.fill, plain, shell, this.#node(place));
        return;
      }
      const { kind, node, finish } = this.#open(place);
      if (kind.fill !== undefined) this.#guard(kind.fill, kind, shell, node);
      if (finish !== null) this.#guard(finish, kind, shell as object);
    }
  }

  /** An array whose elements are all of one sort. */
  #fillArray(shell: unknown[], at: number, head: number): void {
    const { tokens } = this;
    const size = Math.floor(head / 4);
    if (head % 4 === 0) {
      for (let i = 0; i < size; i++) shell[i] = tokens[at + i];
      return;
    }
    for (let i = 0; i < size; i++) {
      const token = tokens[at + i];
      if (token !== HOLE) shell[i] = this.lookup(token);
    }
    if (shell.length < size) shell.length = size;
  }

  // ---- general nodes

  /** The kind of a node without extension or name; undefined for all others. */
  #plainKind(tag: number): AnyKind | undefined {
    return tag === tags.extended || tag === tags.named ? undefined : this.#kinds.byTag.get(tag);
  }

  #node(place: number): NodeReader {
    const start = this.#starts[place] as number;
    const head = this.tokens[start + 1] as number;
    return new NodeReader(this, place + FIRST_NODE, start + 2, Math.floor(head / 4), head % 4);
  }

  /** What the engine itself refuses (a length, a pattern, a date) is the snapshot's fault. */
  #guard<A extends unknown[], T>(run: (...args: A) => T, kind: AnyKind, ...args: A): T {
    try {
      return run.apply(kind, args);
    } catch (error) {
      if (isColdframeError(error)) throw error;
      throw this.corrupt(error instanceof Error ? error.message : String(error));
    }
  }

  /** Kind and tokens of a general node, with what an extension (kind 16) adds. */
  #open(place: number): OpenNode {
    const tag = this.tokens[this.#starts[place] as number] as number;
    const node = this.#node(place);
    if (tag !== tags.extended) return { ...this.#openKind(tag, node), proto: null, finish: null };
    const size = node.int(1, 4, node.size);
    const open = this.#openKind(node.int(0, 0, FIRST_SHAPE_TAG - 1), node.after(size));
    if (!isExtendable(open.kind)) throw node.corrupt(`a ${open.kind.name} can't be extended`); // I5
    return {
      ...open,
      proto: node.isReference(2) ? node.reference(2) : null,
      finish(shell) {
        readProperties(shell, node, 4, size);
        close(shell, node.int(3, 0, 3));
      },
    };
  }

  #openKind(tag: number, node: NodeReader): { kind: AnyKind; node: NodeReader } {
    const name = tag === tags.named ? String(node.primitive(0)) : "";
    const kind = tag === tags.named ? this.#kinds.byName.get(name) : this.#kinds.byTag.get(tag);
    if (kind === undefined) throw node.corrupt(`there is no kind ${tag} ${name}`);
    return { kind, node: tag === tags.named ? node.after(1) : node };
  }
}

interface OpenNode {
  readonly kind: AnyKind;
  readonly node: NodeReader;
  /** Node of the prototype that an extension gives, or null. */
  readonly proto: number | null;
  /** What an extension does when the kind has filled its shell. */
  readonly finish: ((shell: object) => void) | null;
}
