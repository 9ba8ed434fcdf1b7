/** Owns: random functions, as text, whose expressions suspend and have effects everywhere. They end, and always parse. */
import fc from "fast-check";

type Text = fc.Arbitrary<string>;

/** Puts the values of parts into a text: `text("f(§, §)", a, b)`. */
function text(shape: string, ...parts: Text[]): Text {
  const pieces = shape.split("§");
  return fc.tuple(...parts).map((values) => pieces.map((piece, index) => piece + (values[index] ?? "")).join(""));
}

/** A loop with a label of its own, which its body may name. */
function loop(shape: string, ...parts: Text[]): Text {
  return fc
    .tuple(fc.integer({ min: 0, max: 9999 }), text(shape, ...parts))
    .map(([number, code]) => code.replaceAll("@L", `L${number}`));
}

const list = (part: Text, maxLength: number): Text => fc.array(part, { maxLength }).map((parts) => parts.join(", "));
const label: Text = fc.integer({ min: 0, max: 99 }).map((number) => `"${number}"`);
const name: Text = fc.constantFrom("x", "y", "z", "q");
const property: Text = fc.constantFrom("a", "b", "m");
const operator: Text = fc.constantFrom("+", "-", "*", "**", "<", "===", "%", "|");
const logical: Text = fc.constantFrom("&&", "||", "??");
const assign: Text = fc.constantFrom("=", "=", "+=", "-=", "**=", "&&=", "||=", "??=");
const items: Text = fc.constantFrom("[]", "[1]", "[undefined, 2]", "[1, 2, 3]", "[undefined, undefined, undefined, 4]");
const iterable: Text = fc.oneof(text("iter(§, §)", label, items), text('iter(§, §, "return")', label, items), items);

/** @param suspend the keyword, "await" or "yield" */
function grammar(suspend: string) {
  return fc.letrec<Record<string, string>>((tie) => {
    const e = tie("expression");
    const args = list(fc.oneof({ weight: 5, arbitrary: e }, { weight: 1, arbitrary: text("...§", iterable) }), 3);
    const base = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom("p", "q", "q", "o", "s") },
      { weight: 1, arbitrary: text("t(§, p)", label) },
      { weight: 1, arbitrary: text("(§)", e) },
    );
    const member = fc.oneof(
      text("§.§", base, property),
      text("§[§]", base, e),
      text("§[value(§, §)]", base, label, fc.constantFrom('"a"', '"m"')),
    );
    const place = fc.oneof(name, member);
    const element = fc.oneof(
      { weight: 4, arbitrary: e },
      { weight: 1, arbitrary: text("...§", iterable) },
      { weight: 1, arbitrary: fc.constant("") },
    );
    const entry = fc.oneof(
      text("§: §", property, e),
      text("[§]: §", e, e),
      text("[value(§, §)]: §", label, fc.constantFrom('"a"', '"c"'), e),
      text("...§", fc.oneof(e, fc.constant("o"))),
      text("__proto__: §", e),
      fc.constantFrom("x", "get g() { return 1 }", "f: () => {}"),
    );
    const leaf = fc.oneof(
      fc.constantFrom(
        "1",
        "0",
        '"s"',
        "null",
        "undefined",
        "2",
        "x",
        "y",
        "z",
        "x",
        "y",
        "bump()",
        "p.a",
        "q.b",
        "(() => x)",
      ),
      text("t(§)", label),
      text("value(§, 3)", label),
    );
    // A pattern whose targets are places; the first of an array must be a name or plain.
    const target = fc.oneof({ weight: 3, arbitrary: place }, { weight: 1, arbitrary: tie("pattern") });
    const withDefault = (part: Text) => fc.oneof(part, text("§ = §", part, e));
    return {
      leaf,
      pattern: fc.oneof(
        { maxDepth: 2 },
        text("[§]", withDefault(name)),
        text("[§, §]", withDefault(name), withDefault(target)),
        text("[§, , §, ...§]", withDefault(name), withDefault(target), target),
        text("{ a: § }", withDefault(target)),
        text("{ a: §, [§]: §, b: § }", withDefault(target), e, withDefault(target), withDefault(target)),
      ),
      suspension: fc.oneof(
        text(`(${suspend} §)`, e),
        text(`(${suspend} later(§, §))`, label, e),
        text(`(${suspend} f(§))`, args),
        text(`(${suspend} §(§))`, member, args),
        text(`(${suspend} §?.§(§))`, base, property, args),
        text(`(${suspend} (§ ? f(§) : §))`, e, args, e),
        ...(suspend === "yield"
          ? [text("(yield* §)", iterable), fc.constant("(yield)")]
          : [text("(await thenable(§, §))", label, e)]),
      ),
      expression: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        { weight: 3, arbitrary: leaf },
        { weight: 5, arbitrary: tie("suspension") },
        text("t(§, §)", label, e),
        member,
        text("(§ § §)", e, operator, e).filter(
          (code) => !/\*\*/.test(code) || !/\((?:-|!|typeof|void)[^()]*\*\*/.test(code),
        ),
        text("(§ § (§))", e, logical, e),
        text("(§ ? § : §)", e, e, e),
        text("(§, §)", e, e),
        text("(§ § §)", place, assign, e),
        { weight: 3, arbitrary: text("(§ § §)", name, assign, e) },
        { weight: 2, arbitrary: text("(§ = t(§, §))", name, label, fc.constantFrom("p", "1", "o")) },
        { weight: 2, arbitrary: text("f(§, §, §)", name, e, e) },
        text("(§++)", place),
        text("(--§)", place),
        text("f(§)", args),
        text("§(§)", member, args),
        text("§?.[§]?.(§)", base, e, args),
        text("§?.§.§", base, property, property),
        text("(delete §)", member),
        text("(typeof §)", e),
        text("(!§)", e),
        text("new K(§)", args),
        text(`\`a\${§}b\${§}c\``, e, e),
        text(`tag\`a\${§}b\${§}c\``, e, e),
        text("[§, §, §]", element, element, element),
        text("({ §, § })", entry, entry),
        text("([§, § = §] = §)", name, target, e, iterable),
        text(
          "(§ = §)",
          tie("pattern").filter((code) => code.startsWith("[")),
          iterable,
        ),
        text("({ a: §, [§]: § } = §)", withDefault(target), e, withDefault(target), base),
        text("(class { static [§] = §; [§]() {} })", e, leaf, e),
      ),
    };
  });
}

function statements(suspend: string): Text {
  const { expression: e, pattern } = grammar(suspend) as { expression: Text; pattern: Text };
  const { statement } = fc.letrec<Record<string, string>>((tie) => {
    const s = tie("statement");
    const body = text(
      "{ if (guard++ > 15) break; § § }",
      s,
      fc.constantFrom(
        "",
        "",
        "if (guard % 3 === 1) continue;",
        "if (guard % 4 === 2) continue @L;",
        "if (guard % 5 === 3) break @L;",
      ),
    );
    const declared = fc
      .constantFrom(
        "[u = §, w] = §",
        "{ a: u = §, c: w = 5 } = §",
        "[u, ...w] = (§, §)",
        "u = §, w = §",
        "{ [§]: u, b: w = 1 } = §",
      )
      .chain((shape) => text(shape, e, fc.oneof(iterable, e)));
    return {
      statement: fc.oneof(
        { maxDepth: 2, withCrossShrink: true },
        { weight: 6, arbitrary: text("§;", e).filter((code) => !/^(?:\{|function|class)/.test(code)) },
        { weight: 2, arbitrary: text("try { § } catch (e) { log(e.name); § }", s, s) },
        text("{ const §; log(show([u, w])); }", declared),
        text("{ let §; later_.push(() => u); u = §; }", declared, e),
        text("if (§) { § } else { § }", e, s, s),
        loop("@L: while (§) §", e, body),
        loop("@L: do § while (§);", body, e),
        loop(
          "@L: for (let i = §, j = §; guard < 15; i = §) §",
          e,
          e,
          e,
          text("{ later_.push(() => i); § }", body).map((code) => code),
        ),
        loop("@L: for (let i = 0; (i < 2, §); §, i++) §", e, e, body),
        loop("@L: for (const v of §) §", iterable, body),
        loop("@L: for (const [u = §] of [[], [1]]) §", e, body),
        loop("@L: for (§ of §) §", pattern, fc.constantFrom("[[], [1, 2]]", "[{ a: 1 }, {}]"), body),
        text("switch (§) { case §: § break; default: § case §: § }", e, e, s, s, e, s),
        text("try { § } finally { § }", s, s),
        text("if (guard > 25) return §;", e),
        text("throw §;", e),
      ),
    };
  });
  return statement as Text;
}

const head = `let x = 1, y = 2, z = 3, guard = 0; const later_ = []; const bump = () => (z += 1);
const p = box("p", { a: 1, b: o, m(...args) { return t("p.m", args.length) } }); let q = p; const s = {}; class K { constructor(...args) { this.args = args } }
`;

/** A function of up to six statements, each of which may fail without ending the function. */
export function program(suspend: "await" | "yield"): Text {
  const one = text("try { § } catch (e) { log(e.name) }\n", statements(suspend));
  const start = suspend === "await" ? "async function main()" : "function* main()";
  return fc
    .array(one, { minLength: 1, maxLength: 6 })
    .map((parts) => `${start} {\n${head}${parts.join("")}return [x, y, z, later_.map((g) => g()), p];\n}`);
}
