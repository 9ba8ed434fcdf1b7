/**
 * Owns: durable code called by plain code that is not part of the program: `call`, `apply`, promise chains, executors, callbacks.
 * There a durable function runs as an ordinary one and shares its variables with what is stored meanwhile; so a program has
 * either these or branches that run by themselves (see `alone` in program.ts).
 */
import { makeArguments } from "./calls.ts";
import {
  awaited,
  declare,
  type Family,
  list,
  number,
  openScope,
  type Place,
  seen,
  statements,
  visible,
  within,
} from "./grammar.ts";

const able = (place: Place) => place.flow.async && seen("durable")(place);

const pickDurable = (place: Place) => place.world.rng.pick(visible(place, "durable"));

function makeReflected(place: Place, room: number): string {
  const callee = pickDurable(place);
  const given = makeArguments(place, callee.arity, room);
  // A bound function cannot be stored, so nothing may be awaited behind it.
  const calm = makeArguments(within(place, { flow: { async: false, generator: false } }), callee.arity, room);
  return awaited(
    place.world.rng.pick([
      `${callee.name}.call(null${given === "" ? "" : `, ${given}`})`,
      `${callee.name}.apply(undefined, [${given}])`,
      `Reflect.apply(${callee.name}, null, [${given}])`,
      `${callee.name}.bind(null)(${calm})`,
    ]),
  );
}

function makeChained(place: Place, room: number): string {
  const callee = pickDurable(place).name;
  const value = number(within(place, { flow: { async: false, generator: false } }), room);
  return awaited(
    place.world.rng.pick([
      `Promise.resolve(${value}).then((v) => ${callee}(v))`,
      `Promise.resolve(${value}).then(${callee})`,
      `promised(${callee}, ${value})`,
      `(() => ${callee}(${value}))()`,
      `((call) => call(${value}))(${callee})`,
      `twice(${callee}, ${value})`,
    ]),
  );
}

/** A plain function that calls a durable closure for each item, one after the other. */
function makeEach(place: Place): string {
  const { rng } = place.world;
  const inner = within(place, {
    scope: openScope(place),
    flow: { async: true, generator: false, breakable: false, loop: false, labels: [], returns: true },
    depth: place.depth + 1,
  });
  declare(inner, "x", "number", true);
  declare(inner, "i", "number", false);
  const items = `(${list(place, 1)}).slice(0, 3)`;
  const body = `async (x, i) => {\nif (spend(L)) return 0;\n${statements(inner, 1, 2)}\nreturn ${number(inner, 2)};\n}`;
  const call = rng.pick([
    `each(${items}, ${body})`,
    `Array.from(${items}).reduce(async (m, x, i) => (await m) + (await (${body})(x, i)), ${number(place, 1)})`,
  ]);
  return `trace(L, "each", ${awaited(call)});`;
}

export const foreign: Family = {
  number: [
    { feature: "foreign.reflected", weight: 4, when: able, make: makeReflected },
    { feature: "foreign.chained", weight: 3, when: able, make: makeChained },
  ],
  statement: [{ feature: "foreign.each", weight: 3, when: (p) => p.flow.async && p.depth <= 2, make: makeEach }],
};
