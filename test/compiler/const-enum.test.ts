// What stands in durable code for members of const enums.
import { compile } from "@coldframe/compiler";
import { expect, test } from "vitest";

/** What an expression has become. */
function compiled(
  expression: string,
  declarations: string,
  constEnumValue?: () => string | number,
  before = "",
): string {
  const source = `${declarations}\nexport async function main() { "use durable"; ${before} let out; await 1; out = ${expression}; return out; }`;
  const { code, diagnostics } = compile(source, { filename: "enums.ts", constEnumValue });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const [, text] = /\bout = (?!void 0)(.*);$/m.exec(code) ?? [];
  return text as string;
}

const rate = `const step = 2;
export const enum Rate { zero, one, five = 5, six, text = "t", minus = -1, sum = one + five * step, other = Plain.b, name = \`\${text}!\`,
  "quoted name" = 1 << 3, not = ~one, big = 2 ** 40, inf = 1 / 0, unknown = Math.PI, after = five }
enum Plain { a, b = 7 }
const enum Rate { merged = 9 }`;

test.each([
  ["Rate.zero", "0"],
  ["Rate.one", "1"],
  ["Rate.six", "6"],
  ["Rate.text", '"t"'],
  ["Rate['text']", '"t"'],
  ["Rate.minus", "-1"],
  ["Rate.sum", "11"],
  ["Rate.other", "7"],
  ["Rate.name", '"t!"'],
  ['Rate["quoted name"]', "8"],
  ["Rate.not", "-2"],
  ["Rate.big", "1099511627776"],
  ["Rate.inf", "1 / 0"],
  ["2 - Rate.minus", "2 - -1"],
  ["Rate.merged", "9"],
  ["Rate.after", "5"],
  ["(Rate.one as number).toFixed()", "1 .toFixed()"],
  ["Rate.unknown", "Rate.unknown"],
  ["Rate.gone", "Rate.gone"],
  ["Plain.b", "Plain.b"],
])("%s: %s", (expression, expected) => {
  expect(compiled(expression, rate)).toBe(expected);
});

test("a variable of that name is no enum", () => {
  expect(compiled("Rate.one", rate, undefined, "const Rate = { one: 1 };")).toBe("Rate.one");
});

test("of other files the host is asked; of variables it is not", () => {
  const imported = 'import { Kind } from "./kind";\nconst local = { a: 1 };';
  expect(compiled("Kind.a", imported, () => 4)).toBe("4");
  expect(compiled("Kind.a", imported)).toBe("Kind.a");
  expect(compiled("local.a", imported, () => 4)).toBe("local.a");
});
