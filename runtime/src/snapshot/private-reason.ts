/**
 * Owns: why instances of a class with private fields can't be stored, and which change of the class would let them be.
 * Does not own: which classes that are (compiler: emit/private.ts, whose conditions these are), the fields (codecs/private).
 *
 * I1 Of several conditions that fail each is named, so that following the advice leads to the end.
 */

import { blankText } from "./blank-text.ts";
import { errorKind } from "./codecs/error.ts";
import type { Foreign } from "./foreign.ts";
import type { CodeRegistry } from "./types.ts";

/** What is said of an instance whose class, or what that extends, has private fields out of reach. */
export function describeClosed(cls: Function, instance: Function, registry: CodeRegistry): Foreign {
  const of = cls === instance ? "" : `, which extends ${cls.name},`;
  const conditions = conditionsOf(cls, registry);
  const what = `an instance of ${instance.name || "a class without a name"}${of} with private fields`;
  const codec = `give the class a codec: \`registerCodec("…", { class: ${instance.name || "cls"}, encode, decode })\``;
  return {
    what: `${what} (${conditions.map(([why]) => why).join("; ")})`,
    advice: [join(conditions.map(([, fix]) => fix)), codec],
  };
}

type Condition = readonly [why: string, fix: string];

function conditionsOf(cls: Function, registry: CodeRegistry): Condition[] {
  const compiled = registry.compiledClass(cls);
  if (compiled === undefined)
    return [
      [
        `${cls.name || "the class"} is not declared at the top of a compiled module`,
        'declare the class at the top of a module that is compiled (it has a durable function, or `"use durable"` at its top), by a name of its own',
      ],
    ];
  const { members } = compiled;
  const base = Object.getPrototypeOf(cls);
  const checks: readonly (readonly [fails: boolean, ...condition: Condition])[] = [
    [
      !isReachable(base, registry),
      `${cls.name} extends ${base?.name ?? "another class"}`,
      "let it extend nothing, `Error`, or a class that stands beside it at the top of the module and fails none of these conditions; or keep an instance of that in a field",
    ],
    [members.some((word) => /^@\S+$/.test(word)), "the class has a decorator", "take the decorator off the class"],
    [members.some((word) => /^@.* \S+$/.test(word)), "a field has a decorator", "take the decorators off its fields"],
    [
      members.some((word) => word.startsWith("#accessor ")),
      "it has an `accessor` field",
      "write a private field with `get` and `set` instead of `accessor`",
    ],
    ...textChecks(cls),
  ];
  const failed = checks.filter(([fails]) => fails).map(([, why, fix]): Condition => [why, fix]);
  return failed.length > 0 ? failed : [["its module was compiled by another version", "compile its module again"]];
}

/** Can instances be made without running code of what the class extends? Of one that has private names, too, these are told first. */
function isReachable(base: Function | null, registry: CodeRegistry): boolean {
  for (let at = base; at !== null && at !== Function.prototype; at = Object.getPrototypeOf(at)) {
    if (errorKind.prototypes.includes(at.prototype)) return true;
    if (registry.privateHook(at) === undefined) return false;
  }
  return true;
}

function textChecks(cls: Function): (readonly [fails: boolean, ...condition: Condition])[] {
  const blank = blankText(Function.prototype.toString.call(cls)) ?? "";
  const params = /(?<![\w$.#])constructor\s*\(([^)]*)/.exec(blank)?.[1] ?? "";
  return [
    [
      /[{,]\s*\[|@/.test(params),
      "its constructor has a parameter with a computed key or a decorator",
      "give its constructor plain parameters, and take them apart in its body",
    ],
    [
      /=\s*\(*\s*class\b/.test(blank),
      "a field begins as a class",
      "declare that class at the top of the module, and name it in the field",
    ],
  ];
}

function join(fixes: readonly string[]): string {
  return fixes.join("; and ");
}
