/** Owns: the module's own functions: parameters of every form, guarded bodies, and main. */
import {
  awaited,
  declare,
  deeper,
  type Kind,
  type ModuleFunction,
  number,
  type Parameter,
  type Place,
  pause,
  statements,
  use,
  type World,
  within,
} from "./grammar.ts";

export const outside = (world: World): Place => ({
  world,
  scope: { parent: null, wall: false, bindings: [] },
  flow: {
    async: false,
    generator: false,
    hasThis: false,
    hasArguments: world.strict, // where parameters share a sloppy `arguments`, the compiler refuses it
    breakable: false,
    loop: false,
    labels: [],
    returns: true,
    tried: false,
  },
  depth: 0,
});

/** The signatures of all functions come first: they call each other, above their declarations and in circles. */
export function makeSignatures(world: World): void {
  const { rng } = world;
  const generators = world.without.has("generator") ? 0 : rng.int(0, 2);
  const asyncGenerators = world.without.has("async-generator") ? 0 : rng.int(0, 1);
  const makers: [number, ModuleFunction["kind"], string][] = [
    [rng.int(2, 3), "async", "f"],
    [generators, "generator", "g"],
    [asyncGenerators, "async-generator", "h"],
  ];
  for (const [count, kind, stem] of makers)
    for (let index = 0; index < count; index++) {
      const name = `${stem}${index}`;
      const guarded = kind === "async" && (index === 0 || rng.chance(0.4));
      world.functions.push({ name, kind, guarded, parameters: makeParameters(world, kind) });
    }
}

function makeParameters(world: World, kind: ModuleFunction["kind"]): Parameter[] {
  const { rng } = world;
  const parameters = Array.from({ length: rng.int(0, 3) }, () =>
    rng.weighted<Parameter>([
      [5, "number"],
      [2, "record"],
      [2, "list"],
      [2, "callback"],
      [world.without.has("promise") || kind !== "async" ? 0 : 0.6, "task"],
    ]),
  );
  if (rng.chance(0.2)) parameters.push("rest");
  return parameters;
}

const parameterTexts: Record<Parameter, (place: Place, index: number, room: number) => string> = {
  number: (place, index, room) => {
    const initial = place.world.rng.chance(0.5) ? ` = ${number(place, room)}` : "";
    if (initial !== "") use(place, "parameter.default");
    declare(place, `x${index}`, "number", true);
    return `x${index}${initial}`;
  },
  record: (place, index, room) => {
    use(place, "parameter.object");
    const initial = number(place, room);
    const rest = place.world.rng.chance(0.3);
    const text = `{ a: y${index} = ${initial}, [see(L, "key", "b")]: w${index}${rest ? `, ...r${index}` : ""} } = { b: 4 }`;
    bind(place, [`y${index}`, "number"], [`w${index}`, "number"]);
    if (rest) bind(place, [`r${index}`, "record"]);
    return text;
  },
  list: (place, index, room) => {
    use(place, "parameter.array");
    const text = `[y${index} = ${number(place, room)}, , ...r${index}] = [1, 2, 3]`;
    bind(place, [`y${index}`, "number"], [`r${index}`, "list"]);
    return text;
  },
  rest: (place) => {
    use(place, "parameter.rest");
    bind(place, ["rest", "list"]);
    return "...rest";
  },
  callback: (place, index, room) => {
    use(place, "parameter.closure");
    const initial = number(place, room);
    // Awaited where it is called, hence a plain or an async one.
    bind(place, [`cb${index}`, "durable"]);
    return `cb${index} = (z) => z + ${initial}`;
  },
  // The default calls durable code. Each call leaves it less fuel, so this ends.
  task: (place, index) => {
    use(place, "parameter.task");
    const callee = place.world.functions.find((one) => one.kind === "async" && one.guarded)?.name;
    return `p${index} = L.fuel > 5 ? ${callee}(fork(L, "p${index}")) : 5`;
  },
  nothing: (_, index) => `_${index}`,
};

function bind(place: Place, ...names: [string, Kind][]): void {
  for (const [name, kind] of names) declare(place, name, kind, true, kind === "durable" ? 1 : 0);
}

const keywords = { async: "async function", generator: "function*", "async-generator": "async function*" };

export function makeFunction(world: World, one: ModuleFunction): string {
  const place = outside(world);
  // Parameters stand outside of the guard: there, only leaves, which do not throw.
  const room = one.guarded ? 0 : 2;
  const head = one.parameters.map((parameter, index) => `, ${parameterTexts[parameter](place, index, room)}`).join("");
  const inner = within(place, { flow: { async: one.kind !== "generator", generator: one.kind !== "async" } });
  const given = one.parameters.flatMap((kind, index) =>
    kind === "task" ? `trace(L, "given", ${awaited(`p${index}`)});\n` : [],
  );
  const entry = `if (spend(L)) return -1;\n${one.kind === "async" ? pause(place) + given.join("") : ""}`;
  const keyword = keywords[one.kind];
  world.budget = world.rng.int(5, 10);
  const own = one.guarded ? deeper(inner) : inner;
  const body = `${shadowed(own, one)}${statements(own, 2, 4)}\nreturn ${number(own, 2)};`;
  const guarded = one.guarded ? `try {\n${body}\n} catch (e) {\ntrace(L, "guard", e);\nreturn -2;\n}` : body;
  return `${keyword} ${one.name}(L${head}) {\n${entry}${guarded}\n}`;
}

/** A `var` of a parameter's name: with defaults present it is another variable, which begins with the parameter's value. */
function shadowed(place: Place, one: ModuleFunction): string {
  if (one.guarded || one.parameters[0] !== "number" || !place.world.rng.chance(0.25)) return "";
  use(place, "parameter.var");
  return `var x0 = see(L, "var", x0) + 1;\n`;
}

export function makeMain(world: World): string {
  const place = within(outside(world), { flow: { async: true } });
  world.budget = world.rng.int(10, 18);
  const body = `${statements(place, 4, 8)}\nreturn [${number(place, 3)}, ${number(place, 2)}, L.fuel];`;
  return `async function main(fuel = 30) {\nconst L = { id: "0", fuel, forks: 0 };\n${body}\n}`;
}
