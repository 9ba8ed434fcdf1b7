/**
 * Owns: promises that are awaited late or never, handlers on them, and combinations within combinations.
 * As in concurrency.ts what runs by itself has a log and fuel of its own.
 */
import { makeBad, makeBranch, makeItems } from "./concurrency.ts";
import {
  awaited,
  declare,
  deeper,
  type Family,
  freshName,
  number,
  openScope,
  type Place,
  statements,
  use,
  visible,
  within,
} from "./grammar.ts";

const able = (place: Place) =>
  place.flow.async && place.world.functions.some((one) => one.kind === "async" && one.guarded);

const calm = (place: Place) => within(place, { flow: { async: false, generator: false } });

/** Rejected while nobody looks. */
function makeLate(place: Place): string {
  const [name, error] = [freshName(place, "p"), freshName(place, "e")];
  const meanwhile = statements(deeper(place, { breakable: false, loop: false, labels: [], returns: false }), 1, 2);
  const handled = `try {\ntrace(L, ${awaited(name)});\n} catch (${error}) {\ntrace(L, "late", ${error});\n}`;
  return `const ${name} = ${makeBad(place)};\ntry {\n${meanwhile}\n} finally {\n${handled}\n}`;
}

/** Nobody waits for it: it goes on by itself, even behind the end of the program. */
function makeNever(place: Place): string {
  return `${place.world.rng.pick(["", "void ", "+"])}${makeBranch(place)};`;
}

function makeNested(place: Place): string {
  const { rng } = place.world;
  const name = freshName(place, "all");
  const inner = () => {
    const kind = rng.pick(["all", "allSettled", "race", "any"]);
    if (kind === "all" || kind === "allSettled") return `Promise.${kind}([${makeItems(place, true).join(", ")}])`;
    return `Promise.${kind}([${number(calm(place), 0)}, ${makeBranch(place)}])`;
  };
  const thenable = rng.chance(0.4) ? [`new Shy(fork(L, "${freshName(place, "k")}"), ${number(calm(place), 0)})`] : [];
  const items = [...makeItems(place, true), ...Array.from({ length: rng.int(1, 2) }, inner), ...thenable];
  const outer = rng.pick(["all", "allSettled"]);
  declare(place, name, "list", true);
  return `let ${name} = ${awaited(`Promise.${outer}([${items.join(", ")}])`)};\ntrace(L, "nested", ${name});`;
}

/** A handler on the promise of a durable call; it runs while nothing else of its branch does. */
function makeHandled(place: Place): string {
  const { rng } = place.world;
  const durable = visible(place, "durable");
  const source = rng.weighted<() => string>([
    [3, () => makeBranch(place)],
    [2, () => makeBad(place)],
    [durable.length > 0 ? 3 : 0, () => `${rng.pick(durable).name}(${number(calm(place), 0)})`],
  ])();
  const links = Array.from({ length: rng.int(1, 3) }, () => makeHandler(place));
  // A handler that throws, and one that is missing, pass the error on.
  const error = freshName(place, "e");
  return `try {\ntrace(L, "then", ${awaited(`${source}${links.join("")}`)});\n} catch (${error}) {\ntrace(L, "thrown", ${error});\n}`;
}

function makeHandler(place: Place): string {
  const { rng } = place.world;
  const method = rng.pick(["then", "then", "catch", "finally"]);
  const async = rng.chance(0.35);
  const parameter = method === "finally" ? "" : freshName(place, "x");
  const inner = within(place, {
    scope: openScope(place),
    flow: { async, generator: false, breakable: false, loop: false, labels: [], returns: true },
    depth: place.depth + 1,
  });
  if (parameter !== "" && method === "then") declare(inner, parameter, "number", false);
  use(place, `handler.${method}`);
  const head = `${async ? "async " : ""}(${parameter}) =>`;
  const body = rng.weighted<() => string>([
    [3, () => number(inner, 2)],
    [1, () => `{\n${statements(inner, 1, 2)}\n}`],
    [1, () => makeBranch(place)],
  ])();
  const second = method === "then" && rng.chance(0.3) ? `, (e) => see(L, "no", e).n` : "";
  return `.${method}(${head} ${body}${second})`;
}

export const late: Family = {
  statement: [
    { feature: "promise.late", weight: 2, when: able, make: makeLate },
    { feature: "promise.never", weight: 1, when: able, make: makeNever },
    { feature: "promise.nested", weight: 2, when: able, make: makeNested },
    { feature: "promise.handled", weight: 2, when: able, make: makeHandled },
  ],
};
