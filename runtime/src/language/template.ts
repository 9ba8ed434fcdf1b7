/**
 * Owns: template objects of tagged templates in durable code: one per site and realm, with a name (ECMA-262 13.2.8.4).
 * Does not own: how they are stored (snapshot/codecs/template).
 *
 * I1 A name has one object. A site whose text has changed has another name; a stored object of one that is gone is made anew.
 * I2 The object is frozen, as is its `raw`.
 * I3 A snapshot never takes a name from a site, and gives it no text but one that its raw text stands for.
 */
import { defineProperty, freeze, SafeMap, SafeWeakMap, slice } from "../builtins.ts";
import { R, shared } from "../realm.ts";
import type { FunctionMeta } from "../registry.ts";

/** Where a template object, or the `raw` of one, comes from. */
export interface Site {
  readonly key: string;
  readonly isRaw: boolean;
  readonly strings: TemplateStringsArray;
}

type Texts = readonly (string | undefined)[];

const known = shared("templates", () => ({
  byKey: new SafeMap<string, TemplateStringsArray>(),
  sites: new SafeWeakMap<object, Site>(),
}));

/** The template object of a site of compiled code. */
export function template(meta: FunctionMeta, site: string, cooked: Texts, raw: Texts = cooked): TemplateStringsArray {
  return templateOf(`${meta.key}\`${site}`, cooked, raw);
}

/** The object of that name, which is made if there is none. */
function templateOf(key: string, cooked: Texts, raw: Texts): TemplateStringsArray {
  const found = known.byKey.get(key);
  if (found !== undefined && isSame(found.raw, raw)) return found;
  const strings = makeSite(key, cooked, raw);
  known.byKey.set(key, strings);
  return strings;
}

/**
 * The object of a stored site: the one that the site has, or will get (I3).
 *
 * @param others of the same snapshot: objects of sites whose text is another one now
 */
export function storedTemplate(
  key: string,
  cooked: Texts,
  raw: Texts,
  others: Map<string, TemplateStringsArray>,
): TemplateStringsArray {
  const isSites = (known.byKey.get(key) ?? others.get(key)) === undefined;
  for (const found of [known.byKey.get(key), others.get(key)]) if (found && isSame(found.raw, raw)) return found;
  const strings = makeSite(key, cooked, raw);
  if (isSites && isFunctionOf(key)) known.byKey.set(key, strings);
  else others.set(key, strings);
  return strings;
}

function makeSite(key: string, cooked: Texts, raw: Texts): TemplateStringsArray {
  const strings = makeTemplate(cooked, raw);
  known.sites.set(strings, { key, isRaw: false, strings });
  known.sites.set(strings.raw, { key, isRaw: true, strings });
  return strings;
}

function isFunctionOf(key: string): boolean {
  return R.registry?.functions.has(key.slice(0, key.lastIndexOf("`"))) === true;
}

const escapes =
  /\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\n\r\u2028\u2029])|(0)(?![0-9])|([^0-9xu])|)/gs;
const single: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b", v: "\v", f: "\f", r: "\r" };

/** What the language makes of the text between two substitutions; undefined if an escape in it is none (ECMA-262 12.9.6). */
export function cook(raw: string): string | undefined {
  let isValid = true;
  const text = raw.replace(
    escapes,
    (_, long?: string, unit?: string, byte?: string, line?: string, zero?: string, one?: string) => {
      const code = Number.parseInt(long ?? unit ?? byte ?? "", 16);
      if (code <= 0x10ffff) return String.fromCodePoint(code);
      if (line !== undefined) return "";
      if (zero !== undefined) return "\0";
      if (one !== undefined) return single[one] ?? one;
      isValid = false;
      return "";
    },
  );
  return isValid ? text : undefined;
}

/** The site that a template object, or its `raw`, belongs to. */
export function siteOf(strings: object): Site | undefined {
  return known.sites.get(strings);
}

/** A name under which the function that the site is in is known today: it may have been renamed. */
export function currentKey(key: string): string {
  const end = key.lastIndexOf("`");
  const meta = R.registry?.functions.get(key.slice(0, end));
  return meta === undefined ? key : meta.key + key.slice(end);
}

function isSame(left: Texts, right: Texts): boolean {
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false;
  return left.length === right.length;
}

function makeTemplate(cooked: Texts, raw: Texts): TemplateStringsArray {
  const value = raw === cooked ? slice(cooked, 0) : raw;
  defineProperty(cooked, "raw", { value: freeze(value), writable: false, enumerable: false, configurable: false });
  return freeze(cooked) as unknown as TemplateStringsArray;
}
