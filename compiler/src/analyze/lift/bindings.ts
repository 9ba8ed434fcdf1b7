// Owns: what is known of the names that a function declares, and the questions asked about them.
// Does not own: how it is found out (resolve.ts).
// I1. Positions count nodes in the order of a walk in which what is evaluated first comes first; the positions of a node
//     and all that is in it are its span.
// I2. Doubt makes a name less certain, never more: a write too many costs a temporary, one too few breaks a program.
import * as t from "@babel/types";

/** First and last position of a node. */
export type Span = readonly [from: number, to: number];

/** Where a name is mentioned. */
export interface Mention {
  at: number;
  /** In a nested function, which may run at any time after it was made. */
  nested: boolean;
  /** In a function declaration, which is made before the block it stands in begins. */
  hoisted: boolean;
}

/** A name that the function declares. */
export interface Binding {
  readonly name: string;
  /** Position after which it has surely been initialized; 0 for parameters, Infinity if that is never sure. */
  ready: number;
  /** Positions where the function itself writes it, initializations of `let` and `const` aside. */
  readonly writes: number[];
  /** A nested function writes it, or something that cannot be seen here. */
  writtenElsewhere: boolean;
  readonly mentions: Mention[];
}

/** The names of one function. */
export class Bindings {
  readonly #bindings = new WeakMap<t.Node, Binding>();
  readonly #spans = new WeakMap<t.Node, Span>();

  setBinding(id: t.Node, binding: Binding): void {
    this.#bindings.set(id, binding);
  }

  setSpan(node: t.Node, span: Span): void {
    this.#spans.set(node, span);
  }

  /** What an identifier means, or the name of a class within it; undefined if it is declared outside of the function. */
  of(id: t.Node): Binding | undefined {
    return this.#bindings.get(id);
  }

  /** An identifier that means the same, for a second place in the tree. */
  copy(id: t.Identifier): t.Identifier {
    const copy = t.cloneNode(id, false);
    const [binding, span] = [this.#bindings.get(id), this.#spans.get(id)];
    if (binding) this.#bindings.set(copy, binding);
    if (span) this.#spans.set(copy, span);
    return copy;
  }

  /** Whether a declared name, read where it stands, still has that value when `later` has been evaluated. */
  isSteady(id: t.Identifier, later: readonly t.Node[]): boolean {
    const [binding, span] = [this.#bindings.get(id), this.#spans.get(id)];
    if (!binding || !span || binding.writtenElsewhere || binding.ready >= span[0]) return false;
    return later.every((node) => !this.#writesIn(node, binding));
  }

  #writesIn(node: t.Node, { writes }: Binding): boolean {
    const span = this.#spans.get(node);
    return span === undefined || writes.some((at) => at >= span[0] && at <= span[1]);
  }

  /** Whether nested functions mention the name. */
  isCaptured(id: t.Identifier): boolean {
    return this.of(id)?.mentions.some(({ nested }) => nested) ?? true;
  }

  /** Whether `parts` mention one of the names that these nodes declare. */
  mentions(parts: readonly t.Node[], ids: readonly t.Node[]): boolean {
    const spans = parts.map((part) => this.#spans.get(part));
    return ids.some((id) =>
      this.of(id)?.mentions.some(({ at }) => spans.some((span) => !span || (at >= span[0] && at <= span[1]))),
    );
  }

  /**
   * Whether nobody can see when exactly, within the node that declares it, a name is initialized: nothing mentions it
   * there or in a function that may run there.
   */
  isQuiet(id: t.Identifier, declaration: t.Node): boolean {
    const [binding, span] = [this.of(id), this.#spans.get(declaration)];
    if (!binding || !span) return false;
    const own = this.#spans.get(id)?.[0];
    return binding.mentions.every(({ at, hoisted }) => at === own || (at > span[1] && !hoisted));
  }
}
