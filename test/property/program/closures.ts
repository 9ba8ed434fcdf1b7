/** Owns: nested functions and what they capture: cells, per-iteration bindings, `this`, methods, hoisting, self-reference. */
import {
  awaited,
  declare,
  type Family,
  type Flow,
  freshName,
  has,
  number,
  openScope,
  type Place,
  pickName,
  seen,
  shadowName,
  statements,
  truth,
  use,
  visible,
  within,
} from "./grammar.ts";

const plainFlow = {
  async: false,
  generator: false,
  breakable: false,
  loop: false,
  labels: [],
  returns: true,
  tried: false,
};

/** Inside a nested function. An arrow keeps `this` and `arguments` of where it stands. */
function enter(place: Place, flow: Partial<Flow>, arrow: boolean): Place {
  const own = arrow ? {} : { hasThis: false, hasArguments: place.world.strict };
  return within(place, { scope: openScope(place), flow: { ...plainFlow, ...own, ...flow }, depth: place.depth + 1 });
}

function makeParameters(place: Place, arity: number): string {
  const names = Array.from({ length: arity }, (_, index) => {
    const initial = index > 0 && place.world.rng.chance(0.4) ? literalOr(place) : "";
    const name = shadowName(place, "a", initial);
    declare(place, name, "number", true);
    return initial === "" ? name : `${name} = ${initial}`;
  });
  return names.join(", ");
}

function literalOr(place: Place): string {
  return number(within(place, { flow: { async: false, generator: false } }), 1);
}

function makeBody(place: Place, low: number, high: number): string {
  const body = statements(place, low, high);
  const entry = place.flow.async ? "" : "if (spend(L)) return 0;\n";
  return `{\n${entry}${body}\nreturn ${number(place, 2)};\n}`;
}

function makeArrow(place: Place): string {
  const { rng } = place.world;
  const name = freshName(place, "fn");
  const arity = rng.int(0, 2);
  const inner = enter(place, {}, true);
  const parameters = makeParameters(inner, arity);
  const body = rng.chance(0.6) ? number(inner, 3) : makeBody(inner, 1, 2);
  declare(place, name, "function", false, arity);
  return `const ${name} = (${parameters}) => ${body};`;
}

function makeFunction(place: Place): string {
  const { rng } = place.world;
  const name = freshName(place, "fn");
  const arity = rng.int(1, 2);
  const inner = enter(place, {}, false);
  const parameters = makeParameters(inner, arity);
  const body = makeBody(inner, 1, 2);
  const above = rng.chance(0.3) ? `trace(L, "above", ${name}(${rng.int(0, 5)}));\n` : "";
  if (above !== "") use(place, "closure.hoisted");
  declare(place, name, "function", false, arity);
  return rng.chance(0.5) || above !== ""
    ? `${above}function ${name}(${parameters}) ${body}`
    : `const ${name} = function (${parameters}) ${body};`;
}

function makeAsync(place: Place): string {
  const { rng } = place.world;
  const name = freshName(place, "af");
  const arity = rng.int(0, 2);
  const form = rng.pick(["arrow", "expression", "declaration"]);
  const inner = enter(place, { async: true }, form === "arrow");
  const parameters = makeParameters(inner, arity);
  const body = form === "arrow" && rng.chance(0.3) ? number(inner, 3) : makeBody(inner, 1, 2);
  declare(place, name, "durable", false, arity);
  if (form === "arrow") return `const ${name} = async (${parameters}) => ${body};`;
  if (form === "expression") return `const ${name} = async function (${parameters}) ${body};`;
  const above = place.flow.async && rng.chance(0.4) ? `trace(L, "above", ${awaited(`${name}(1)`)});\n` : "";
  return `${above}async function ${name}(${parameters}) ${body}`;
}

/** A named function expression that calls itself. */
function makeRecursive(place: Place): string {
  const name = freshName(place, "af");
  const base = number(enter(place, { async: place.flow.async }, false), 1);
  declare(place, name, place.flow.async ? "durable" : "function", false, 1);
  if (!place.flow.async) {
    return `const ${name} = function self(d) { return d > 3 || spend(L) ? ${base} : d + self(d + 1); };`;
  }
  const guard = `if (!(d < 3) || spend(L)) return ${base};`;
  return `const ${name} = async function self(d) { ${guard} return d + ${awaited("self(d + 1)")}; };`;
}

/** Deeper than one stack is allowed to become, mostly without anything to wait for on the way. */
function makeDeep(place: Place): string {
  const { rng } = place.world;
  const name = freshName(place, "deep");
  const depth = rng.pick([300, 1500, 4500]);
  const last = rng.chance(0.5) ? awaited("tick(1)") : "1";
  const step = rng.pick([
    `${awaited(`${name}(d - 1)`)} + 1`,
    `1 + ${awaited(`${name}(d - 1)`)} + (d > ${depth - 3} ? see(L, "deep", d) : 0)`,
  ]);
  return `const ${name} = async (d) => (d > 0 ? ${step} : ${last});\ntrace(L, "depth", ${awaited(`${name}(${depth})`)});`;
}

/** Two functions that call each other, the first above the second's declaration. */
function makeMutual(place: Place): string {
  const { rng } = place.world;
  const [one, other] = [freshName(place, "af"), freshName(place, "af")];
  const async = place.flow.async;
  const inner = within(place, { scope: openScope(place), flow: { ...plainFlow, async } });
  declare(inner, "d", "number", true);
  const call = (name: string) => (async ? awaited(`${name}(d - 1)`) : `${name}(d - 1)`);
  const head = async ? "async (d) =>" : "(d) =>";
  const body = (next: string) =>
    `${head} { if (!(d > 0) || spend(L)) return ${number(inner, 1)}; return ${number(inner, 1)} + ${call(next)}; }`;
  const texts = [`const ${one} = ${body(other)};`, `const ${other} = ${body(one)};`];
  const kind = async ? "durable" : "function";
  declare(place, one, kind, false, 1);
  declare(place, other, kind, false, 1);
  if (rng.chance(0.5)) return texts.join("\n");
  return texts
    .map((text) => text.replace(/const (\w+) = (async )?\(d\) =>/, "$2function $1(d)").replace(/;$/, ""))
    .join("\n");
}

/** Async closures made in a loop of any kind; each reads and changes the variables of its own turn, once awaited. */
function makeListedAsync(place: Place): string {
  const { rng } = place.world;
  const [name, item, own] = [freshName(place, "fs"), freshName(place, "e"), freshName(place, "own")];
  const inner = enter(place, { ...place.flow, loop: true, breakable: true }, true);
  declare(inner, item, "number", true);
  const made = number(inner, 1);
  declare(inner, own, "number", true);
  const within = number(enter(inner, { async: true }, true), 2);
  const rest = statements(inner, 0, 1);
  const heads = [
    `for (let ${item} of [1, 2, 3])`,
    `for (let ${item} = 0; ${item} < 3 && !spend(L); ${item}++)`,
    `for (let [${item}] of [[1], [2]])`,
    `for (let { a: ${item} = 3 } of [{ a: 1 }, {}])`,
    `for await (let ${item} of [1, 2])`,
  ];
  const call = awaited(`${name}[(${number(place, 1)}) & 1]?.()`);
  return [
    `const ${name} = [];`,
    `${rng.pick(heads)} {\nif (spend(L)) break;\nlet ${own} = ${made};`,
    `${name}.push(async () => (${own} += ${item}++) + ${within});\n${rest}\n}`,
    `trace(L, "fs", ${call}, ${call});`,
  ].join("\n");
}

/** Closures made in a loop, each over its own iteration's variables; called later. */
function makeListed(place: Place): string {
  const { rng } = place.world;
  const [name, index] = [freshName(place, "fs"), freshName(place, "n")];
  const inner = enter(place, { ...place.flow, loop: true, breakable: true }, true);
  declare(inner, index, "number", true);
  const local = freshName(inner, "own");
  const made = number(inner, 2);
  declare(inner, local, "number", true);
  const early = rng.chance(0.3) ? `if (${truth(inner, 1)}) continue;\n` : "";
  const closure = rng.pick([`${index}++`, `(${local} += ${index})`, `${index} * 10 + ${local}++`]);
  const push = `${name}.push(() => ${closure});`;
  declare(place, name, "functions", false);
  const body = `let ${local} = ${made};\n${push}\n${early}${rng.pick([`${local} += 2;`, `${index} += 0;`, ""])}`;
  const heads = [
    `for (let ${index} = 0; ${index} < 3 && !spend(L); ${index}++)`,
    `for (let ${index} of [4, 5, 6])`,
    `for (let ${index} = 0; ${index} < 4 && !spend(L); ${index} += 2)`,
  ];
  return `const ${name} = [];\n${rng.pick(heads)} {\n${body}\n}`;
}

/** Two closures that share a variable, one of them changing it. */
function makeShared(place: Place): string {
  const [shared, get, set] = [freshName(place, "shared"), freshName(place, "fn"), freshName(place, "fn")];
  const made = number(place, 2);
  declare(place, shared, "number", true);
  declare(place, get, "function", false, 0);
  declare(place, set, "function", false, 1);
  return `let ${shared} = ${made};\nconst ${get} = () => ${shared};\nconst ${set} = (d) => (${shared} += d);`;
}

function makeObject(place: Place): string {
  const { rng } = place.world;
  const name = freshName(place, "o");
  const plain = enter(place, { hasThis: true, returns: true }, false);
  declare(plain, "d", "number", true);
  const inner = enter(place, { hasThis: true, async: true }, false);
  declare(inner, "d", "number", true);
  const start = number(place, 2);
  const twice = within(place, { scope: openScope(place), flow: plainFlow });
  declare(twice, "d", "number", true);
  const parts = [
    `n: ${start}`,
    `inc(d) {\nthis.n += d;\n${statements(plain, 0, 1)}\nreturn this.n;\n}`,
    `${method("step", "async", place)}(L, d) {\nif (spend(L)) return 0;\n${statements(inner, 1, 2)}\nthis.n += ${number(inner, 2)};\nreturn this.n;\n}`,
    `${method("deep", "async", place)}(L, d = 1) {\nconst inner = () => this.n;\nreturn ${awaited("this.step(L, d)")} + inner();\n}`,
    `twice: (d) => ${number(twice, 2)}`,
  ];
  if (rng.chance(0.3) && has(place, "generator")) {
    use(place, "generator.method");
    parts.push(`${method("[Symbol.iterator]", "*", place)}() { yield this.n; yield* [1, this.n * 2]; }`);
    parts.push(`all() { return [...this]; }`);
  }
  declare(place, name, "object", false);
  return `const ${name} = {\n${parts.join(",\n")}\n};`;
}

/** Async and generator methods are written as properties unless the family `method` is on. */
function method(name: string, mark: "async" | "*", place: Place): string {
  if (has(place, "method") && place.world.rng.chance(0.5)) {
    use(place, "method.shorthand");
    return mark === "*" ? `*${name}` : `async ${name}`;
  }
  return `${name}: ${mark === "*" ? "function*" : "async function"}`;
}

function makeCall(place: Place): string {
  if (!place.flow.async || !seen("durable")(place)) return `trace(L, ${number(place, 2)});`;
  return `trace(L, "af", ${awaited(`${pickName(place, "durable")}(${number(place, 2)}, ${number(place, 1)})`)});`;
}

const roomy = (place: Place) => place.depth <= 2;

export const closures: Family = {
  statement: [
    { feature: "closure.arrow", weight: 4, make: makeArrow },
    { feature: "closure.function", weight: 3, when: roomy, make: makeFunction },
    { feature: "closure.async", weight: 4, when: (p) => roomy(p) && p.flow.async, make: makeAsync },
    { feature: "closure.recursive", weight: 1, make: makeRecursive },
    { feature: "closure.deep", weight: 0.1, when: (p) => p.flow.async && !p.flow.loop && p.depth <= 1, make: makeDeep },
    { feature: "closure.mutual", weight: 1.5, make: makeMutual },
    { feature: "closure.iteration", weight: 4, make: makeListed },
    { feature: "closure.iterationAsync", weight: 2, when: (p) => roomy(p) && p.flow.async, make: makeListedAsync },
    { feature: "closure.shared", weight: 2, make: makeShared },
    { feature: "closure.object", weight: 3, when: roomy, make: makeObject },
    { feature: "await.closure", weight: 4, leaf: true, when: (p) => visible(p, "durable").length > 0, make: makeCall },
  ],
};
