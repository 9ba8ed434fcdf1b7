/**
 * Owns: what programs seldom do and compilers get wrong: names that objects have, classes below the closures that use them,
 * values that fail when they are looked at, template objects that are compared, resources, and forms of sloppy code.
 */
import {
  awaited,
  declare,
  deeper,
  type Family,
  freshName,
  list,
  number,
  type Place,
  record,
  statements,
  use,
  within,
} from "./grammar.ts";

const calm = (place: Place) => within(place, { flow: { async: false, generator: false } });
const pausing = (place: Place, value: string) => (place.flow.async ? awaited(`tick(${value})`) : value);

/** Legal as names of variables everywhere, and keys that frames, records or promises might have of their own. */
const names = [
  "__proto__",
  "constructor",
  "then",
  "prototype",
  "valueOf",
  "hasOwnProperty",
  "get",
  "set",
  "name",
  "length",
  "next",
  "value",
  "done",
  "caller",
  "callee",
] as const;

function makeNames(place: Place): string {
  const { rng } = place.world;
  const inner = deeper(place);
  const [first, second, third] = [0, 5, 10].map((at) => names[at + rng.int(0, 4)] as string) as [
    string,
    string,
    string,
  ];
  const error = rng.pick(names.filter((name) => ![first, second, third].includes(name)));
  const head = [
    `let ${first} = ${number(inner, 1)};`,
    `const { a: ${second} = ${number(inner, 0)} } = ${record(inner, 1)};`,
    `let [${third} = ${number(inner, 0)}] = ${list(inner, 1)};`,
  ];
  declare(inner, first, "number", true);
  declare(inner, second, "number", false);
  declare(inner, third, "number", true);
  const body = statements(inner, 1, 2);
  const last = `trace(L, "names", ${pausing(inner, first)}, (() => ${first}++ + ${second})(), ${third}, ${first});`;
  const handler = `catch (${error}) {\ntrace(L, "named", ${pausing(inner, "1")}, ${error});\n}`;
  return `{\n${head.join("\n")}\ntry {\n${body}\n${last}\n} ${handler}\n}`;
}

/** Its class can't be stored: nothing is awaited behind it. */
function makeLateClass(place: Place): string {
  const { rng } = place.world;
  const [make, name] = [freshName(place, "make"), freshName(place, "Late")];
  const inner = calm(deeper(place));
  declare(inner, "d", "number", true);
  const field = within(calm(place), { flow: { hasArguments: false } }); // there the language forbids the name
  const early = rng.chance(0.3) ? `try { ${make}(1); } catch (e) { trace(L, "zone", e.name); }\n` : "";
  const loop = rng.chance(0.3);
  const body = [
    `const ${make} = (d) => new ${name}(d).n;`,
    `${early}trace(L, "before", ${pausing(place, number(place, 1))});`,
    `class ${name} {\nconstructor(d) { this.n = ${number(inner, 1)}; }\n${rng.chance(0.5) ? `static s = ${number(field, 0)};` : ""}\n}`,
    `trace(L, "late", ${make}(${number(calm(place), 0)}), ${name}.s);`,
  ].join("\n");
  return loop ? `for (let i = 0; i < 2 && !spend(L); i++) {\n${body}\n}` : `{\n${body}\n}`;
}

/** A loop whose body declares a name that is visible around it. */
function makeForAwaitNames(place: Place): string {
  const { rng } = place.world;
  const [name, item, read] = [freshName(place, "total"), freshName(place, "e"), freshName(place, "fn")];
  const word = rng.pick(["const", "let"]);
  const inner = deeper(place, { loop: true, breakable: true });
  declare(inner, item, "number", false);
  const own = `${word} ${name} = ${item} + ${number(calm(inner), 1)};`;
  declare(inner, name, "number", word === "let");
  const body = rng.chance(0.5) ? `trace(L, ${number(calm(inner), 2)});` : statements(inner, 1, 2);
  const outer = number(place, 1);
  declare(place, name, "number", true);
  return [
    `let ${name} = ${outer};`,
    `let ${read} = () => 0;`,
    `for await (const ${item} of ${list(place, 1)}) {\nif (spend(L)) break;\n${own}\n${read} = () => ${name};\n${body}\n}`,
    `trace(L, "total", ${name}, ${read}());`,
  ].join("\n");
}

function makeHostile(place: Place): string {
  const { rng } = place.world;
  const value = `hostile(${rng.int(0, 6)})`;
  const form = rng.pick([
    awaited(value),
    awaited(`(async () => ${value})()`),
    awaited(`Promise.all([1, ${value}])`),
    `(${awaited(`Promise.allSettled([${value}, 2])`)}).length`,
  ]);
  return `try {\ntrace(L, "hostile", ${form});\n} catch (e) {\ntrace(L, "refused", typeof e);\n}`;
}

/** Each place has one template object, however often it is visited, and whatever lies between. */
function makeSites(place: Place): string {
  const [seen, visit] = [freshName(place, "seen"), freshName(place, "visit")];
  const visits = place.flow.async
    ? `async (n) => { ${seen}.push(site\`<\${n}>\`); return ${awaited("tick(n)")}; }`
    : `(n) => ${seen}.push(site\`<\${n}>\`)`;
  const call = (n: number) => (place.flow.async ? awaited(`${visit}(${n})`) : `${visit}(${n})`);
  return `const ${seen} = [];\nconst ${visit} = ${visits};\n${call(1)};\n${call(2)};\ntrace(L, "site", ${seen}[0] === ${seen}[1], ${seen}[0] === site\`<\${3}>\`, ${seen}[0].raw.length);`;
}

function makeUsing(place: Place): string {
  const { rng } = place.world;
  const inner = deeper(place);
  const isAsync = place.flow.async && rng.chance(0.5);
  const one = (n: number) => {
    const name = freshName(place, "r");
    use(place, isAsync ? "odd.awaitUsing" : "odd.plainUsing");
    return `${isAsync ? "await " : ""}using ${name} = ${rng.chance(0.15) ? "null" : `new Resource(L, ${n}, ${rng.chance(0.2)})`};`;
  };
  const body = statements(inner, 1, 2);
  return `try {\n${one(1)}\n${body}\n${one(2)}\ntrace(L, "in use", ${pausing(place, number(inner, 1))});\n} catch (e) {\ntrace(L, "disposing", e.name);\n}`;
}

const sloppyForms = [
  "(function () { return typeof this; }).call(1)",
  "(function self() { self = 1; return typeof self; })()",
  "(() => { Object.freeze(o).a = 2; return o.a; })()",
  "(function (a) { arguments[0] = 2; return a; })(1)",
  "(function (a) { a = 2; return arguments[0]; })(1)",
  "(function () { return delete o.b; })()",
  "(function () { try { throw 1; } catch (g) { var g = 2; return g; } })()",
];

/** What strict and sloppy code do differently. */
function makeSloppy(place: Place): string {
  const { rng } = place.world;
  const form = rng.pick(sloppyForms);
  return `{\nconst o = { a: 1, b: 2 };\ntry {\ntrace(L, "mode", ${pausing(place, "1")}, ${form});\n} catch (e) {\ntrace(L, "mode", e.name);\n}\n}`;
}

const roomy = (place: Place) => place.depth <= 2;
const roomyAsync = (place: Place) => roomy(place) && place.flow.async;

export const oddities: Family = {
  statement: [
    { feature: "odd.names", weight: 1.5, when: roomy, make: makeNames },
    { feature: "odd.lateClass", weight: 1, when: roomy, make: makeLateClass },
    { feature: "odd.forAwaitNames", weight: 1.5, when: roomyAsync, make: makeForAwaitNames },
    { feature: "odd.hostile", weight: 1, when: (p) => p.flow.async, make: makeHostile },
    { feature: "odd.sites", weight: 0.7, when: roomy, make: makeSites },
    { feature: "odd.using", weight: 1, when: roomy, make: makeUsing },
    { feature: "odd.sloppy", weight: 0.7, make: makeSloppy },
  ],
};
