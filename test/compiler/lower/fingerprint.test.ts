// Which points survive which edits: those from which what can still run, and what they need of it, is as it was.
import { compile } from "@coldframe/compiler";
import { expect, test } from "vitest";

const original = `/** @durable */
export async function order(id, items) {
  const user = await load(id);
  let total = 0;
  for (const item of items) {
    try {
      const price = await quote(item, user);
      total += price * 2;
    } catch (e) {
      await report(e, item);
      continue;
    }
    await pause(1);
  }
  const receipt = await charge(user, total);
  if (receipt.ok) await mail(user, receipt);
  else await refund(user);
  return log(receipt);
}`;

/** Fingerprints of the points by their number, without the entry. */
function prints(source: string): string[] {
  const { manifest, diagnostics } = compile(source, { filename: "shop/order.js" });
  expect(diagnostics).toEqual([]);
  const [fn] = manifest?.functions ?? [];
  return (fn?.points ?? []).slice(1).map(({ fingerprint }) => fingerprint);
}

/** Names of the calls at whose points the edited function can go on. */
const names = ["load", "quote", "report", "pause", "charge", "mail", "refund", "log"];
function survivors(...edits: [from: string | RegExp, to: string][]): string {
  const edited = edits.reduce((text, [from, to]) => {
    expect(text).not.toBe(text.replace(from, to));
    return text.replace(from, to);
  }, original);
  const found = prints(edited);
  return names.filter((_, index) => found.includes(before[index] as string)).join(" ");
}

const before = prints(original);
const all = names.join(" ");

test("points differ unless the same can still run from them", () => {
  expect(before).toHaveLength(names.length);
  expect(before[names.indexOf("mail")]).toBe(before[names.indexOf("refund")]);
  expect(new Set(before).size).toBe(names.length - 1);
});

test.each<[string, [string | RegExp, string][], string]>([
  ["a comment", [["let total", "/* sum */ let total"]], all],
  ["layout, quotes and semicolons", [[/\n\s*/g, "\n"]], all],
  ["another await at the top", [["const user", "await warm(); const user"]], all],
  ["an edit before the first point", [["load(id)", "load(id + 1)"]], all],
  [
    "the operand of a point that is not reached again",
    [["charge(user, total)", "charge(total, user, 5)"]],
    "charge mail refund log",
  ],
  ["the initial value", [["total = 0", "total = 1"]], "quote report pause charge mail refund log"],
  ["a constant in the loop", [["price * 2", "price * 3"]], "charge mail refund log"],
  ["an operator in the loop", [["total += price", "total -= price"]], "charge mail refund log"],
  ["a callee in the handler", [["report(e", "notify(e"]], "charge mail refund log"],
  ["a jump in the handler", [["continue;", "break;"]], "charge mail refund log"],
  ["the condition", [["receipt.ok", "!receipt.ok"]], "mail refund log"],
  ["one branch", [["mail(user, receipt)", "mail(receipt, user)"]], "mail refund log"],
  ["the end", [["log(receipt)", "log(receipt.id)"]], "log"],
  ["a name that is live at some points", [[/total/g, "sum"]], "charge mail refund log"],
  ["a name that is live nowhere", [[/price/g, "cost"]], "charge mail refund log"],
  ["a parameter that is not used again", [[/\bid\b/g, "key"]], all],
  [
    "a new variable that lives on",
    [
      ["let total", "const at = now(); let total"],
      ["charge(user, total)", "charge(user, total, at)"],
    ],
    "charge mail refund log",
  ],
  [
    "a try around the end",
    [
      ["const receipt", "var receipt; try { receipt"],
      ["return log(receipt);", "return log(receipt); } finally { done() }"],
    ],
    "",
  ],
  [
    "another function beside it",
    [["/** @durable */", "export async function other(user, total) { await 1; }\n/** @durable */"]],
    all,
  ],
  [
    "a sibling block with the same names",
    [["const receipt", "{ const item = 1; use(item) } const receipt"]],
    "charge mail refund log",
  ],
])("%s", (_, edits, expected) => {
  expect(survivors(...edits)).toBe(expected);
});

test("a salt makes all others", () => {
  expect(survivors(["@durable", "@durable version=2"])).toBe("");
});

test("what nested functions do counts where they are still to be made", () => {
  const source = (n: number, m: number) => `/** @durable */ export async function f(xs) {
    const a = await g(xs.map((x) => x + ${n}));
    const b = await g(xs.map((x) => x + ${m}));
    return [a, b]; }`;
  const [first, second] = [prints(source(1, 2)), prints(source(5, 2))];
  expect(first).toEqual(second);
  expect(prints(source(1, 3))[0]).not.toBe(first[0]);
  expect(prints(source(1, 3))[1]).toBe(first[1]);
});

test("hidden temporaries are known by what they stand for", () => {
  const source = (head: string, op = "+") =>
    `/** @durable */ export async function f(o) { ${head} return o.a.b ${op} (await g()) + (await h()); }`;
  const first = prints(source(""));
  expect(prints(source("if (o.x) { const q = o.c.d; await k(q.r + (await k())) }")).slice(-2)).toEqual(first);
  expect(prints(source("", "-"))[0]).not.toBe(first[0]);
  expect(prints(source("").replace("o.a.b", "o.a.c"))[0]).not.toBe(first[0]);
});

test("the work grows with the size, not with its square", () => {
  const source = (n: number) =>
    `/** @durable */ export async function f(x) { let s = 0; for (;;) { ${"s += await x(s); ".repeat(n)} if (s) break; } return s; }`;
  // Time of the processor: how busy the machine is otherwise does not count.
  const cost = (n: number) => {
    const before = process.cpuUsage();
    expect(prints(source(n)).length).toBe(n);
    return process.cpuUsage(before).user;
  };
  cost(100);
  const least = (n: number) => Math.min(cost(n), cost(n));
  expect(least(400) / least(50)).toBeLessThan(32); // with the square it would be 64
}, 120_000);
