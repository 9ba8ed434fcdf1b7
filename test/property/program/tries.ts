/** Owns: try with catch, finally or both, nested, with every completion passing through. */
import {
  awaited,
  declare,
  deeper,
  type Family,
  type Flow,
  freshName,
  number,
  type Place,
  shadowName,
  statements,
  text,
  truth,
  use,
} from "./grammar.ts";

/** What a try block does at its end: throw, now and then by an awaited call. */
function makeRisk(place: Place): string {
  const { rng } = place.world;
  const test = rng.chance(0.4) ? "" : `if (${truth(place, 1)}) `;
  const plain = `${test}boom(L, ${number(place, 1)});`;
  if (!place.flow.async) return plain;
  return rng.chance(0.5) ? plain : `${test}${awaited(`fail(${number(place, 1)})`)};`;
}

function makeCatch(place: Place): string {
  const { rng } = place.world;
  const inner = deeper(place);
  const roll = rng.next();
  if (roll < 0.15) {
    use(place, "try.catchBare");
    return `catch {\n${statements(inner, 1, 2)}\n}`;
  }
  if (roll < 0.3) {
    use(place, "try.catchPattern");
    const name = freshName(place, "m");
    declare(inner, name, "number", true);
    const key = rng.chance(0.3) ? `[see(L, "key", ${text(place, 0)})]` : "n";
    return `catch ({ ${key}: ${name} = ${number(place, 0)} }) {\n${statements(inner, 1, 2)}\n}`;
  }
  const name = shadowName(inner, "e", "");
  declare(inner, name, "error", false);
  const body = statements(inner, 0, 2);
  const again = rng.chance(0.15) ? `\nif (${truth(place, 1)}) throw ${name};` : "";
  return `catch (${name}) {\ntrace(L, "caught", ${name});\n${body}${again}\n}`;
}

function makeFinally(place: Place): string {
  const { rng } = place.world;
  const inner = deeper(place);
  const overrides = rng.chance(0.12);
  const text = statements(inner, 1, 2);
  if (!overrides) return `finally {\ntrace(L, "finally");\n${text}\n}`;
  use(place, "try.override");
  return `finally {\n${text}\n${makeOverride(inner, place.flow)}\n}`;
}

/** A jump out of finally, which wins over what was under way. */
function makeOverride(place: Place, flow: Flow): string {
  const jumps = [`if (${truth(place, 1)}) throw new Oops("finally", 1);`];
  if (flow.breakable) jumps.push("break;", `if (${truth(place, 1)}) break;`);
  if (flow.loop) jumps.push("continue;");
  if (flow.labels.length > 0) jumps.push(`break ${place.world.rng.pick(flow.labels).name};`);
  if (flow.returns) jumps.push(`return ${number(place, 2)};`);
  return place.world.rng.pick(jumps);
}

function makeTry(place: Place): string {
  const { rng } = place.world;
  const form = rng.weighted([
    [4, "catch"],
    [2, "finally"],
    [4, "both"],
  ]);
  const body = deeper(place, form === "finally" ? {} : { tried: true });
  const risky = rng.chance(form === "finally" ? 0.2 : 0.6) ? `\n${makeRisk(body)}` : "";
  const text = `try {\n${statements(body, 1, 3)}${risky}\n}`;
  use(place, `try.${form}`);
  const handler = form === "finally" ? "" : ` ${makeCatch(place)}`;
  return `${text}${handler}${form === "catch" ? "" : ` ${makeFinally(place)}`}`;
}

export const tries: Family = {
  statement: [
    { feature: "try.any", weight: 9, make: makeTry },
    { feature: "try.inLoop", weight: 3, when: (p) => p.flow.loop, make: makeTry },
  ],
};
