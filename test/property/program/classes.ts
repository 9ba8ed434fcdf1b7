/**
 * Owns: class bodies inside of functions: heritage, computed keys, fields, accessors, private names, static blocks, `super`.
 * Such a class cannot be stored, so it is used up before the next await: awaits stand only in its head and its keys, and in
 * members that use nothing of it, the last of which is what is awaited.
 */
import {
  awaited,
  declare,
  deeper,
  type Family,
  freshName,
  number,
  type Place,
  several,
  text,
  use,
  within,
} from "./grammar.ts";

/** Inside a method or field: its own `this`, and nothing to wait for. */
function enter(place: Place, parameters: string[]): Place {
  const inner = within(deeper(place), {
    flow: {
      async: false,
      generator: false,
      hasThis: true,
      hasArguments: false,
      breakable: false,
      loop: false,
      labels: [],
      tried: false,
    },
  });
  for (const name of parameters) declare(inner, name, "number", true);
  return inner;
}

/** A member that waits, and its use. It has neither `this` nor the name of the class, which would have to be stored. */
function makeWaiting(place: Place, name: string): [member: string, use: string] {
  const { rng } = place.world;
  const inner = within(enter(place, ["d"]), { flow: { async: true, hasThis: false } });
  const [first, second] = [number(inner, 2), number(inner, 2)];
  const key = rng.pick(["w", '["w" + 1]', '[see(L, "key", "w")]']);
  const at = key === "w" ? ".w" : `["w${key === '["w" + 1]' ? 1 : ""}"]`;
  const waits = awaited(`tick(${first})`);
  const all: [string, string][] = [
    [`static async ${key}(d = ${rng.int(0, 9)}) { return ${waits} + ${second}; }`, awaited(`${name}${at}(1)`)],
    [`async ${key}(d) { trace(L, "waits", ${waits}); return ${second}; }`, awaited(`new ${name}(2)${at}(3)`)],
    [`${key} = async (d) => ${waits} + ${second};`, awaited(`new ${name}(4)${at}(5)`)],
    [`static ${key} = { async x(d) { return ${second} + ${waits}; } };`, awaited(`${name}${at}.x(6)`)],
    [
      `static start(d) { async function w(e) { return ${waits} + e + ${second}; } return w(d); }`,
      awaited(`${name}.start(7)`),
    ],
    [`get ${key}() { return async (d) => ${waits} + ${second}; }`, awaited(`new ${name}(8)${at}(9)`)],
    [`static *${key}(d) { yield d; yield* [d + 1]; }`, `[...${name}${at}(10)].length`],
  ];
  return rng.pick(all);
}

/** An argument for a class that is made just now: nothing to wait for. */
function makeArgument(place: Place): string {
  return number(within(place, { flow: { async: false, generator: false } }), 0);
}

/** A class with a superclass takes no await in its keys: the compiler refuses it. */
function makeKey(place: Place, derived: boolean): string {
  const { rng } = place.world;
  if (rng.chance(0.5)) return rng.pick(["a", "b", "c"]);
  if (!derived && place.flow.async && rng.chance(0.4)) return `[${awaited(`tick(${text(place, 0)})`)}]`;
  const sync = within(place, { flow: { async: false, generator: false } });
  return `[see(L, "key", ${text(derived ? sync : place, 1)})]`;
}

function makeHeritage(place: Place): string {
  if (place.flow.async && place.world.rng.chance(0.5)) return ` extends ${awaited("keep(Basis)")}`;
  return place.world.rng.pick([" extends Basis", ' extends see(L, "base", Basis)']);
}

function makeMembers(place: Place, derived: boolean, hidden: string): string[] {
  const { rng } = place.world;
  const key = () => makeKey(place, derived);
  const body = (...names: string[]) => number(enter(place, names), 2);
  const makers: (() => string)[] = [
    () => `${key()} = ${body()};`,
    () => `static ${key()} = see(L, "static", ${body()});`,
    () => `get ${key()}() { return see(L, "get", ${body()}); }`,
    () => `set ${key()}(d) { trace(L, "set", ${body("d")}); }`,
    () => `${key()}(d = ${body()}) { return ${body("d")}; }`,
    () => `static ${key()}(d) { return ${body("d")}; }`,
    () => `static { trace(L, "block", ${body()}, this.s); }`,
    () => `#${hidden}2 = () => this.#${hidden} + ${body()};`,
    () => `static #${hidden}3(d) { return ${body("d")}; } static s = this.#${hidden}3(1);`,
  ];
  const unique = new Set<string>();
  return several(place, 1, 3, () => rng.pick(makers)()).filter((text) => {
    const name = /#\w+/.exec(text)?.[0] ?? text;
    const again = unique.has(name);
    unique.add(name);
    return !again;
  });
}

function makeClass(place: Place, waiting = "", name = freshName(place, "C")): string {
  const { rng } = place.world;
  const hidden = freshName(place, "p");
  const derived = rng.chance(0.4);
  const heritage = derived ? makeHeritage(place) : "";
  use(place, derived ? "class.derived" : "class.base");
  const members = makeMembers(place, derived, hidden);
  const inner = enter(place, ["d"]);
  const above = derived ? " + super.m(d)" : "";
  return [
    `class ${name}${heritage} {`,
    `#${hidden} = ${number(enter(place, []), 1)};`,
    `constructor(d) {\n${derived ? "super(d);\n" : ""}this.n = ${number(inner, 1)};\ntrace(L, new.target === ${name});\n}`,
    ...members,
    waiting,
    `m(d) {\nthis.#${hidden} += ${number(inner, 2)};\nreturn this.#${hidden}${above};\n}`,
    `static t = see(L, "class", new ${name}(${number(enter(place, []), 0)}).m(this.length));`,
    "}",
  ].join("\n");
}

function makeUse(place: Place): string {
  const inner = deeper(place);
  const name = freshName(place, "C");
  const isWaiting = place.flow.async && place.world.rng.chance(0.5);
  const [member, last] = isWaiting ? makeWaiting(inner, name) : ["", ""];
  const made = makeClass(inner, member, name);
  if (isWaiting) use(place, "class.waits");
  const wait = last === "" ? "" : `trace(L, "waits", ${last});\n`;
  return `{\n${made}\ntrace(L, "made", ${name}.t, new ${name}(1).m(2), Object.keys(new ${name}(3)));\n${wait}}`;
}

function makeInstance(place: Place): string {
  return `new (${makeClass(place)})(${makeArgument(place)}).m(${makeArgument(place)})`;
}

const roomy = (place: Place) => place.depth <= 2;

export const classes: Family = {
  number: [{ feature: "class.expression", weight: 0.3, when: roomy, make: makeInstance }],
  statement: [{ feature: "class.statement", weight: 1.5, when: roomy, make: makeUse }],
};
