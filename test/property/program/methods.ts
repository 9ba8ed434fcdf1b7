/** Owns: classes of the module whose methods are durable: their own, static, inherited, through `super`, private. */
import {
  awaited,
  declare,
  type Family,
  freshName,
  number,
  openScope,
  type Place,
  statements,
  type World,
  within,
} from "./grammar.ts";

const classes = ["Base", "Derived"] as const;

/** Inside a method. */
function enter(place: Place, async: boolean): Place {
  const inner = within(place, { scope: openScope(place), flow: { async, hasThis: true } });
  declare(inner, "d", "number", true);
  return inner;
}

/** Text of the two classes; both have the methods of the objects in closures.ts, so they are called as those are. */
export function makeClasses(world: World, outside: Place): string {
  if (world.without.has("method")) return "";
  const body = (async: boolean) => {
    world.budget = world.rng.int(2, 4);
    return statements(enter(outside, async), 0, 2);
  };
  const value = (async: boolean) => number(enter(outside, async), 2);
  const guard = "if (spend(L)) return 0;";
  return `
class Base {
  n;
  #p = 1;
  constructor(n) { this.n = n; }
  inc(d) { this.n += d; return this.n; }
  twice(d) { return d * 2 + this.n; }
  async step(L, d) { ${guard}\n${body(true)}\nthis.n += ${value(true)};\nreturn this.n;\n}
  async deep(L, d = 1) { const inner = () => this.n; return ${awaited("this.step(L, d)")} + inner() + (await this.#add(L, d)); }
  async #add(L, d) { this.#p += ${value(true)}; const before = this.#p; await tick(1); return (this.#p += before); }
  get hidden() { return this.#p; }
  static async make(L, d) { ${guard}\nconst length = ${awaited("tick(this.length)")};\nreturn new this(${value(true).replaceAll("this.n", "length")});\n}
  *[Symbol.iterator]() { yield this.n; yield* [1, this.#p]; }
  async *all(L) { yield this.n; yield ${awaited("this.step(L, 2)")}; return this.n; }
}
class Derived extends Base {
  own(d) { return d + this.n; }
  async step(L, d) { ${guard}\nconst above = ${awaited("super.step(L, d)")};\n${body(true)}\nreturn above + this.own(${value(true)});\n}
  inc(d) { return super.inc(d) + ${value(false)}; }
  static async make(L, d) { const made = ${awaited("super.make(L, d)")}; made.n += d; return made; }
  async *all(L) { const d = yield* super.all(L); yield d + ${value(true)}; }
}`.replace(/^\n/, "");
}

function makeInstance(place: Place): string {
  const { rng } = place.world;
  const name = freshName(place, "o");
  const of = rng.pick(classes);
  const made =
    place.flow.async && rng.chance(0.6)
      ? awaited(`${of}.make(L, ${number(place, 1)})`)
      : `new ${of}(${number(place, 1)})`;
  declare(place, name, "object", false);
  // Out of fuel, \`make\` gives 0.
  const text = `const ${name} = ${made} || new Base(1);\ntrace(L, "made", ${name}.n, ${name}.hidden);`;
  if (!rng.chance(0.3)) return text;
  return place.flow.async
    ? `${text}\nfor await (const e of ${name}.all(L)) {\nif (spend(L)) break;\ntrace(L, "all", e);\n}`
    : `${text}\ntrace(L, "all", ...${name});`;
}

export const methods: Family = {
  statement: [{ feature: "method.instance", weight: 3, when: (p) => p.depth <= 2, make: makeInstance }],
};
