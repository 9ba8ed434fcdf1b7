/** Owns: classes of the tests, registered and not. */
import { registry } from "./roundtrip.ts";

export class Point {
  static made = 0;
  x = 1;
  y = 2;
  constructor() {
    Point.made++;
  }
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
}
export class Point3 extends Point {
  z = 3;
}
export class Bag extends Map<unknown, unknown> {
  label = "bag";
}
export class Row extends Array<unknown> {}
export class Bytes extends Uint8Array {}
export class Failure extends TypeError {
  code = "E_FAIL";
  override name = "Failure";
}
export class Secret {
  #value = 1;
  read(): number {
    return this.#value;
  }
}
export class Unknown {
  a = 1;
}
/** Has a property that the prototype makes an accessor of. */
export class Shadow {
  get x(): number {
    throw new Error("the getter ran");
  }
  set x(_value: number) {
    throw new Error("the setter ran");
  }
}

for (const cls of [Point, Point3, Bag, Row, Bytes, Failure, Secret, Shadow])
  registry.register(`test/classes#${cls.name}`, cls);

export const config = { mode: "test", deep: { list: [1] } };
registry.register("test/classes#config", config);
export function helper(): number {
  return 1;
}
registry.register("test/classes#helper", helper);
