// Owns: hashes of source: normalized text of a node, and what a stamp is made of (docs/formats.md).
// Does not own: fingerprints of points (analyze/point.ts).
// I1. Comments, layout, quotes and types do not count; every token that runs does.
// I2. Nothing but the program goes in: no path, no version of the compiler, no place in the file.
import { createHash } from "node:crypto";
import generate from "@babel/generator";
import * as t from "@babel/types";
import type { Settings } from "../analyze/settings.ts";
import type { FunctionRecord, MarkOptions } from "../analyze/types.ts";

/** First 16 hex digits of the SHA-256: one in 4 billion modules of 65,000 functions has a collision. */
export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** Text of a node from which types are erased, in one spelling for all layouts. */
function normalizedText(node: t.Node): string {
  return generate(node, { minified: true, comments: false }).code;
}

const commentFields = ["leadingComments", "innerComments", "trailingComments"] as const;

/** The printer keeps parentheses for the sake of comments, though it leaves those out: here the tree has none. */
function withoutComments<T>(root: t.Node, run: () => T): T {
  const former: [t.Node, Pick<t.Node, (typeof commentFields)[number]>][] = [];
  t.traverseFast(root, (node) => {
    const { leadingComments, innerComments, trailingComments } = node;
    if (!leadingComments && !innerComments && !trailingComments) return;
    former.push([node, { leadingComments, innerComments, trailingComments }]);
    for (const field of commentFields) node[field] = null;
  });
  try {
    return run();
  } finally {
    for (const [node, comments] of former) Object.assign(node, comments);
  }
}

/** Hashes of functions and classes as they were when they were added. */
export class SourceHashes {
  readonly #hashes = new WeakMap<t.Node, string>();
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Hashes every function and class in `root`, before lifting changes them. */
  addAll(root: t.Node): void {
    withoutComments(root, () =>
      t.traverseFast(root, (node) => {
        if (t.isFunction(node) || t.isClass(node)) this.#hashes.set(node, this.#hash(node));
      }),
    );
  }

  of(node: t.Node): string {
    return this.#hashes.get(node) ?? withoutComments(node, () => this.#hash(node));
  }

  #hash(node: t.Node): string {
    const settings = [this.#settings.optionsOf(node), this.#settings.aliasesOf(node)].filter(Boolean);
    return hashText([normalizedText(node), ...settings].join("\n"));
  }
}

/**
 * The stamp of a function: same stamp, same meaning of a stored frame.
 * @param record of the function; what fields are called does not count: a snapshot knows slots by their keys
 */
export function stampOf(record: FunctionRecord, { version = "" }: MarkOptions = {}): string {
  const slots = (record.slots ?? []).map(({ key, live }) => [key, ...live]);
  const points = (record.points ?? []).map(({ fingerprint }) => fingerprint);
  const layout = [record.kind, record.captures ?? [], slots, points];
  return hashText(JSON.stringify([record.hash, layout, version]));
}
