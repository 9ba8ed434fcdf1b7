/** Owns: primitives that do not fit into a token: BigInt, symbols, strings that MessagePack would change (kinds 11-13). */
import { COST_OF_CHARACTER, COST_OF_DIGIT } from "../cost.ts";
import type { GraphWriter } from "../graph-writer.ts";
import { tags } from "../tags.ts";
import type { Kind } from "../types.ts";
import { writeReference } from "./reference.ts";

const hex = /^-?[0-9a-f]+$/;

export const bigintKind: Kind<bigint> = {
  name: "BigInt",
  tag: tags.bigint,
  is: () => false,
  encode(value, writer) {
    const digits = value.toString(16);
    writer.spend(digits.length * COST_OF_DIGIT);
    writer.value(digits);
  },
  allocate(node) {
    const text = node.text(0);
    node.graph.cost.spend(text.length * COST_OF_DIGIT);
    if (!hex.test(text)) throw node.corrupt("a BigInt is no number");
    return text.startsWith("-") ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`);
  },
};

const wellKnown = new Map<symbol, string>(
  Object.getOwnPropertyNames(Symbol).flatMap((name) => {
    const value: unknown = (Symbol as unknown as Record<string, unknown>)[name];
    return typeof value === "symbol" ? [[value, name]] : [];
  }),
);

const REGISTERED = 0;
const WELL_KNOWN = 1;

export const symbolKind: Kind<symbol> = {
  name: "symbol",
  tag: tags.symbol,
  is: () => false,
  encode(value, writer) {
    const key = Symbol.keyFor(value);
    const name = wellKnown.get(value);
    if (key === undefined && name === undefined) {
      writer.refuse(`the symbol ${String(value)}`, [
        "use `Symbol.for(…)`",
        "keep it in a constant at the top of a compiled module",
      ]);
    }
    writer.value(key === undefined ? WELL_KNOWN : REGISTERED);
    writer.value(key ?? name);
  },
  needs: (node) => node.references(),
  allocate(node) {
    const name = node.text(1);
    if (node.int(0, 0, 1) === REGISTERED) return Symbol.for(name);
    for (const [value, known] of wellKnown) if (known === name) return value;
    throw node.corrupt(`there is no symbol ${name}`);
  },
};

/** Writes the node of a symbol: what every realm has by its key, what a module holds by its name there. */
export function writeSymbol(writer: GraphWriter, value: symbol): void {
  const isShared = Symbol.keyFor(value) !== undefined || wellKnown.has(value);
  if (!isShared && writeReference(writer, value)) return;
  writer.begin(symbolKind.tag);
  symbolKind.encode(value, writer);
  writer.end();
}

export const textKind: Kind<string> = {
  name: "string",
  tag: tags.text,
  is: () => false,
  encode(value, writer) {
    const text = value.replace(/\\|^\uFEFF|\p{Surrogate}/gu, escapeUnit);
    writer.spend(text.length * COST_OF_CHARACTER);
    writer.value(text);
  },
  allocate(node) {
    const text = node.text(0);
    node.graph.cost.spend(text.length * COST_OF_CHARACTER);
    return text.replace(/\\(?:\\|u([0-9a-f]{4}))/g, (whole, unit?: string) => {
      return unit === undefined ? whole.charAt(0) : String.fromCharCode(Number.parseInt(unit, 16));
    });
  },
};

function escapeUnit(unit: string): string {
  return unit === "\\" ? "\\\\" : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
