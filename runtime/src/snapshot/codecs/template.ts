/**
 * Owns: template objects of compiled tagged templates, and their `raw` (a named kind): name of the site, texts.
 * Does not own: the objects (language/template).
 *
 * I1 The site's object is found by its name, so that it stays identical to what the site gives later. With the texts beside the name
 *    it is made anew if the site is gone: nothing else can be identical to it then.
 */
import { cook, currentKey, siteOf, storedTemplate } from "../../language/template.ts";
import type { GraphWriter } from "../graph-writer.ts";
import { tags } from "../tags.ts";
import type { Kind } from "../types.ts";

/** Behind the key and what of it is meant. */
const FIRST = 2;

/** Writes the node, if the array belongs to a site. */
export function writeTemplate(writer: GraphWriter, value: readonly unknown[]): boolean {
  const site = siteOf(value);
  if (site === undefined) return false;
  const { key, isRaw, strings } = site;
  writer.begin(templateKind.tag);
  writer.value(templateKind.name);
  writer.value(key);
  writer.value(isRaw);
  for (let at = 0; at < strings.length; at++) {
    writer.value(strings[at]);
    writer.value(strings.raw[at]);
  }
  writer.end();
  return true;
}

export const templateKind: Kind<object> = {
  name: "template",
  tag: tags.named,
  is: () => false,
  encode() {},
  needs: (node) => node.references(FIRST),
  allocate(node) {
    const cooked: (string | undefined)[] = [];
    const raw: string[] = [];
    for (let at = FIRST; at < node.size; at += 2) {
      cooked.push(node.value(at) === undefined ? undefined : node.text(at));
      raw.push(node.text(at + 1));
    }
    if (!raw.every((text, index) => cook(text) === cooked[index])) throw node.corrupt("a template that no text gives");
    const key = currentKey(node.text(0));
    const strings = storedTemplate(key, cooked, raw, node.graph.templates);
    return node.bool(1) ? strings.raw : strings;
  },
};
