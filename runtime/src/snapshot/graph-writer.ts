/**
 * Owns: identity over one graph: which value has which node, in what order nodes are written, and the tokens of general nodes.
 * Does not own: how a value of some kind becomes tokens (values, objects, codecs/), the head (header).
 *
 * I1 A value with identity has one node, however often it is met. Nodes are numbered in the order of discovery.
 * I2 No recursion: a node writes the numbers of its children, which are written when their turn comes.
 * I3 `tokens` counts what stands in the node table, so that its array header is right.
 * I4 Nothing here runs user code; only hooks (codecs/hooked, codecs/custom) do.
 */
import { READY, TDZ } from "../realm.ts";
import { CodeTable } from "./code-table.ts";
import { refuseRings } from "./codecs/custom.ts";
import { findPart } from "./constant-parts.ts";
import { COST_OF_SHAPED, COST_OF_TOKEN, costOfNode } from "./cost.ts";
import type { Family } from "./families.ts";
import { FIRST_NODE, HOLE, hole, NEGATIVE_ZERO, READY_NODE, TDZ_NODE, UNDEFINED } from "./fixed.ts";
import type { Foreign } from "./foreign.ts";
import { Identity, type Mark, type SnapshotMemory } from "./identity.ts";
import { PackWriter } from "./pack.ts";
import { refuse } from "./refuse.ts";
import { SectionTable } from "./section-table.ts";
import { MAX_KEYS, ShapeTable } from "./shapes.ts";
import type { CodeRegistry } from "./types.ts";
import { writeValue } from "./values.ts";

export interface WriterOptions {
  registry: CodeRegistry;
  buffer: Buffer;
  memory: SnapshotMemory;
  /** Keep what is needed to say where a value lies, and say this of the one that can't be stored. Default: no trace. */
  verdict?: Foreign;
}

/** What a kind may use to write its tokens. */
export interface NodeWriter {
  readonly registry: CodeRegistry;
  readonly codes: CodeTable;
  readonly sections: SectionTable;
  /** Writes one token: a primitive, or the number of the value's node. */
  value(value: unknown): void;
  /** Has the value been given a node yet? */
  has(value: unknown): boolean;
  /** Says that reading this node costs more than its tokens do (cost.ts). */
  spend(bytes: number): void;
  /** Leaves a note for a node that is written later. */
  readonly notes: Map<object, unknown>;
  /** Throws: the value of this node can't be stored. @param advice each thing that helps, alone */
  refuse(what: string, advice: string | readonly string[], more?: Pick<Foreign, "isHandle" | "unnamed">): never;
}

/** Thrown by a writer that keeps no trace: one that does has to say where. Never seen outside. */
export class Refused {
  readonly value: unknown;
  readonly foreign: Foreign;
  constructor(value: unknown, foreign: Foreign) {
    this.value = value;
    this.foreign = foreign;
  }
}

export class GraphWriter extends PackWriter implements NodeWriter {
  readonly registry: CodeRegistry;
  readonly codes = new CodeTable();
  readonly sections = new SectionTable();
  readonly shapes = new ShapeTable();
  readonly families = new Map<object | null, Family>();
  #notes: Map<object, unknown> | null = null;
  /** Per value the place of the one that led to it, if that is asked for. */
  readonly parents: number[] | null;
  /** Place of the value that is being written. */
  current = 0;
  tokens = 0;
  /** Is there a value of a codec? */
  hasCodecs = false;
  /** What reading it costs more than as many tokens in objects with shapes (cost.ts). */
  cost = 0;
  /** Values of the whole table. */
  entries = 0;
  readonly identity: Identity;
  #nodeAt = 0;
  #tag = 0;
  #size = 0;
  readonly #references: number[] = [];

  readonly verdict: Foreign | undefined;

  constructor({ registry, buffer, memory, verdict }: WriterOptions) {
    super(buffer);
    this.registry = registry;
    this.verdict = verdict;
    this.parents = verdict === undefined ? null : [];
    this.identity = new Identity(memory);
    this.identity.fix(TDZ, TDZ_NODE);
    this.identity.fix(READY, READY_NODE);
    this.identity.fix(hole, HOLE);
  }

  /** Writes the whole node table. */
  write(root: unknown): void {
    this.makeRoom();
    this.array(3);
    const head = this.pos;
    this.array32(0);
    this.idOf(this.identity.around(root));
    const { values } = this.identity;
    for (; this.current < values.length; this.current++) {
      this.makeRoom();
      writeValue(this, values[this.current]);
    }
    this.#checkParts();
    this.patchArray(head, this.tokens);
    this.shapes.write(this);
    this.sections.write(this);
    this.entries = this.tokens + this.shapes.entries + this.sections.entries;
    if (this.hasCodecs) refuseRings(this);
  }

  /** A part of a constant beside it would come back as a copy (constant-parts). */
  #checkParts(): void {
    const { constants } = this.codes;
    if (constants.length === 0) return;
    const part = findPart(
      constants,
      (value) => this.has(value),
      (value) => this.registry.refOf(value) !== undefined,
    );
    if (part === undefined) return;
    this.current = this.idOf(part) - FIRST_NODE;
    this.refuse("a part of a module's constant, which is held beside it,", [
      "keep the constant alone, and read what you need of it after the await",
      "copy the part when you take it: `structuredClone(part)`",
    ]);
  }

  /** Writes one token; true if it is the number of a node. */
  put(value: unknown): boolean {
    if (typeof value === "string") {
      if (this.text(value)) return false;
      this.reference(value);
      return true;
    }
    if (typeof value === "number") {
      if (value === 0 && Object.is(value, -0)) {
        this.uint(NEGATIVE_ZERO);
        return true;
      }
      this.number(value);
      return false;
    }
    if (value === null) {
      this.nil();
      return false;
    }
    if (typeof value === "boolean") {
      this.bool(value);
      return false;
    }
    if (value === undefined) this.uint(UNDEFINED);
    else this.reference(value);
    return true;
  }

  /** Writes the number of a value's node. */
  reference(value: unknown): void {
    this.uint(this.idOf(value));
  }

  /** The number of a value's node; it gets one if it has none. */
  idOf(value: unknown): number {
    const id = this.identity.numberOf(value);
    if (this.parents !== null && id - FIRST_NODE === this.parents.length) this.parents.push(this.current);
    return id;
  }

  get notes(): Map<object, unknown> {
    this.#notes ??= new Map();
    return this.#notes;
  }

  has(value: unknown): boolean {
    return this.identity.has(value);
  }

  /** What is known of the value that is being written from the snapshot before. */
  get mark(): Mark {
    return this.identity.markAt(this.current);
  }

  set mark(mark: Mark) {
    this.identity.mark(this.current, mark);
  }

  // ---- general nodes

  begin(tag: number): void {
    this.uint(tag);
    this.#tag = tag;
    this.#nodeAt = this.pos++;
    this.#size = 0;
    this.#references.length = 0;
  }

  value(value: unknown): void {
    this.makeRoom();
    if (this.put(value)) this.#references.push(this.#size);
    this.#size++;
  }

  spend(bytes: number): void {
    this.cost += bytes;
  }

  /** Tokens of this node so far. */
  get size(): number {
    return this.#size;
  }

  end(): void {
    const size = this.#size;
    this.cost += costOfNode(this.#tag, size) - COST_OF_SHAPED - (size + 2) * COST_OF_TOKEN;
    const references = this.#references;
    const mode = references.length === 0 ? 0 : references.length === size ? 1 : 2;
    this.patchUint(this.#nodeAt, size * 4 + mode);
    this.tokens += size + 2;
    if (mode === 2) this.#mask(references, size);
  }

  #mask(references: readonly number[], size: number): void {
    let at = 0;
    for (let start = 0; start < size; start += MAX_KEYS) {
      let word = 0;
      for (; at < references.length && (references[at] as number) < start + MAX_KEYS; at++) {
        word |= 1 << ((references[at] as number) - start);
      }
      this.makeRoom();
      this.uint(word);
      this.tokens++;
    }
  }

  refuse(what: string, advice: string | readonly string[], more: Pick<Foreign, "isHandle" | "unnamed"> = {}): never {
    const { current, parents } = this;
    const { values } = this.identity;
    const foreign = { what, advice: typeof advice === "string" ? [advice] : advice, ...more };
    if (parents === null) throw new Refused(values[current], foreign);
    throw refuse({ values, parents, current }, this.verdict ?? foreign);
  }
}
