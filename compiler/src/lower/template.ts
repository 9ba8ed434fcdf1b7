// Owns: tagged templates in emitted code: a call with the template object of the site, which the runtime makes and names.
// Does not own: suspensions in them (analyze/lift/call.ts), the objects (runtime: language/template).
// I1. A site has one object, kept in a variable of the module however often the function around it is made (ECMA-262 13.2.8.4).
// I2. Its name is the durable function around it and a hash of its text: of several sites with one text the number counts.
import { createHash } from "node:crypto";
import * as t from "@babel/types";
import { markOf } from "../analyze/lift/marks.ts";
import type { LoweringModule } from "./module.ts";
import { at, call, declare, id, member, num, undef } from "./nodes.ts";
import type { Rewriter } from "./rewrite.ts";

/** `tag(x$t ??= $R.template($m.f[0], "1f…", ["a", "b"]), value)` */
export function rewriteTagged(node: t.TaggedTemplateExpression, rewriter: Rewriter): t.Expression {
  const { quasi, tag } = node;
  const strings = at(stringsOf(quasi, rewriter.view.module), quasi);
  if (markOf(tag, "strings")) return strings;
  const values = quasi.expressions.map((value) => rewriter.expression(value as t.Expression));
  // The tag `eval` would be a direct call, `async` is read as an arrow's head.
  const callee = t.isIdentifier(tag, { name: "eval" }) ? t.sequenceExpression([num(0), tag]) : tag;
  const called = rewriter.called(call(callee as t.Expression));
  return at({ ...called, arguments: [strings, ...values] }, node);
}

function stringsOf(quasi: t.TemplateLiteral, module: LoweringModule): t.Expression {
  const { abi } = module.context;
  let name = module.templates.get(quasi.quasis);
  const cooked = quasi.quasis.map(({ value }) => value.cooked ?? null);
  const raw = quasi.quasis.map(({ value }) => value.raw);
  if (name === undefined) {
    name = module.context.unique(`${module.fn.run}t`);
    module.templates.set(quasi.quasis, name);
    module.hoisted.push(declare("var", name));
  }
  const list = (texts: readonly (string | null)[]) =>
    t.arrayExpression(texts.map((text) => (text === null ? undef() : t.stringLiteral(text))));
  const isSame = raw.every((text, index) => text === cooked[index]);
  const record = t.memberExpression(member(id(abi.m), "f"), num(module.fn.record), true);
  const lists = isSame ? [list(raw)] : [list(cooked), list(raw)];
  const made = call(member(id(abi.R), "template"), record, t.stringLiteral(siteOf(raw, module, name)), ...lists);
  return t.assignmentExpression("??=", id(name), made);
}

function siteOf(raw: readonly string[], { sites }: LoweringModule, variable: string): string {
  const hash = createHash("sha256").update(JSON.stringify(raw)).digest("hex").slice(0, 12);
  const same = sites.get(hash) ?? [];
  sites.set(hash, same);
  if (!same.includes(variable)) same.push(variable);
  const index = same.indexOf(variable);
  return index === 0 ? hash : `${hash}.${index + 1}`;
}
