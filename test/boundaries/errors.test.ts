// docs/errors against the sources: both ways complete. And the generator: it refuses what it must.
import { expect, test } from "vitest";
import { type ErrorDocument, findDuplicates, parseDocument, readDocuments } from "../../scripts/errors.ts";
import { listFiles, parseSource, readText } from "./source.ts";

const documents = readDocuments([]);

/** What is wrong between documents and the code of the packages (comments apart, but for codes that they mention). */
function findUnmatched(all: ErrorDocument[], texts: Record<string, string>): string[] {
  const known = new Set(all.map(({ code }) => code));
  const mentioned = Object.entries(texts).flatMap(([file, text]) =>
    [...text.matchAll(/\bCF\d{4}\b/g)].map(([code]) => ({ file, code })),
  );
  const faults = mentioned
    .filter(({ code }) => !known.has(code))
    .map(({ file, code }) => `${file} names ${code}, which has no document`);
  const codes = Object.entries(texts).map(([file, text]) => ({ file, code: parseSource(text).code }));
  for (const { code, name, package: owner, reserved } of all) {
    const raise = new RegExp(`\\berrors\\.${name}\\b(?!\\.code)`); // `.code` only matches on it
    const used = codes.some((source) => source.file.startsWith(`${owner}/`) && raise.test(source.code));
    if (!used && reserved === undefined)
      faults.push(`${code} (${name}) is raised nowhere in ${owner}: raise it, or give its document "reserved: <why>"`);
    if (used && reserved !== undefined) faults.push(`${code} (${name}) is raised: delete its "reserved" line`);
  }
  return faults;
}

test("every code that a source names has its document, and every document is raised or reserved", () => {
  const files = listFiles("compiler/src/*.ts", "runtime/src/*.ts").filter((file) => !file.endsWith("/src/errors.ts"));
  expect(findUnmatched(documents, Object.fromEntries(files.map((file) => [file, readText(file)])))).toEqual([]);
});

const [sample] = documents;
if (sample === undefined) throw new Error("there are no documents");
const { code, name, package: owner } = sample;

test.each([
  ["raised", undefined, `throw errors.${name}({})`, []],
  ["reserved", "later", "", []],
  ["never raised", undefined, `// errors.${name}`, [expect.stringContaining("is raised nowhere")]],
  [
    "only matched on",
    undefined,
    `isColdframeError(e, errors.${name}.code)`,
    [expect.stringContaining("is raised nowhere")],
  ],
  ["raised by the wrong package", undefined, "", [expect.stringContaining("is raised nowhere")]],
  ["reserved, yet raised", "later", `throw errors.${name}()`, [expect.stringContaining(`delete its "reserved"`)]],
  ["unknown code", "later", "/** @throws CF1999 */", [expect.stringContaining("CF1999")]],
])("documents: %s", (_, reserved, text, faults) => {
  const other = owner === "compiler" ? "runtime" : "compiler";
  const texts = { [`${owner}/src/a.ts`]: text, [`${other}/src/a.ts`]: `throw errors.${name}()` };
  expect(findUnmatched([{ ...sample, reserved }], texts)).toEqual(faults);
});

const good = `---\ncode: CF1101\nname: unsupported # note\npackage: compiler\n---\n{what} is\nnot so: \`{ a: {what} }\`.\n\n## Why\nA\nb.\n\n## How to fix\n- One\n  line.\n- Two {how}.\n\n## Example\n\`\`\`\n{}\n\`\`\`\n`;

test("generator: reads a sound document", () => {
  const faults: string[] = [];
  expect(parseDocument("CF1101.md", good, faults)).toEqual({
    code: "CF1101",
    name: "unsupported",
    package: "compiler",
    reserved: undefined,
    className: undefined,
    what: "{what} is not so: `{ a: {what} }`.",
    why: "A b.",
    fix: "- One line.\n- Two {how}.",
    params: ["what", "how"],
  });
  expect(faults).toEqual([]);
});

test.each([
  ["open brace", "{how}", "{how"],
  ["space in a placeholder", "{how}", "{ how }"],
  ["no fix", /## How to fix[^#]*/s, ""],
  ["code block for a terminal", "A\nb.", "```\nx\n```"],
  ["name", "unsupported", "Not-Camel"],
  ["wrong package", "package: compiler", "package: runtime"],
  ["class", "name: unsupported", "class: lostError\nname: unsupported"],
  ["code unlike the file", "CF1101", "CF1102"],
  ["reserved without a reason", "\n---\n{", "\nreserved:\n---\n{"],
])("generator: refuses a document with %s", (_, from, to) => {
  const faults: string[] = [];
  parseDocument("CF1101.md", good.replace(from, to), faults);
  expect(faults).toHaveLength(1);
});

test("generator: refuses a code or name that is taken", () => {
  const twin = { ...sample, code: "CF1999" };
  expect(findDuplicates([sample, twin])).toEqual([`CF1999.md: "${owner}: ${name}" is taken by ${code}.md`]);
  expect(findDuplicates([sample, { ...sample, name: "another" }])).toEqual([
    `${code}.md: "${code}" is taken by ${code}.md`,
  ]);
});
