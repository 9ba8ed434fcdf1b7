// Values that are stored alone (inputs, results of steps) hold instances of classes, too. Where the class has changed so that
// they can't be taken up, the run is held with the reason, and goes on with a build that has the class as it was.
import { expect, test } from "vitest";
import { load, makePlace, until } from "../engine/kit.ts";
import { forgetCode } from "./kit.ts";

interface Program {
  main(cart: object): Promise<unknown>;
  Cart: new () => object;
}

/** @param more of the class @param says changes the code behind the wait */
const program = (more: string, says: string) => `
import { sleep, step } from "@coldframe/runtime";
export class Cart { items = [1]; ${more} }
const fill = step(async () => new Cart());
export async function main(cart) {
  "use durable";
  const own = await fill();
  const sizes = [own.items.length, cart.items.length];
  await sleep("1h");
  return [${says}, ...sizes];
}`;

/** What the run is given: instances in its input, or only in the result of its step. */
const inputs = { "an input": (Cart: new () => object) => new Cart(), "a result of a step": () => ({ items: [1] }) };

test.each(Object.entries(inputs))(
  "%s with instances of a changed class: held, told why, and taken up by a build without the change",
  async (_, make) => {
    const place = await makePlace("memory");
    forgetCode();
    const { main, Cart } = await load<Program>(program("", "1"));
    const one = await place.open({ build: "one" });
    const run = await one.engine.start(main, [make(Cart)], { id: "a" });
    await until(async () => (await run.status()).status === "waiting");
    await one.engine.close();

    forgetCode();
    await load<Program>(program("limit = 5;", "2"));
    const two = await place.open({ build: "two", rollback: "always" });
    await place.clock.jump(3_600_000);
    const again = await two.engine.get("a");
    await until(async () => (await again?.status())?.status === "held");
    expect(await again?.status()).toMatchObject({
      reason: expect.stringMatching(/^\[CF2101\] .*$/),
      details: expect.stringContaining("test/program#Cart has a field limit that stored instances lack"),
    });
    await two.engine.close();

    forgetCode();
    await load<Program>(program("", "3"));
    const three = await place.open({ build: "three", rollback: "always" });
    await place.clock.jump(3_600_000);
    await until(async () => ((await (await three.engine.get("a"))?.status())?.status as string) !== "running");
    await place.clock.jump(3_600_000);
    expect(await (await three.engine.get("a"))?.result()).toEqual([3, 1, 1]);
  },
);
