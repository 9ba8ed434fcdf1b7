// Owns: the text that stands in for a durable file that could not be compiled.
// Like tsc, which emits in spite of errors, this host emits too; but a module with uncompiled durable functions must not
// run, and no file at all would leave that of an earlier build in place.
// I1. It throws before anything of it runs. I2. It exports what the file exports, or importing modules would fail to link
// with a message that says nothing. I3. It adds no line.
import type ts from "typescript";
import type { Diagnostic } from "../../index.ts";
import { placeOf } from "../report.ts";

/** @returns the user's text behind a statement that throws the first error, with the places of all */
export function refusedText(file: ts.SourceFile, diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const name = file.fileName.slice(file.fileName.lastIndexOf("/") + 1);
  const lines = errors.map((error) => `${placeOf(name, error)} [${error.code}] ${error.message}`);
  const text = JSON.stringify(`This module was built with errors and cannot run.\n${lines.join("\n")}`);
  const code = JSON.stringify(errors[0]?.code);
  const hashbang = /^#!.*\n/.exec(file.text)?.[0] ?? "";
  return `${hashbang}throw Object.assign(new Error(${text}), { code: ${code} }); ${file.text.slice(hashbang.length)}`;
}
