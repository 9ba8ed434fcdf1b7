/** Owns: if, switch, blocks, labels, jumps and traces. */
import {
  awaited,
  block,
  deeper,
  type Family,
  freshName,
  number,
  type Place,
  record,
  several,
  statements,
  text,
  truth,
  use,
  within,
} from "./grammar.ts";

function makeIf(place: Place): string {
  const { rng } = place.world;
  const test = truth(place, 2);
  const then = rng.chance(0.15) ? simple(place) : block(place);
  if (rng.chance(0.5)) return `if (${test}) ${then}`;
  return `if (${test}) ${then} else ${rng.chance(0.2) ? makeIf(deeper(place)) : block(place)}`;
}

/** A statement without braces. */
function simple(place: Place): string {
  return `trace(L, "only", ${number(place, 2)});`;
}

function makeCaseTest(place: Place, index: number): string {
  const { rng } = place.world;
  const roll = rng.next();
  if (roll < 0.7) return String(index);
  if (roll < 0.85) return `see(L, "case", ${index})`;
  return place.flow.async && rng.chance(0.6) ? awaited(`tick(${index})`) : number(place, 1);
}

function makeSwitch(place: Place): string {
  const { rng } = place.world;
  const subject = `(${number(place, 2)}) & 3`;
  const inner = deeper(place, { breakable: true });
  const count = rng.int(1, 4);
  const cases = Array.from({ length: count }, (_, index) => `case ${makeCaseTest(inner, index)}:`);
  if (rng.chance(0.7)) cases.splice(rng.int(0, count), 0, "default:");
  const bodies = cases.map((head) => {
    // What one case declares is in its dead zone if another is jumped to: each sees only its own.
    const own = within(inner, { scope: { parent: inner.scope, wall: false, bindings: [] } });
    const body = rng.chance(0.15) ? "" : statements(own, 1, 2);
    const falls = rng.chance(0.35);
    if (falls) use(place, "switch.fallthrough");
    return `${head}\n${body}${falls ? "" : "\nbreak;"}`;
  });
  return `switch (${subject}) {\n${bodies.join("\n")}\n}`;
}

/** Cases that share a variable, which is in its dead zone if its own case is jumped over. */
function makeCaseZone(place: Place): string {
  const { rng } = place.world;
  const [name, error] = [freshName(place, "z"), freshName(place, "e")];
  const declared = `${rng.pick(["let", "const"])} ${name} = ${number(place, 2)};\n${rng.chance(0.5) ? "break;" : ""}`;
  const used = `try {\ntrace(L, "zone", ${name}, ${number(place, 2)}, ${name});\n} catch (${error}) {\ntrace(L, ${error});\n}`;
  return `switch ((${number(place, 2)}) & 1) {\ncase 0:\n${declared}\ndefault:\n${used}\n}`;
}

function makeLabelled(place: Place): string {
  const name = freshName(place, "block");
  const labels = [...place.flow.labels, { name, loop: false }];
  return `${name}: ${block(place, { labels })}`;
}

function makeBreak(place: Place): string {
  const { rng } = place.world;
  const { labels, breakable } = place.flow;
  const named = labels.length > 0 && (!breakable || rng.chance(0.5));
  const jump = named ? `break ${rng.pick(labels).name};` : "break;";
  use(place, named ? "break.label" : "break.plain");
  return `if (${truth(place, 1)}) ${jump}`;
}

function makeContinue(place: Place): string {
  const { rng } = place.world;
  const loops = place.flow.labels.filter((label) => label.loop);
  const named = loops.length > 0 && rng.chance(0.5);
  use(place, named ? "continue.label" : "continue.plain");
  return `if (${truth(place, 1)}) continue${named ? ` ${rng.pick(loops).name}` : ""};`;
}

function makeReturn(place: Place): string {
  const { rng } = place.world;
  const adopted = place.flow.async && rng.chance(0.2);
  if (adopted) use(place, "return.thenable");
  const jump = `return ${adopted ? `new Shy(L, ${number(place, 1)} || 1)` : number(place, 2)};`;
  return rng.chance(0.85) ? `if (${truth(place, 1)}) ${jump}` : jump;
}

function makeThrow(place: Place): string {
  const { rng } = place.world;
  const value = rng.weighted([
    [5, `new Oops(${text(place, 1)}, ${number(place, 1)})`],
    [1, number(place, 1)],
    [1, record(place, 1)],
    [1, place.world.rng.pick(["undefined", "null", '"text"', "[1, 2]"])],
  ]);
  return `if (${truth(place, 1)}) throw ${value};`;
}

function makeTrace(place: Place): string {
  const values = several(place, 1, 3, () => (place.world.rng.chance(0.15) ? record(place, 2) : number(place, 2)));
  return `trace(L, "${freshName(place, "t")}", ${values.join(", ")});`;
}

export const branches: Family = {
  statement: [
    { feature: "statement.trace", weight: 10, leaf: true, make: makeTrace },
    { feature: "if.plain", weight: 7, make: makeIf },
    { feature: "switch.plain", weight: 4, make: makeSwitch },
    { feature: "switch.zone", weight: 1, make: makeCaseZone },
    { feature: "block.plain", weight: 1, make: (p) => block(p) },
    { feature: "block.labelled", weight: 2, make: makeLabelled },
    {
      feature: "break.any",
      weight: 4,
      leaf: true,
      when: (p) => p.flow.breakable || p.flow.labels.length > 0,
      make: makeBreak,
    },
    { feature: "continue.any", weight: 3, leaf: true, when: (p) => p.flow.loop, make: makeContinue },
    { feature: "return.any", weight: 1, leaf: true, when: (p) => p.flow.returns, make: makeReturn },
    { feature: "throw.plain", weight: 0.5, leaf: true, make: makeThrow },
    { feature: "throw.plain", weight: 3, leaf: true, when: (p) => p.flow.tried, make: makeThrow },
  ],
};
