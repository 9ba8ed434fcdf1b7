// What documents show and where they lead: examples compile and have the right types, links and paths exist.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { compile } from "@coldframe/compiler";
import ts from "typescript";
import { expect, test } from "vitest";
import { pauseBefore, resolvePolicy } from "../../runtime/src/engine/policy.ts";
import { listFiles } from "../boundaries/source.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const documents = listFiles("*.md");

/** Examples of error documents, as files beside them. */
const examples = new Map(
  documents
    .filter((file) => file.startsWith("docs/errors/CF"))
    .flatMap((file) =>
      [...read(file).matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, text], index) => [
        join(root, file.replace(/\.md$/, `-${index + 1}.ts`)),
        text as string,
      ]),
    ),
);

test("examples of errors: what they say compiles", () => {
  expect(examples.size).toBeGreaterThan(10);
  for (const [file, text] of examples) {
    const { diagnostics } = compile(text, { filename: file.slice(root.length + 1) });
    expect(diagnostics, file).toEqual([]);
  }
});

test("examples of errors: what they say has the right types", { timeout: 120_000 }, () => {
  const options: ts.CompilerOptions = {
    ...{
      target: ts.ScriptTarget.ES2024,
      module: ts.ModuleKind.NodeNext,
      strict: true,
      noEmit: true,
      skipLibCheck: true,
    },
    ...{ allowImportingTsExtensions: true, customConditions: ["coldframe-source"], types: ["node"] },
    lib: ["lib.es2024.d.ts", "lib.esnext.d.ts"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (file) => examples.has(file) || fileExists(file);
  host.readFile = (file) => examples.get(file) ?? readFile(file);
  host.getSourceFile = (file, target, ...rest) => {
    const text = examples.get(file);
    return text === undefined
      ? getSourceFile(file, target, ...rest)
      : ts.createSourceFile(file, text, {
          languageVersion: ts.ScriptTarget.ES2024,
          impliedNodeFormat: ts.ModuleKind.ESNext,
        });
  };
  host.getCurrentDirectory = () => root;
  const program = ts.createProgram([...examples.keys()], options, host);
  const faults = [...examples.keys()].flatMap((file): string[] => {
    const source = program.getSourceFile(file);
    if (source === undefined) return [file];
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
  });
  expect(faults).toEqual([]);
});

test("links lead somewhere", () => {
  const dead = documents.flatMap((file) =>
    [
      ...read(file)
        .replace(/^```[\s\S]*?^```$/gm, "")
        .matchAll(/\]\((?!https?:|#)([^)\s#]+)/g),
    ]
      .map(([, target]) => target as string)
      .filter((target) => !existsSync(join(root, dirname(file), target)))
      .map((target) => `${file}: ${target}`),
  );
  expect(dead).toEqual([]);
});

test("paths named in the documents exist", () => {
  const dead = documents
    .filter((file) => !file.startsWith("docs/errors"))
    .flatMap((file) =>
      [...read(file).matchAll(/`((?:compiler|runtime|test|fixtures|examples|scripts|bench)\/[\w./-]+)`/g)]
        .map(([, path]) => path as string)
        .filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, dirname(file), path)))
        .map((path) => `${file}: ${path}`),
    );
  expect(dead).toEqual([]);
});

test("the README tells the retries that there are by default", () => {
  const policy = resolvePolicy({ jitter: 0 });
  const pauses = Array.from({ length: policy.maxAttempts - 1 }, (_, at) => pauseBefore(policy, at + 2) / 1000);
  const last = pauses.pop();
  const spread = `${resolvePolicy().jitter * 100} %`;
  expect(read("README.md")).toContain(
    `${policy.maxAttempts} attempts in all, after pauses of ${pauses.join(", ")} and ${last} seconds, give or take ${spread}.`,
  );
});

test("the README has one sentence on a line, within 120 columns", () => {
  const text = read("README.md").replace(/^```[\s\S]*?^```$/gm, "");
  const lines = text.split("\n").filter((line) => !line.startsWith("|"));
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
  expect(
    lines.filter((line) => !/^- /.test(line) && /[.!?] +[A-Z](?![^(]*\))/.test(line.replace(/`[^`]*`/g, ""))),
  ).toEqual([]);
});
