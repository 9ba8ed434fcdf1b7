// A durable file, and one it needs, that the tests of the ts-patch host build in many ways.

export const types = `export interface Order { id: string; total: number }
export const enum Kind { Paid = "paid" }
export async function pay(cents: number): Promise<string> { return "r" + cents; }
`;
export const orders = `import { type Order, Kind, pay } from "./types.js";
import { Order as Unused } from "./types.js";

/** Fulfils. */
export async function fulfil(order1: Order): Promise<string> {
  "use durable";
  const receipt1: string = await pay(order1.total);
  return \`\${receipt1} \${Kind.Paid}\`;
}
export const unused1 = (x1: Unused): string => x1.id;
`;
export const files = { "src/types.ts": types, "src/orders.ts": orders };
/** What {@link call} prints. */
export const result = '["r5 paid",["shop/src/orders"]]\n';
/** Calls the durable function; the compiler of the tests leaves its marks in `seen`. */
export const call = "[await m.fulfil({ total: 5 }), globalThis.seen]";

/** The durable file with an error that the compiler of the tests reports at 7:3. */
export const bad = `${orders.replace("const receipt1", "refuse();\n  const receipt1")}declare let refuse: () => void;\n`;
