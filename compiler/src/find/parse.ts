// Owns: the choice of parser plugins, and the place of a syntax error.
// Does not own: any judgement of what was parsed.
import { type ParserOptions, parse } from "@babel/parser";
import type * as t from "@babel/types";
import type { Diagnostics } from "../diagnostic.ts";
import { errors } from "../errors.ts";
import type { ResolvedOptions } from "../options.ts";

/** What Babel throws for source that it cannot read. */
type ParseError = SyntaxError & { pos?: number; loc?: { line: number; column: number }; reasonCode?: string };

/** Parses a file as its name and options say. Returns undefined, and reports why, if it cannot be read. */
export function parseFile(source: string, options: ResolvedOptions, diagnostics: Diagnostics): t.File | undefined {
  const attempt = (decorators: "decorators" | "decorators-legacy") => parse(source, parserOptions(options, decorators));
  try {
    try {
      return attempt("decorators");
    } catch (error) {
      // TypeScript's older decorators are a grammar of their own: they may stand on parameters, the newer may not.
      if ((error as ParseError).reasonCode !== "UnsupportedParameterDecorator") throw error;
      return attempt("decorators-legacy");
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { message, pos, loc } = error as ParseError;
    const place = { start: pos, end: pos, loc: loc && { start: loc } };
    diagnostics.add("error", place, errors.unreadableSource({ detail: message.replace(/ \(\d+:\d+\)$/, "") }));
    return undefined;
  }
}

function parserOptions({ filename, sourceType, abi }: ResolvedOptions, decorators: string): ParserOptions {
  const plugins = [decorators, "decoratorAutoAccessors", "sourcePhaseImports", "deferredImportEvaluation"];
  if (isTypeScript(filename)) plugins.push("typescript");
  // In .ts `<T>x` is a type assertion; everywhere else a "<" where an expression begins can only be JSX.
  if (!isTypeScript(filename) || extensionOf(filename) === ".tsx") plugins.push("jsx");
  return {
    // A script that is given `require` runs in a function of its host: it may return, and its variables are its own.
    sourceType: sourceType === "script" && abi === "require" ? "commonjs" : sourceType,
    plugins: plugins as ParserOptions["plugins"],
    attachComment: true,
  };
}

function extensionOf(filename: string): string {
  return /\.[^./\\]*$/.exec(filename.replace(/[?#].*$/s, ""))?.[0] ?? "";
}

/** Whether files of this name have types. */
export function isTypeScript(filename: string): boolean {
  return /^\.(?:[cm]?ts|tsx)$/.test(extensionOf(filename));
}
