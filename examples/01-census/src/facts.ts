/** What one source file tells about itself. Ordinary code: it knows nothing of durability. */
import { createHash } from "node:crypto";
import { type ParserPlugin, parse } from "@babel/parser";

/** Lines, functions and imports are counted; `sha256` is of the bytes. */
export interface FileFacts {
  file: string;
  bytes: number;
  lines: number;
  functions: number;
  imports: number;
  sha256: string;
  /** Why the file could not be parsed; absent if it could. */
  problem?: string;
}

interface SyntaxNode {
  type: string;
}

/** Counts what there is to count in one file. */
export function countFacts(file: string, bytes: Uint8Array): FileFacts {
  const text = new TextDecoder().decode(bytes);
  const facts: FileFacts = {
    file,
    bytes: bytes.length,
    lines: text.split("\n").length,
    functions: 0,
    imports: 0,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
  const plugins: ParserPlugin[] = /\.[cm]?ts$/.test(file) ? ["typescript"] : ["jsx"];
  try {
    const tree = parse(text, { sourceType: "unambiguous", plugins, errorRecovery: true });
    count(tree.program as unknown as SyntaxNode, facts);
  } catch (error) {
    facts.problem = (error as Error).message;
  }
  return facts;
}

const isFunction = /^(Function|Arrow|ObjectMethod|ClassMethod|ClassPrivateMethod)/;
const isImport = /^(Import|ExportAll)Declaration$/;

function count(root: SyntaxNode, facts: FileFacts): void {
  const rest: unknown[] = [root];
  while (rest.length > 0) {
    const node = rest.pop();
    if (typeof node !== "object" || node === null) continue;
    const { type } = node as SyntaxNode;
    if (typeof type === "string") {
      if (isFunction.test(type)) facts.functions++;
      if (isImport.test(type)) facts.imports++;
    }
    for (const child of Object.values(node)) if (typeof child === "object") rest.push(child);
  }
}
