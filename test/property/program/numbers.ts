/** Owns: expressions whose value is a number (or what arithmetic makes of undefined), without suspensions of their own. */
import {
  type Family,
  list,
  number,
  openScope,
  type Place,
  pickName,
  record,
  seen,
  text,
  truth,
  within,
} from "./grammar.ts";

const arithmetic = ["+", "-", "*", "%", "&", "|", "^", "<<", ">>", "**"] as const;

export function literal(place: Place): string {
  return String(place.world.rng.int(0, 9));
}

function makeBinary(place: Place, room: number): string {
  const operator = place.world.rng.pick(arithmetic);
  return `((${number(place, room)}) ${operator} (${number(place, room)}))`;
}

/** Logs when it is evaluated: the order of evaluation shows in the trace. */
export function seenNumber(place: Place, room: number): string {
  return `see(L, "${place.world.rng.pick(["p", "q", "r", "s"])}", ${number(place, room)})`;
}

function makeUnary(place: Place, room: number): string {
  const operator = place.world.rng.pick(["-", "+", "~", "- -", "+!"]);
  return `(${operator}${number(place, room)})`;
}

function makeInvoked(place: Place, room: number): string {
  const argument = number(place, room);
  const inner = within(place, {
    scope: openScope(place),
    flow: { async: false, generator: false, breakable: false, loop: false, labels: [] },
  });
  inner.scope.bindings.push(
    { name: "u", kind: "number", mutable: true, arity: 0 },
    { name: "v", kind: "number", mutable: true, arity: 0 },
  );
  return `((u, v = u) => ${number(inner, room)})(${argument})`;
}

/** A plain function called as a constructor, whose arguments may be awaited. */
function makeConstructed(place: Place, room: number): string {
  const given = number(place, room);
  const inner = within(place, {
    scope: openScope(place),
    flow: {
      async: false,
      generator: false,
      hasThis: true,
      hasArguments: place.world.strict,
      breakable: false,
      loop: false,
      labels: [],
    },
  });
  inner.scope.bindings.push({ name: "u", kind: "number", mutable: true, arity: 0 });
  return `new (function (u) { this.n = new.target ? u : 0; this.a = ${number(inner, room)}; })(${given}).a`;
}

function makeReduce(place: Place, room: number): string {
  return `[${number(place, room)}, ${number(place, room)}].reduce((m, n) => m - n, ${number(place, room)})`;
}

function makeChain(place: Place, room: number): string {
  const { rng } = place.world;
  const base = rng.chance(0.5) ? pickName(place, "absent") : `(${record(place, room)})`;
  const path = rng.pick(["?.a", "?.n?.a", "?.n.b[KEY]", "?.[KEY]", "?.n?.[KEY]", "?.go?.(KEY).deep"]);
  return `(${base}${path.replace("KEY", () => text(place, room))} ?? ${number(place, room)})`;
}

function makeThrowing(place: Place, room: number): string {
  return `(${truth(place, room)} ? boom(L, ${number(place, room)}) : ${number(place, room)})`;
}

export const numbers: Family = {
  number: [
    { feature: "value.literal", weight: 3, leaf: true, make: literal },
    { feature: "value.variable", weight: 10, leaf: true, when: seen("number"), make: (p) => pickName(p, "number") },
    { feature: "this.read", weight: 5, leaf: true, when: (p) => p.flow.hasThis, make: () => "this.n" },
    {
      feature: "arguments.length",
      weight: 0.7,
      leaf: true,
      when: (p) => p.flow.hasArguments,
      make: (p) => p.world.rng.pick(["arguments.length", "(+arguments[1] || 0)", "[...arguments].length"]),
    },
    { feature: "target.read", weight: 0.5, leaf: true, make: () => "(new.target === undefined ? 1 : 2)" },
    { feature: "target.made", weight: 0.5, make: makeConstructed },
    { feature: "expression.binary", weight: 5, make: makeBinary },
    { feature: "expression.see", weight: 4, leaf: true, make: seenNumber },
    { feature: "expression.unary", weight: 1, make: makeUnary },
    {
      feature: "expression.conditional",
      weight: 3,
      make: (p, d) => `(${truth(p, d)} ? ${number(p, d)} : ${number(p, d)})`,
    },
    {
      feature: "expression.logical",
      weight: 3,
      make: (p, d) => `(${number(p, d)} ${p.world.rng.pick(["||", "&&", "??"])} ${number(p, d)})`,
    },
    { feature: "expression.comma", weight: 1, make: (p, d) => `(${number(p, d)}, ${number(p, d)})` },
    { feature: "expression.invoked", weight: 1, make: makeInvoked },
    { feature: "expression.reduce", weight: 1, make: makeReduce },
    { feature: "expression.chain", weight: 2, when: seen("absent"), make: makeChain },
    { feature: "expression.max", weight: 1, make: (p, d) => `Math.max(...${list(p, d)}, ${number(p, d)})` },
    { feature: "expression.length", weight: 1, make: (p, d) => `(${text(p, d)}).length` },
    { feature: "member.record", weight: 3, make: (p, d) => `(${record(p, d)}).${p.world.rng.pick(["a", "b", "c"])}` },
    { feature: "member.list", weight: 2, make: (p, d) => `(${list(p, d)})[${number(p, d)}]` },
    {
      feature: "member.length",
      weight: 1,
      leaf: true,
      when: seen("list"),
      make: (p) => `${pickName(p, "list")}.length`,
    },
    { feature: "throw.call", weight: 0.1, make: makeThrowing },
    { feature: "throw.call", weight: 1, when: (p) => p.flow.tried, make: makeThrowing },
  ],
};
