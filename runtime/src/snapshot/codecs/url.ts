/**
 * Owns: URL and URLSearchParams (named kinds).
 *
 * I1 The params of a URL stay its own: whichever of the two is met first, a change of one still shows in the other.
 */
import { COST_OF_CHARACTER } from "../cost.ts";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";

const getHref = Object.getOwnPropertyDescriptor(URL.prototype, "href")?.get as (this: unknown) => string;
const getParams = Object.getOwnPropertyDescriptor(URL.prototype, "searchParams")?.get as (this: unknown) => object;
const paramsToString = URLSearchParams.prototype.toString;

function answers(call: () => unknown): boolean {
  try {
    call();
    return true;
  } catch {
    return false;
  }
}

export const urlKind: BuiltinKind<URL> = {
  name: "url",
  tag: tags.named,
  prototypes: [URL.prototype],
  is: (value) => answers(() => getHref.call(value)),
  encode(value, writer) {
    const params = getParams.call(value);
    writer.notes.set(params, value);
    const href = getHref.call(value);
    writer.spend(href.length * COST_OF_CHARACTER);
    writer.value(href);
    writer.value(writer.has(params) ? params : null);
  },
  early: true,
  allocate(node) {
    node.graph.cost.spend(node.text(0).length * COST_OF_CHARACTER);
    const url = new URL(node.text(0));
    if (node.isReference(1)) node.graph.provide(node.reference(1), urlSearchParamsKind.name, getParams.call(url));
    return url;
  },
};

export const urlSearchParamsKind: BuiltinKind<URLSearchParams> = {
  name: "url-search-params",
  tag: tags.named,
  prototypes: [URLSearchParams.prototype],
  is: (value) => answers(() => paramsToString.call(value)),
  encode(value, writer) {
    const owner = writer.notes.get(value);
    const text = owner === undefined ? paramsToString.call(value) : "";
    writer.spend(text.length * COST_OF_CHARACTER);
    writer.value(owner ?? text);
  },
  needs: (node) => node.references(),
  allocate(node) {
    const owner = node.value(0);
    if (typeof owner === "string") {
      node.graph.cost.spend(owner.length * COST_OF_CHARACTER);
      return new URLSearchParams(owner);
    }
    if (!(owner instanceof URL) || !node.graph.isOf(node.reference(0), urlKind.name))
      throw node.corrupt("search params of no URL");
    return getParams.call(owner) as URLSearchParams;
  },
  fill(shell, node) {
    const owner = node.value(0);
    if (typeof owner !== "string" && getParams.call(owner) !== shell)
      throw node.corrupt("search params of another URL");
  },
};
