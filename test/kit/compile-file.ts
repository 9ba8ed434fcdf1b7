/** Owns: how a fixture's file is compiled in tests: as the hosts would do it. */
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "@coldframe/compiler";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** @param file absolute; its types are still in what it gives */
export function compileFile(file: string, layout: "auto" | "large" = "auto") {
  const isScript = file.endsWith(".cjs");
  const filename = relative(root, file);
  return compile(readFileSync(file, "utf8"), {
    filename,
    moduleId: `coldframe/${filename.replace(/\.\w+$/, "")}`, // as the hosts say it
    sourceType: isScript ? "script" : "module",
    mark: "tagged",
    abi: isScript ? "require" : "import",
    layout,
  });
}
