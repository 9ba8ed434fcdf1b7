/** Owns: loops of every kind. Each spends fuel in its test or at the head of its body (I3). */

import { memberTarget } from "./assignments.ts";
import { makePattern } from "./declarations.ts";
import {
  awaited,
  block,
  declare,
  type Family,
  freshName,
  has,
  type Kind,
  list,
  number,
  openScope,
  type Place,
  pickName,
  record,
  seen,
  shadowName,
  statements,
  text,
  truth,
  use,
  within,
} from "./grammar.ts";

const insideLoop = { loop: true, breakable: true };

/** A label in front of some loops, known to what is inside. */
function labelled(place: Place, make: (inner: Place) => string): string {
  const name = place.world.rng.chance(0.35) ? freshName(place, "loop") : "";
  const labels = name === "" ? place.flow.labels : [...place.flow.labels, { name, loop: true }];
  const text = make(within(place, { scope: openScope(place), flow: { labels } }));
  return name === "" ? text : `${name}: ${text}`;
}

function makeFor(place: Place): string {
  const { rng } = place.world;
  const start = number(place, 1);
  const limit = rng.chance(0.7) ? String(rng.int(1, 4)) : `(${number(place, 1)}) & 3`;
  return labelled(place, (inner) => {
    const word = rng.weighted([
      [5, "let"],
      [1, "var"],
    ]);
    const name = word === "let" ? shadowName(inner, "n", `${start} ${limit}`) : freshName(inner, "n");
    declare(inner, name, "number", true);
    const first = rng.chance(0.7) ? "0" : `(${start}) & 1`;
    const second = rng.chance(0.25) ? makeSecond(inner, name) : "";
    const test = rng.chance(0.15) ? `${awaited(`tick(${limit})`)}` : limit;
    const bound = place.flow.async ? test : limit;
    const update = rng.weighted([
      [5, `${name}++`],
      [1, `${name} += 1, trace(L, "step", ${name})`],
      [place.flow.async ? 1 : 0, `${name} += ${awaited("tick(1)")}`],
    ]);
    return `for (${word} ${name} = ${first}${second}; ${name} < ${bound} && !spend(L); ${update}) ${block(inner, insideLoop)}`;
  });
}

/** Variables of the head from a pattern, a fresh set for each turn. */
function makeForPattern(place: Place): string {
  const { rng } = place.world;
  const names: { name: string; kind: Kind }[] = [];
  const pattern = makePattern(place, names, 1);
  const source = pattern.startsWith("[") ? list(place, 1) : record(place, 1);
  return labelled(place, (inner) => {
    const counter = freshName(inner, "n");
    for (const { name, kind } of names) declare(inner, name, kind, true);
    declare(inner, counter, "number", false);
    const reader = freshName(inner, "fn");
    const read = names[0] === undefined ? counter : names[0].name;
    declare(inner, reader, "function", false, 0);
    const head = `let ${counter} = 0, ${pattern} = ${source.includes("n: [") ? "{ n: [] }" : source}, ${reader} = () => ${read}`;
    const update = `${counter}++${rng.chance(0.3) ? `, ${number(inner, 1)}` : ""}`;
    return `for (${head}; ${counter} < ${rng.int(1, 3)} && !spend(L); ${update}) ${block(inner, insideLoop)}`;
  });
}

/** A second variable of the head: a closure over the first one's binding of the first iteration, or a number. */
function makeSecond(place: Place, name: string): string {
  const second = freshName(place, "h");
  if (place.world.rng.chance(0.5)) {
    use(place, "loop.headClosure");
    declare(place, second, "function", false, 0);
    return `, ${second} = () => ${name}++`;
  }
  const made = number(place, 1);
  declare(place, second, "number", true);
  return `, ${second} = ${made}`;
}

function makeWhile(place: Place): string {
  const counter = freshName(place, "c");
  const test = `${counter}++ < ${place.world.rng.int(1, 4)} && !spend(L) && ${truth(place, 2)}`;
  return `let ${counter} = 0;\n${labelled(place, (inner) => `while (${test}) ${block(inner, insideLoop)}`)}`;
}

function makeEndless(place: Place): string {
  const counter = freshName(place, "c");
  const head = `if (spend(L) || ${counter}++ > ${place.world.rng.int(0, 3)}) break;\n`;
  const word = place.world.rng.pick(["for (;;)", "while (true)"]);
  return `let ${counter} = 0;\n${labelled(place, (inner) => `${word} ${block(inner, insideLoop, head)}`)}`;
}

function makeDoWhile(place: Place): string {
  const counter = freshName(place, "c");
  const test = `${counter}++ < ${place.world.rng.int(0, 3)} && !spend(L) && ${truth(place, 2)}`;
  return `let ${counter} = 0;\n${labelled(place, (inner) => `do ${block(inner, insideLoop)} while (${test});`)}`;
}

const iterables: [number, string, (place: Place) => boolean, (place: Place) => string][] = [
  [5, "array", () => true, (p) => list(p, 2)],
  [2, "set", () => true, (p) => `new Set(${list(p, 1)})`],
  [2, "string", () => true, (p) => text(p, 1)],
  [3, "custom", (p) => has(p, "iterable"), (p) => `new Range(L, ${p.world.rng.int(0, 4)})`],
];

function makeForOf(place: Place): string {
  const { rng } = place.world;
  const able = iterables.filter(([, , when]) => when(place));
  const [, name, , make] = rng.weighted(able.map((entry) => [entry[0], entry] as const));
  use(place, `for-of.${name}`);
  const source = make(place);
  const values: Kind = name === "string" ? "text" : "number";
  const iterated = place.flow.async && rng.chance(0.2) ? awaited(`keep(${source})`) : source;
  return makeForOfOver(place, iterated, values);
}

/** for (HEAD of source): a declared name, or now and then a member or a variable that exists. */
export function makeForOfOver(place: Place, source: string, values: Kind, word = ""): string {
  const { rng } = place.world;
  return labelled(place, (inner) => {
    const existing = values === "number" && rng.chance(0.15);
    const head = existing ? memberTarget(inner, 1) : makeHead(inner, values, source);
    return `for ${word}(${head} of ${source}) ${block(inner, insideLoop, "if (spend(L)) break;\n")}`;
  });
}

function makeHead(place: Place, values: Kind, source: string): string {
  const word = place.world.rng.pick(["const", "let", "var"]);
  const name = word === "var" ? freshName(place, "e") : shadowName(place, "e", source);
  declare(place, name, values, word !== "const");
  return `${word} ${name}`;
}

function makeForOfPattern(place: Place): string {
  const { rng } = place.world;
  const names: { name: string; kind: Kind }[] = [];
  return labelled(place, (inner) => {
    const pattern = makePattern(inner, names, 0);
    const items = pattern.startsWith("[") ? [list(place, 1), list(place, 1)] : [record(place, 1), record(place, 1)];
    const word = rng.pick(["const", "let"]);
    const entries = `new Map([["a", ${number(place, 1)}], ["b", ${number(place, 1)}]])`;
    const source = /^\[[^=.]*\]$/.test(pattern) && rng.chance(0.4) ? entries : `[${items.join(", ")}]`;
    for (const { name, kind } of names) declare(inner, name, kind, word === "let");
    return `for (${word} ${pattern} of ${source}) ${block(inner, insideLoop, "if (spend(L)) break;\n")}`;
  });
}

/** An array or Map that grows or shrinks while it is walked. */
function makeForOfLive(place: Place): string {
  const { rng } = place.world;
  const [name, item] = [freshName(place, "live"), freshName(place, "e")];
  const map = rng.chance(0.4);
  const made = map ? `new Map([[1, 2], [3, 4], [5, 6]])` : `[1, 2, 3]`;
  const change = map
    ? rng.pick([`${name}.set(${item}[0] + 10, 1)`, `${name}.delete(5)`, `${name}.delete(1), ${name}.set(1, 7)`])
    : rng.pick([`${name}.push(${item})`, `${name}.shift()`, `${name}.length = 2`]);
  return labelled(place, (inner) => {
    const scope = { parent: inner.scope, wall: false, bindings: [] };
    const body = statements(within(inner, { scope, flow: insideLoop, depth: inner.depth + 1 }), 1, 2);
    const guard = `if (spend(L) || ${name}.${map ? "size" : "length"} > 6) break;\ntrace(L, "live", ${item});`;
    return `for (const ${item} of ${name}) {\n${guard}\n${change};\n${body}\n}`;
  }).replace(/^/, `const ${name} = ${made};\n`);
}

/** Over what `entries`, `keys` or `values` of a collection gives. */
function makeForOfEntries(place: Place): string {
  const { rng } = place.world;
  const [first, second] = [freshName(place, "e"), freshName(place, "e")];
  const source = rng.pick([
    `(${list(place, 1)})`,
    `new Map([["a", ${number(place, 1)}], ["b", 2]])`,
    `new Set(${list(place, 1)})`,
  ]);
  const method = rng.pick(["entries", "keys", "values"]);
  return labelled(place, (inner) => {
    const word = rng.pick(["const", "let"]);
    if (method === "entries") declare(inner, second, "number", word === "let");
    const head = method === "entries" ? `[${first}, ${second}]` : first;
    return `for (${word} ${head} of ${source}.${method}()) ${block(inner, insideLoop, `if (spend(L)) break;\ntrace(L, ${first});\n`)}`;
  });
}

function makeForIn(place: Place): string {
  const { rng } = place.world;
  const own = seen("record")(place) && rng.chance(0.6);
  const source = own ? pickName(place, "record") : rng.chance(0.3) ? list(place, 1) : record(place, 2);
  return labelled(place, (inner) => {
    const name = freshName(inner, "key");
    declare(inner, name, "text", false);
    const deletes = own && rng.chance(0.3) ? `delete ${source}.b;\n` : "";
    return `for (const ${name} in ${source}) ${block(inner, insideLoop, `if (spend(L)) break;\n${deletes}`)}`;
  });
}

export const loops: Family = {
  statement: [
    { feature: "loop.for", weight: 6, make: makeFor },
    { feature: "loop.pattern", weight: 2, make: makeForPattern },
    { feature: "loop.while", weight: 2, make: makeWhile },
    { feature: "loop.endless", weight: 1, make: makeEndless },
    { feature: "loop.doWhile", weight: 2, make: makeDoWhile },
    { feature: "for-of.plain", weight: 5, make: makeForOf },
    { feature: "for-of.pattern", weight: 2, make: makeForOfPattern },
    { feature: "for-of.live", weight: 2, make: makeForOfLive },
    { feature: "for-of.entries", weight: 1, make: makeForOfEntries },
    { feature: "loop.forIn", weight: 2, make: makeForIn },
  ],
};
