/**
 * Owns: several calls under way at once, alone and in Promise.all, allSettled, race and any.
 * A branch has a log and fuel of its own (`fork`), takes only fresh values, and is awaited before its caller goes on: so
 * the logs and the outcome do not depend on ticks (I4). Where one outcome must win, only one can: the others are settled
 * values, or fail.
 */

import { makeModuleArguments } from "./awaits.ts";
import {
  awaited,
  declare,
  deeper,
  type Family,
  freshName,
  list,
  type ModuleFunction,
  number,
  openScope,
  type Parameter,
  type Place,
  pause,
  statements,
  use,
  within,
} from "./grammar.ts";

const asyncFunctions = (place: Place, guarded: boolean) =>
  place.world.functions.filter((one) => one.kind === "async" && (one.guarded || !guarded));

const able = (place: Place) => place.flow.async && asyncFunctions(place, true).length > 0;

/** A call on a branch of its own. */
export function makeBranch(place: Place, guarded = true): string {
  const callee: ModuleFunction = place.world.rng.pick(asyncFunctions(place, guarded));
  const key = freshName(place, "k");
  // A closure would share variables with its siblings.
  const parameters = callee.parameters.map(
    (one): Parameter => (one === "callback" && !place.world.timed ? "nothing" : one),
  );
  return `${callee.name}(fork(L, "${key}")${makeModuleArguments(calm(place), { ...callee, parameters }, 0)})`;
}

/** A branch that always fails. */
export function makeBad(place: Place): string {
  return `bad(fork(L, "${freshName(place, "k")}"), ${number(calm(place), 0)})`;
}

/** Arguments of a branch, leaves only, neither await nor throw: its siblings would already be running. */
function calm(place: Place): Place {
  return within(place, { flow: { async: false, generator: false } });
}

export function makeItems(place: Place, guarded: boolean): string[] {
  const { rng } = place.world;
  const items = Array.from({ length: rng.int(1, 3) }, () => {
    // A native promise cannot be stored: it may be among the items, but not in a list that is kept.
    if (rng.chance(0.2))
      return rng.chance(0.5) || !guarded ? number(calm(place), 0) : `tick(${number(calm(place), 0)})`;
    return makeBranch(place);
  });
  // At most one may fail: which of two fails first would depend on ticks.
  if (!guarded) items.splice(rng.int(0, items.length), 0, makeBranch(place, false));
  return items;
}

function makeAll(place: Place): string {
  const name = freshName(place, "all");
  const items = makeItems(place, true).join(", ");
  const source = place.world.rng.chance(0.15) ? `new Set([${items}])` : `[${items}]`;
  declare(place, name, "list", true);
  return `let ${name} = ${awaited(`Promise.all(${source})`)};\ntrace(L, "all", ${name});`;
}

/** The promises are kept: after a failure the rest is waited for. */
function makeKept(place: Place): string {
  const [name, error] = [freshName(place, "ps"), freshName(place, "e")];
  const items = makeItems(place, false).join(", ");
  return [
    `const ${name} = [${items}];`,
    `try {\ntrace(L, "all", ${awaited(`Promise.all(${name})`)});\n} catch (${error}) {\ntrace(L, "failed", ${error});\n}`,
    `${awaited(`Promise.allSettled(${name})`)};`,
  ].join("\n");
}

function makeSettled(place: Place): string {
  const { rng } = place.world;
  const items = [...makeItems(place, true), makeBranch(place, false), makeBad(place)];
  return `trace(L, "settled", ${awaited(`Promise.allSettled([${items.slice(0, rng.int(1, 5)).join(", ")}])`)});`;
}

/** What is settled before wins; the other one is awaited afterwards. */
function makeRace(place: Place): string {
  const [name, error] = [freshName(place, "p"), freshName(place, "e")];
  const branch = makeBranch(place);
  const first = number(calm(place), 0);
  const kind = place.world.rng.pick(["race", "any"]);
  use(place, `promise.${kind}`);
  const items = place.world.rng.chance(0.5) ? `[${first}, ${name}]` : `[${name}]`;
  return [
    `const ${name} = ${branch};`,
    `try {\ntrace(L, "${kind}", ${awaited(`Promise.${kind}(${items})`)});\n} catch (${error}) {\ntrace(L, ${error});\n}`,
    `trace(L, "loser", ${awaited(name)});`,
  ].join("\n");
}

function makeAny(place: Place): string {
  const error = freshName(place, "e");
  const bad = () => makeBad(place);
  const items = place.world.rng.pick([[bad(), bad()], [bad(), makeBranch(place)], [bad()], []]);
  const body = `trace(L, "any", ${awaited(`Promise.any([${items.join(", ")}])`)});`;
  return `try {\n${body}\n} catch (${error}) {\ntrace(L, "none", ${error}, ${error}.errors);\n}`;
}

/** A call whose promise is awaited only later. */
function makeStarted(place: Place): string {
  const name = freshName(place, "p");
  const branch = makeBranch(place);
  const meanwhile = statements(deeper(place, { breakable: false, loop: false, labels: [], returns: false }), 1, 2);
  return `const ${name} = ${branch};\ntry {\n${meanwhile}\n} finally {\ntrace(L, "started", ${awaited(name)});\n}`;
}

function makeMapped(place: Place): string {
  const { rng } = place.world;
  const name = freshName(place, "all");
  const source = list(place, 2);
  const key = freshName(place, "k");
  const inner = within(place, {
    scope: openScope(place, true),
    flow: { generator: false, breakable: false, loop: false, labels: [], returns: true, tried: true },
    depth: place.depth + 1,
  });
  declare(inner, "x", "number", true);
  declare(inner, "i", "number", false);
  const simple = `${name} = ${awaited(`Promise.all(forks(L, "${key}", ${source}).map(([L, x], i) => CALL))`)};`;
  if (rng.chance(0.3)) {
    const callee = rng.pick(asyncFunctions(place, true));
    use(place, "promise.mapCalls");
    declare(place, name, "list", true);
    const given = callee.parameters[0] === "number" ? "L, x" : "L";
    return `let ${simple.replace("CALL", `${callee.name}(${given})`)}\ntrace(L, "mapped", ${name});`;
  }
  const body = statements(inner, 1, 2);
  const text = `async ([L, x], i) => {\n${pause(place)}try {\n${body}\nreturn ${number(inner, 2)};\n} catch (e) {\ntrace(L, e);\nreturn i;\n}\n}`;
  const all = awaited(`Promise.all(forks(L, "${key}", ${source}).map(${text}))`);
  declare(place, name, "list", true);
  return `let ${name} = ${all};\ntrace(L, "mapped", ${name});`;
}

/** Several that may all fail: the clock says which is first. Those that lose go on. */
function makeContest(place: Place): string {
  const { rng } = place.world;
  const kind = rng.pick(["all", "allSettled", "any", "race"]);
  const error = freshName(place, "e");
  const items = Array.from({ length: rng.int(2, 4) }, () =>
    rng.chance(0.2) ? makeBad(place) : makeBranch(place, false),
  );
  const body = `trace(L, "${kind}", ${awaited(`Promise.${kind}([${items.join(", ")}])`)});`;
  return `try {\n${body}\n} catch (${error}) {\ntrace(L, "lost", ${error}, ${error}.errors);\n}`;
}

/** A closure that runs beside what follows, on the same variables. */
function makeBeside(place: Place): string {
  const { rng } = place.world;
  const [name, error] = [freshName(place, "p"), freshName(place, "e")];
  const apart = { generator: false, breakable: false, loop: false, labels: [], returns: true, tried: true };
  const inner = within(place, { scope: openScope(place), flow: apart, depth: place.depth + 1 });
  const body = statements(inner, 1, 3);
  const made = `try {\n${body}\nreturn ${number(inner, 2)};\n} catch (${error}) {\ntrace(L, "beside", ${error});\n}`;
  const started = `const ${name} = (async () => {\n${pause(place)}${made}\n})();`;
  if (rng.chance(0.2)) return started;
  const meanwhile = statements(deeper(place, { breakable: false, loop: false, labels: [], returns: false }), 1, 3);
  return `${started}\ntry {\n${meanwhile}\n} finally {\ntrace(L, "joined", ${awaited(name)});\n}`;
}

const timed = (place: Place) => able(place) && place.world.timed && place.depth <= 2;

export const concurrency: Family = {
  statement: [
    { feature: "promise.all", weight: 3, when: able, make: makeAll },
    { feature: "promise.kept", weight: 2, when: able, make: makeKept },
    { feature: "promise.allSettled", weight: 2, when: able, make: makeSettled },
    { feature: "promise.race", weight: 2, when: able, make: makeRace },
    { feature: "promise.anyFailing", weight: 1, when: able, make: makeAny },
    { feature: "promise.started", weight: 3, when: able, make: makeStarted },
    { feature: "promise.contest", weight: 3, when: timed, make: makeContest },
    { feature: "promise.beside", weight: 5, when: timed, make: makeBeside },
    { feature: "promise.map", weight: 3, when: (p) => able(p) && p.depth <= 2, make: makeMapped },
  ],
};
