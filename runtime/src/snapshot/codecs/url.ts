/**
 * Owns: URL and URLSearchParams (named kinds).
 *
 * I1 The params of a URL stay its own: whichever of the two is met first, a change of one still shows in the other.
 */
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
    writer.value(getHref.call(value));
    writer.value(writer.has(params) ? params : null);
  },
  early: true,
  allocate(node) {
    const url = new URL(node.text(0));
    if (node.isReference(1)) node.graph.provide(node.reference(1), getParams.call(url));
    return url;
  },
};

export const urlSearchParamsKind: BuiltinKind<URLSearchParams> = {
  name: "url-search-params",
  tag: tags.named,
  prototypes: [URLSearchParams.prototype],
  is: (value) => answers(() => paramsToString.call(value)),
  encode(value, writer) {
    writer.value(writer.notes.get(value) ?? paramsToString.call(value));
  },
  needs: (node) => node.references(),
  allocate(node) {
    const owner = node.value(0);
    if (typeof owner === "string") return new URLSearchParams(owner);
    if (!(owner instanceof URL)) throw node.corrupt("search params of no URL");
    return getParams.call(owner) as URLSearchParams;
  },
};
