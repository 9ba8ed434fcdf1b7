// Makes compiler/src/errors.ts, runtime/src/errors.ts and the index in docs/errors/README.md from docs/errors/CF*.md.
// `node scripts/errors.ts` writes them; with `--check` it only says what is stale, and fails. Form of a document: README.md there.
// I1. Same documents, same bytes: ordered by code, nothing else goes in.
// I2. Nothing is written unless every document is sound.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

/** One document of docs/errors. */
export interface ErrorDocument {
  code: string;
  name: string;
  package: string;
  /** Why no source uses the code, if none does. */
  reserved: string | undefined;
  /** Name of the class that errors of this code have, for programs that catch it. */
  className: string | undefined;
  what: string;
  why: string;
  fix: string;
  params: string[];
}

const root = resolve(import.meta.dirname, "..");
const folder = join(root, "docs/errors");
const packageOf: Record<string, string> = { "1": "compiler", "2": "runtime" };

/** Reads one document; what is wrong with it goes to `faults`. */
export function parseDocument(file: string, source: string, faults: string[]): ErrorDocument {
  const fault = (text: string) => void faults.push(`${file}: ${text}`);
  const [, head = "", body = ""] = /^---\n(.*?)\n---\n(.*)$/s.exec(source.replaceAll("\r\n", "\n")) ?? [];
  const field = (key: string) => new RegExp(`^${key}:[ \\t]*(.*?)[ \\t]*(?:#.*)?$`, "m").exec(head)?.[1];
  const [intro = "", ...parts] = body.split(/^## +/m);
  const section = (title: string) =>
    oneLinePerBlock(parts.find((part) => part.startsWith(`${title}\n`))?.slice(title.length));
  const what = oneLinePerBlock(intro).split("\n")[0] ?? "";
  const [why, fix] = [section("Why"), section("How to fix")];
  const code = field("code") ?? "";
  const name = field("name") ?? "";
  const reserved = field("reserved");
  const className = field("class");
  if (!/^CF[12]\d{3}$/.test(code) || file !== `${code}.md`) fault(`"code" must be the file's name, CF1xxx or CF2xxx`);
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) fault(`"name" must be camelCase, is "${name}"`);
  if (field("package") !== packageOf[code[2] ?? ""]) fault(`"package" must be compiler for CF1xxx, runtime for CF2xxx`);
  if (className !== undefined && !/^[A-Z][A-Za-z0-9]*Error$/.test(className))
    fault(`"class" must be PascalCase and end in Error, is "${className}"`);
  if (reserved === "") fault(`"reserved" needs a reason`);
  for (const [title, text] of Object.entries({ "first paragraph": what, "## Why": why, "## How to fix": fix })) {
    if (text === "") fault(`${title} is missing or empty`);
    if (text.includes("```")) fault(`${title} goes into a terminal: put the code block under another heading`);
    const plain = text.replace(/\{[a-z][A-Za-z0-9]*\}/g, "").replace(/`[^`]*`/g, "");
    if (/[{}]/.test(plain)) fault(`${title}: malformed placeholder near "${/.{0,20}[{}].{0,20}/.exec(plain)?.[0]}"`);
  }
  const params = [...new Set(`${what}\n${why}\n${fix}`.match(/\{[a-z][A-Za-z0-9]*\}/g))].map((p) => p.slice(1, -1));
  return { code, name, package: field("package") ?? "", reserved, className, what, why, fix, params };
}

/** Joins the lines of a paragraph or list item; blocks stay on lines of their own. */
function oneLinePerBlock(text = ""): string {
  const blocks = text.trim().split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )/);
  return blocks.map((block) => block.trim().replace(/\s*\n\s*/g, " ")).join("\n");
}

/** Reads all documents, ordered by code. */
export function readDocuments(faults: string[]): ErrorDocument[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".md") && file !== "README.md")
    .sort();
  const documents = files.map((file) => parseDocument(file, readFileSync(join(folder, file), "utf8"), faults));
  return documents;
}

/** Faults that only show between documents. */
export function findDuplicates(documents: ErrorDocument[]): string[] {
  const seen = new Map<string, string>();
  const faults: string[] = [];
  for (const { code, name, package: owner, className } of documents) {
    const names = className === undefined ? [name] : [name, className];
    for (const key of [code, ...names.map((one) => `${owner}: ${one}`)]) {
      if (seen.has(key)) faults.push(`${code}.md: "${key}" is taken by ${seen.get(key)}.md`);
      else seen.set(key, code);
    }
  }
  return faults;
}

function printPackage(documents: ErrorDocument[]): string {
  const base = readFileSync(join(import.meta.dirname, "error-base.ts"), "utf8").split(
    "// ---- copied from here ----\n",
  )[1];
  const classes = documents.flatMap(({ code, className, what }) => {
    if (className === undefined) return [];
    const names = `${JSON.stringify(code)}, ${JSON.stringify(className)}`;
    return [
      `\n/** ${code}: ${what.replaceAll("*/", "*\\/")} */\n`,
      `export const ${className}: ErrorClass<${JSON.stringify(code)}> = defineClass(${names});\n`,
      `export type ${className} = InstanceType<typeof ${className}>;\n`,
    ];
  });
  const listed = documents.flatMap(({ code, className }) => (className === undefined ? [] : [`${code}: ${className}`]));
  const entries = documents.map(({ code, name, className, what, why, fix, params }) => {
    const generic = params.length ? `<${params.map((p) => JSON.stringify(p)).join(" | ")}>` : "";
    const texts = [code, what, why, fix].map((text) => `\n    ${JSON.stringify(text)},`).join("");
    const cls = className === undefined ? "" : `\n    ${className},`;
    return `  /** ${code}: ${what.replaceAll("*/", "*\\/")} */\n  ${name}: define${generic}(${texts}${cls}\n  ),\n`;
  });
  const codes = documents.map(({ code }) => `\n  | ${JSON.stringify(code)}`).join("");
  return [
    "// Generated by scripts/errors.ts from docs/errors and scripts/error-base.ts: `npm run errors`. Do not edit.\n",
    `\n/** Every code of this package. */\nexport type ErrorCode =${codes || " never"};\n`,
    base?.replace("export function define<", "function define<"),
    ...classes,
    "\n/** The classes of codes that have one of their own. */\n",
    `export const errorClasses: Readonly<Record<string, { prototype: ColdframeError }>> = { ${listed.join(", ")} };\n`,
    "\n/** One function per code: it returns the error, the caller throws it. */\n",
    `export const errors = {\n${entries.join("")}};\n`,
  ].join("");
}

function printIndex(readme: string, documents: ErrorDocument[]): string {
  const rows = documents.map(
    ({ code, name, what }) => `| [${code}](${code}.md) | \`${name}\` | ${what.replaceAll("|", "\\|")} |\n`,
  );
  const table = `| code | name | what |\n|---|---|---|\n${rows.join("")}`;
  return readme.replace(/(<!-- index: [^\n]*-->\n).*$/s, (_, mark: string) => mark + table);
}

function main(check: boolean): void {
  const faults: string[] = [];
  const documents = readDocuments(faults);
  faults.push(...findDuplicates(documents));
  const wanted = new Map<string, string>();
  for (const owner of Object.values(packageOf)) {
    wanted.set(join(root, owner, "src/errors.ts"), printPackage(documents.filter((doc) => doc.package === owner)));
  }
  const readme = join(folder, "README.md");
  wanted.set(readme, printIndex(readFileSync(readme, "utf8"), documents));
  const stale = [...wanted].filter(([file, text]) => read(file) !== text);
  if (check) faults.push(...stale.map(([file]) => `${file.slice(root.length + 1)} is stale: npm run errors`));
  for (const text of faults) console.error(`error documents: ${text}`);
  if (faults.length > 0) process.exit(1);
  if (!check) for (const [file, text] of stale) writeFileSync(file, text);
  console.log(
    `error documents: ${documents.length} sound, ${check ? "all generated files up to date" : `${stale.length} files written`}`,
  );
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

if (basename(process.argv[1] ?? "") === "errors.ts") main(process.argv.includes("--check"));
