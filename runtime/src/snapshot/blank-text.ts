/**
 * Owns: source text in which what is no code is blanked, so that braces and names can be looked for.
 *
 * I1 The result has the length of the text: places in one are places in the other.
 * I2 A `/` begins a regular expression unless a value stands before it. Behind `)` and `}` that can't be told without a
 *    parser, and division is far more common there.
 */

/** Words before a `/` that are no values. */
const operators = /\b(?:return|typeof|case|in|of|delete|void|instanceof|new|throw|do|else|yield|await)$/;

/** Blanks comments, and what is within strings, templates and regular expressions; null if one of them does not end. */
export function blankText(text: string): string | null {
  let blank = "";
  let at = 0;
  const until = (end: number, filler: string) => {
    blank += filler.repeat(end - at);
    at = end;
  };
  while (at < text.length) {
    const char = text[at] as string;
    const end = endOf(text, at, blank);
    if (end === undefined) return null;
    if (end === at) {
      blank += char;
      at++;
    } else until(end, char === "/" && /[/*]/.test(text[at + 1] ?? "") ? " " : '"');
  }
  return blank;
}

/** Where what begins here ends; the place itself if it is code, undefined if there is no end. */
function endOf(text: string, at: number, before: string): number | undefined {
  const char = text[at];
  if (char === '"' || char === "'") return match(/(["'])(?:\\[\s\S]|(?!\1)[^\\\n])*\1/y, text, at);
  if (char === "`") return endOfTemplate(text, at + 1);
  if (char !== "/") return at;
  if (text[at + 1] === "/") return match(/\/\/[^\n\r\u2028\u2029]*/y, text, at);
  if (text[at + 1] === "*") return match(/\/\*[\s\S]*?\*\//y, text, at);
  const code = before.trimEnd();
  const isDivision = /[\p{ID_Continue}$)\]}"]$/u.test(code) && !operators.test(code);
  return isDivision ? at : match(/\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y, text, at);
}

function match(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/** Expressions in it are blanked, too. */
function endOfTemplate(text: string, from: number): number | undefined {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "`") return at + 1;
    else if (text[at] === "$" && text[at + 1] === "{") {
      const end = endOfExpression(text, at + 2);
      if (end === undefined) return undefined;
      at = end;
    }
  }
  return undefined;
}

/** The place of the brace that closes an expression in a template. */
function endOfExpression(text: string, from: number): number | undefined {
  let depth = 0;
  let code = "";
  for (let at = from; at < text.length; ) {
    const end = endOf(text, at, code);
    if (end === undefined) return undefined;
    const char = text[at] as string;
    if (end === at && char === "}" && depth-- === 0) return at;
    if (end === at && char === "{") depth++;
    code += end === at ? char : '"'.repeat(end - at);
    at = Math.max(end, at + 1);
  }
  return undefined;
}
