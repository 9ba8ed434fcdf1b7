// Owns: what the tests of this folder know about a source file, read once. Not here: any rule.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "@babel/parser";
import { traverseFast } from "@babel/types";

export interface Import {
  specifier: string;
  typeOnly: boolean;
  line: number;
}

export interface Source {
  imports: Import[];
  functions: { line: number; lines: number }[];
  /** The text with comments blanked out; lines keep their numbers. */
  code: string;
}

export const root = resolve(import.meta.dirname, "../..");

/** Files that git tracks or would track, as paths from the root. */
export function listFiles(...patterns: string[]): string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...patterns];
  const files = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\0");
  return [...new Set(files)].filter((file) => file !== "" && existsSync(join(root, file))).sort();
}

export function readText(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

export function parseSource(text: string): Source {
  const { program, comments } = parse(text, { sourceType: "module", plugins: ["typescript"], attachComment: false });
  const imports: Import[] = [];
  const functions: Source["functions"] = [];
  traverseFast(program, (node) => {
    const line = node.loc?.start.line ?? 0;
    if ("body" in node && "params" in node && node.loc) functions.push({ line, lines: node.loc.end.line - line + 1 });
    if (!("source" in node) || node.source?.type !== "StringLiteral") return;
    const kind = "importKind" in node ? node.importKind : "exportKind" in node ? node.exportKind : undefined;
    const typeOnly = kind === "type" || node.type === "TSImportType";
    imports.push({ specifier: node.source.value, typeOnly, line });
  });
  let code = text;
  for (const { start, end } of comments ?? []) {
    code = code.slice(0, start) + code.slice(start, end).replace(/[^\n]/g, " ") + code.slice(end);
  }
  return { imports, functions, code };
}
