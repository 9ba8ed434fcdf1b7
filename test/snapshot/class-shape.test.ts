// Instances of one class, met by another class under the same name: what is said of classes that no compiler knows, too.
import { expect, test } from "vitest";
import { Registry } from "../../runtime/src/registry.ts";
import { shapeOf } from "../../runtime/src/snapshot/class-shape.ts";
import { matchCode } from "../../runtime/src/snapshot/match.ts";

type Class = abstract new (...args: never[]) => object;

const entry = (fp: string) => ({ kind: "class", id: "m#C", stamp: "", fp, at: "" }) as const;

function judge(stored: string, now: unknown, load: (registry: Registry) => void = () => {}) {
  const registry = new Registry();
  registry.modules.set("m", { id: "m", abi: 1, compiler: "", f: [] });
  load(registry);
  if (now !== undefined) registry.register("m#C", now);
  const { verdict, reason } = matchCode([entry(stored)], registry).codes[0] ?? {};
  return [verdict, reason].filter(Boolean).join(": ");
}

const shape = (cls: Class) => shapeOf(cls.prototype, new Registry());

class Base {
  owner = "";
}
const OtherBase = class Base {};
const { Renamed } = { Renamed: class extends Base {} };

test.each<[what: string, before: Class, now: unknown, verdict: string]>([
  [
    "nothing",
    class {
      a = 1;
    },
    class {
      a = 2;
    },
    "same",
  ],
  [
    "methods",
    class {
      a() {}
    },
    class {
      b() {}
      static c = 1;
    },
    "same",
  ],
  [
    "a field more",
    class {},
    class {
      a = 1;
      b = 2;
    },
    "incompatible: m#C has fields a, b that stored instances lack",
  ],
  [
    "a private field more",
    class {},
    class {
      #a = 1;
      b() {
        return this.#a;
      }
    },
    "incompatible: m#C has other private names: #a",
  ],
  [
    "a private method less",
    class {
      #a() {}
      b() {
        return this.#a;
      }
    },
    class {},
    "incompatible: m#C has other private names: #a",
  ],
  [
    "a field less",
    class {
      a = 1;
    },
    class {},
    "compatible: m#C has no longer a field a; stored instances keep it",
  ],
  [
    "a method for a field",
    class {
      a: unknown = 1;
    },
    class {
      a() {}
    },
    "incompatible: m#C inherits a, which stored instances have as a field a",
  ],
  [
    "an accessor more",
    class {},
    class {
      get a() {
        return 1;
      }
    },
    "compatible: m#C has other accessors",
  ],
  ["a base", class {}, class extends Base {}, "incompatible: m#C extends Base, no longer nothing"],
  ["no base", class extends Base {}, class {}, "incompatible: m#C extends nothing, no longer Base"],
  ["a built-in base", class extends Map {}, class extends Set {}, "incompatible: m#C extends Set, no longer Map"],
  [
    "one base more",
    class extends Base {},
    class extends Renamed {},
    "incompatible: m#C extends Renamed and Base, no longer Base",
  ],
  [
    "a base of that name without its field",
    class extends Base {},
    class extends OtherBase {},
    "compatible: Base, which m#C extends, has no longer a field owner; stored instances keep it",
  ],
  [
    "a base of that name with a field",
    class extends OtherBase {},
    class extends Base {},
    "incompatible: Base, which m#C extends, has a field owner that stored instances lack",
  ],
  ["an object", class {}, {}, "incompatible: m#C is no class any more"],
  ["an arrow", class {}, () => {}, "incompatible: m#C is no class any more"],
  ["no longer there", class {}, undefined, "incompatible: m#C is gone"],
])("%s", (_, before, now, verdict) => {
  expect(judge(shape(before), now)).toBe(verdict);
});

test("a class whose module is compiled since has a longer name, and that is all", () => {
  const load = (id: string) => (registry: Registry) =>
    void registry.addModule({
      id,
      abi: 1,
      compiler: "",
      f: [],
      refs: { Base: () => Base },
      classes: { Base: [".owner"] },
    });
  const Now = class extends Base {};
  expect(judge(shape(class extends Base {}), Now, load("n"))).toBe("same");
  const stored = '[[""],["n#Base",".owner"]]';
  expect(judge(stored, class extends Base {}, load("n"))).toBe("same");
  expect(judge(stored, class extends Base {}, load("o"))).toBe("incompatible: m#C extends o#Base, no longer n#Base");
});

test("of a class that is kept without instances, nothing is said", () => {
  expect(
    judge(
      "",
      class {
        a = 1;
      },
    ),
  ).toBe("same");
});

test.each(["x", "{}", "[]", "[[]]", "[[1]]", "null"])("damaged: %s", (stored) => {
  expect(() => judge(stored, class {})).toThrow(expect.objectContaining({ code: "CF2002" }));
});
