/** Owns: var, let and const, alone and several at once, with patterns, defaults and rest; blocks; uses in the dead zone. */
import {
  awaited,
  declare,
  type Family,
  freshName,
  has,
  type Kind,
  list,
  number,
  type Place,
  record,
  seen,
  several,
  text,
  use,
  visible,
} from "./grammar.ts";

const words = ["let", "let", "const", "var"] as const;

interface Made {
  kind: Kind;
  text: string;
}

function makeInitializer(place: Place, word: string): Made {
  const { rng } = place.world;
  // A var may be read where its declaration never ran: only kinds that survive undefined.
  const kind = rng.weighted<Kind>([
    [6, "number"],
    [2, "text"],
    [word === "var" ? 0 : 2, "list"],
    [word === "var" ? 0 : 3, "record"],
    [word === "var" ? 0 : 0.5, "absent"],
  ]);
  const make: Partial<Record<Kind, () => string>> = {
    number: () => number(place, 2),
    text: () => `clip(${text(place, 2)})`,
    list: () => `[...${list(place, 2)}].slice(0, 6)`,
    record: () => `{ ...${record(place, 2)} }`,
    absent: () => rng.pick(["null", "undefined", "{ n: { b: {} } }"]),
  };
  return { kind, text: (make[kind] as () => string)() };
}

function makeDeclaration(place: Place): string {
  const { rng } = place.world;
  const word = rng.pick(words);
  const parts = several(place, 1, rng.chance(0.25) ? 3 : 1, () => {
    const { kind, text } = makeInitializer(place, word);
    const name = freshName(place, "v");
    const aliased = kind === "record" && rng.chance(0.3) && visible(place, "record").length > 0;
    const value = aliased ? rng.pick(visible(place, "record")).name : text;
    declare(place, name, kind, word !== "const");
    return `${name} = ${value}`;
  });
  return `${word} ${parts.join(", ")};`;
}

/** Text of a pattern; its names are declared by the caller once the source text is made. */
export function makePattern(place: Place, names: { name: string; kind: Kind }[], room: number): string {
  const { rng } = place.world;
  const bind = (kind: Kind, stem: string) => {
    const name = freshName(place, stem);
    names.push({ name, kind });
    return name;
  };
  const initial = () => (rng.chance(0.5) ? ` = ${number(place, room)}` : "");
  if (rng.chance(0.5)) {
    const items = several(place, 1, 3, () => (rng.chance(0.15) ? "" : `${bind("number", "i")}${initial()}`));
    if (rng.chance(0.3)) items.push(`...${bind("list", "r")}`);
    return `[${items.join(", ")}]`;
  }
  const fields = several(place, 1, 3, () => {
    const roll = rng.next();
    if (roll < 0.2) return `[${text(place, room)}]: ${bind("number", "k")}${initial()}`;
    if (roll < 0.35 && room > 0) return `n: ${makePattern(place, names, 0)} = []`;
    return `${rng.pick(["a", "b", "c"])}: ${bind("number", "f")}${initial()}`;
  });
  if (rng.chance(0.3)) fields.push(`...${bind("record", "o")}`);
  return `{ ${fields.join(", ")} }`;
}

function makeSource(place: Place, pattern: string): string {
  const { rng } = place.world;
  const iterables: [number, () => string][] = [
    [4, () => list(place, 2)],
    [has(place, "iterable") ? 2 : 0, () => `new Range(L, ${rng.int(0, 4)})`],
    [1, () => `new Set(${list(place, 1)})`],
  ];
  if (pattern.includes("n: [")) return `({ ...${record(place, 1)}, n: ${list(place, 1)} })`;
  if (pattern.startsWith("[")) return rng.weighted(iterables)();
  return pattern.includes("n: {") ? `({ ...${record(place, 1)}, n: ${record(place, 1)} })` : record(place, 2);
}

function makeDestructuring(place: Place): string {
  const names: { name: string; kind: Kind }[] = [];
  const pattern = makePattern(place, names, 1);
  // As in makeInitializer: of what a var may hold, only numbers survive undefined.
  const word = place.world.rng.pick(
    names.every(({ kind }) => kind === "number") ? ["let", "const", "var"] : ["let", "const"],
  );
  const source = makeSource(place, pattern);
  const value = place.flow.async && place.world.rng.chance(0.4) ? awaited(`keep(${source})`) : source;
  for (const { name, kind } of names) declare(place, name, kind, word !== "const");
  return `${word} ${pattern} = ${value};`;
}

/** A closure that reads a variable before, and again after its declaration ran. */
function makeDeadZone(place: Place): string {
  use(place, "scope.hoisted");
  const [reader, variable] = [freshName(place, "read"), freshName(place, "late")];
  const made = number(place, 2);
  declare(place, variable, "number", true);
  const again = place.world.rng.chance(0.5)
    ? `try { trace(L, ${reader}()); } catch (e) { trace(L, "zone", e); }\n`
    : "";
  return [
    !place.world.strict || place.world.rng.chance(0.5)
      ? `const ${reader} = () => ${variable};`
      : `function ${reader}() { return ${variable}; }`,
    `try { trace(L, ${reader}()); } catch (e) { trace(L, "zone", e); }`,
    `${again}let ${variable} = ${made};`,
    `trace(L, "${variable}", ${reader}(), ${variable});`,
  ].join("\n");
}

function makeVarAgain(place: Place): string {
  const name = place.world.rng.pick(visible(place, "number")).name;
  const other = freshName(place, "hoisted");
  const made = number(place, 2);
  declare(place, other, "number", true);
  return `trace(L, ${other}, ${name});\nvar ${other} = ${made};`;
}

export const declarations: Family = {
  statement: [
    { feature: "declare.plain", weight: 14, leaf: true, make: makeDeclaration },
    { feature: "declare.pattern", weight: 4, make: makeDestructuring },
    { feature: "declare.zone", weight: 1, make: makeDeadZone },
    { feature: "declare.var", weight: 1, when: seen("number"), make: makeVarAgain },
  ],
};
