// Owns: the choice of parser plugins, and the place of a syntax error.
// Does not own: any judgement of what was parsed.
import { type ParserOptions, parse } from "@babel/parser";
import * as t from "@babel/types";
import type { Diagnostics } from "../diagnostic.ts";
import { errors } from "../errors.ts";
import type { ResolvedOptions } from "../options.ts";

/** What Babel throws for source that it cannot read. */
type ParseError = SyntaxError & { pos?: number; loc?: { line: number; column: number }; reasonCode?: string };

/** Parses a file as its name and options say. Returns undefined, and reports why, if it cannot be read. */
export function parseFile(source: string, options: ResolvedOptions, diagnostics: Diagnostics): t.File | undefined {
  try {
    try {
      return parse(source, parserOptions(options, "decorators"));
    } catch (error) {
      // TypeScript's older decorators are a grammar of their own: they may stand on parameters, the newer may not.
      if ((error as ParseError).reasonCode !== "UnsupportedParameterDecorator") throw error;
      return parseLegacy(source, parserOptions(options, "decorators-legacy"));
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const { message, pos, loc } = error as ParseError;
    const place = { start: pos, end: pos, loc: loc && { start: loc } };
    diagnostics.add("error", place, errors.unreadableSource({ detail: message.replace(/ \(\d+:\d+\)$/, "") }));
    return undefined;
  }
}

/** Babel knows no decorator before a rest parameter: it is read without its dots, and gets them back. */
function parseLegacy(source: string, options: ParserOptions): t.File {
  const rests = new Set<number>();
  let first: unknown;
  for (let text = source; ; ) {
    try {
      const file = parse(text, options);
      if (rests.size > 0) t.traverseFast(file, (node) => void (t.isFunction(node) && restoreRest(node, rests)));
      if (rests.size > 0) throw first;
      return file;
    } catch (error) {
      first ??= error;
      const { reasonCode, pos = 0 } = error as ParseError;
      if (reasonCode !== "UnexpectedToken" || !text.startsWith("...", pos)) throw first;
      rests.add(pos);
      text = `${text.slice(0, pos)}   ${text.slice(pos + 3)}`;
    }
  }
}

/** Makes the last parameter of a function a rest parameter if its dots were taken away, and takes their place from `rests`. */
function restoreRest({ params }: t.Function, rests: Set<number>): void {
  const last = params.at(-1);
  if (!t.isIdentifier(last) && !t.isArrayPattern(last) && !t.isObjectPattern(last)) return;
  const decorated = last.decorators?.at(-1)?.end ?? Number.POSITIVE_INFINITY;
  const dots = [...rests].find((at) => at >= decorated && at < (last.start as number));
  if (dots === undefined || !rests.delete(dots)) return;
  const { decorators, typeAnnotation, end, loc } = last;
  Object.assign(last, { decorators: null, typeAnnotation: null });
  const rest = t.restElement(last);
  params[params.length - 1] = Object.assign(rest, { decorators, typeAnnotation, start: dots, end, loc });
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
