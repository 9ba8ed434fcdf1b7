// A class or a module that is not loaded where something stored needs it: named, with the module to import; a run waits for
// it, told of by a notice, and goes on when it is there. It is never started over for that.
import { coroutine, restore, snapshot } from "@coldframe/runtime";
import { describe, expect, test } from "vitest";
import { kinds, load, makePlace, until } from "../engine/kit.ts";
import { forgetCode } from "../upgrades/kit.ts";
import { expectCoded, expectText, failureOf, heldText } from "./kit.ts";

const HOUR = 3_600_000;

interface Program {
  main(nap: () => Promise<string>, order: unknown): Promise<unknown>;
}
interface Shop {
  nap(): Promise<string>;
  Order: new () => { total(): number };
}

const program = `
  import { sleep } from "@coldframe/runtime";
  export async function main(nap, order) {
    "use durable";
    if (nap) return await nap();
    await sleep("1h");
    return order.total();
  }`;
const shop = `
  import { sleep } from "@coldframe/runtime";
  export class Order { cents = 5; total() { return this.cents; } }
  export async function nap() { "use durable"; await sleep("1h"); return "napped"; }`;

const loadProgram = () => load<Program>(program, "app/main");
const loadShop = () => load<Shop>(shop, "shop/orders");

async function loadBoth() {
  forgetCode();
  return { ...(await loadShop()), ...(await loadProgram()) };
}

describe("restore()", () => {
  test("without the module of a function: its id, and what to import", async () => {
    const { main, nap } = await loadBoth();
    const co = coroutine(main, nap, null);
    void co.next();
    const bytes = snapshot(co);
    forgetCode();
    await loadProgram();
    expectCoded(await failureOf(() => restore(bytes)), "CF2006", {
      what: "The function shop/orders#nap is not loaded in this process",
      why: "Nothing stored was changed",
      fix: "Import the module",
    });
    await loadShop();
    expect(restore(bytes)).toMatchObject({ done: false });
  });

  test("without the module of a class", async () => {
    const { main, Order } = await loadBoth();
    const co = coroutine(main, null as never, new Order());
    void co.next();
    const bytes = snapshot(co);
    forgetCode();
    await loadProgram();
    expectCoded(await failureOf(() => restore(bytes)), "CF2005", {
      what: "The class shop/orders#Order is not registered in this process",
      fix: "Import the module",
    });
    await loadShop();
    expect(restore(bytes)).toMatchObject({ done: false });
  });
});

describe.each(kinds)("an engine on %s", (kind) => {
  test.each(["function", "class"])("that lacks the %s of a run holds it until its module is loaded", async (what) => {
    const place = await makePlace(kind);
    const first = await place.open();
    const { main, nap, Order } = await loadBoth();
    const args = what === "class" ? [null as never, new Order()] : [nap, null];
    const run = await first.engine.start(main, args as Parameters<Program["main"]>, { id: "a" });
    await until(async () => (await run.status()).status === "waiting");
    await first.engine.close();

    forgetCode();
    await loadProgram();
    const second = await place.open();
    await place.clock.jump(HOUR);
    const waiting = await second.engine.get("a");
    await until(async () => (await waiting?.status())?.status === "held");
    const id = what === "class" ? "shop/orders#Order" : "shop/orders#nap";
    expect(await waiting?.status()).toMatchObject({ generation: 0 });
    const parts = {
      what: `The run a needs code that is not loaded here: ${id}`,
      why: "never started over",
      fix: "Import",
    };
    expectText(heldText(await waiting?.status()), "CF2412", parts);
    expect(second.notices).toMatchObject([{ kind: "held", run: "a" }]);

    await loadShop(); // late, as a module that is imported when it is needed
    await place.clock.advance(2_000);
    expect(await waiting?.result()).toBe(what === "class" ? 5 : "napped");
    expect((await waiting?.status())?.generation).toBe(0);
  });

  test("that lacks the root of a run leaves it alone and tells of it", async () => {
    const place = await makePlace(kind);
    const first = await place.open();
    const { nap } = await loadBoth();
    await first.engine.start(nap, [], { id: "a" });
    await until(async () => (await (await first.engine.get("a"))?.status())?.status === "waiting");
    await first.engine.close();

    forgetCode();
    await loadProgram();
    const second = await place.open();
    await place.clock.jump(HOUR);
    await place.clock.advance(61_000);
    const message =
      "1 run waits for shop/orders#nap, not loaded here: import its module in some worker, before it opens the store";
    expect(second.notices).toEqual([{ kind: "waiting-for-code", message }]);
    const run = await second.engine.get("a");
    expect(await run?.status()).toMatchObject({ status: "ready", generation: 0 });

    await loadShop();
    await place.clock.advance(2_000);
    expect(await run?.result()).toBe("napped");
  });
});
