/**
 * Owns: a fixture on the engine: driven to its end, and with the worker dying wherever a call is under way.
 *
 * E1. In the second way the calls of the kit take time, so that the run parks and is committed, as it would in real life.
 * E2. The worker dies only while nothing but one call is under way: after the take-over that call is made again, and if
 *     there were several they would be made again at another time than natively.
 */
import { FakeClock } from "@coldframe/runtime/testing";
import { openEngine } from "../../runtime/src/engine/engine.ts";
import { createMemory } from "../../runtime/src/store/memory/index.ts";
import type { Store } from "../../runtime/src/store/store.ts";
import { load } from "./loader.ts";
import { beginWorld, type Observed, observe, type World } from "./world.ts";

const leaseMs = 15_000;
/** Later than the commit of what needs no commit of its own. */
const commitMs = 60;

/** A place with one run, and engines over it as of several processes. */
class Place {
  readonly clock = new FakeClock();
  readonly #openStore = createMemory(this.clock);

  /** @param isAlive of a process that answers no more, the store hears nothing */
  open(isAlive = () => true, work = true) {
    return openEngine(mortal(this.#openStore(), isAlive), { clock: this.clock, work, onNotice: () => {} });
  }
}

function mortal(store: Store, isAlive: () => boolean): Store {
  return new Proxy(store, {
    get(target, name) {
      const method = Reflect.get(target, name) as unknown;
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => (isAlive() ? Reflect.apply(method, target, args) : new Promise(() => {}));
    },
  });
}

/** Driven once, by one engine. */
export async function runOnEngine(file: string): Promise<Observed> {
  const place = new Place();
  const engine = place.open();
  const main = async () => (await engine.start(load(file, "compiled").main, [], { id: "run" })).result();
  const observed = await observe(main, beginWorld(), () => place.clock.advance(1));
  await Promise.all([engine.close(), place.clock.jump(leaseMs)]);
  return observed;
}

/** As `runOnEngine`, but the worker dies and another one takes over wherever E2 allows. */
export async function runOnDyingEngines(file: string): Promise<Observed & { deaths: number }> {
  const place = new Place();
  const world = beginWorld();
  world.isSlow = true;
  let alive = 0;
  const openWorker = () => {
    const number = ++alive;
    return place.open(() => number === alive);
  };
  let worker = openWorker();
  const rest = async () => {
    await place.clock.advance(1);
    if (world.later.length !== 1) return;
    await place.clock.advance(commitMs);
    world.later = []; // what that process waited for is gone with it
    load(file, "compiled");
    worker = openWorker();
    await place.clock.jump(leaseMs);
    await untilCalled(world, place.clock);
  };
  const main = async () => (await worker.start(load(file, "compiled").main, [], { id: "run" })).id;
  const reader = place.open(undefined, false);
  const result = async () => (await reader.get(await main()))?.result();
  const observed = await observe(result, world, rest);
  await Promise.all([reader.close(), worker.close(), place.clock.jump(leaseMs)]);
  return { ...observed, deaths: alive - 1 };
}

/** The call under way when the worker died is made again. */
async function untilCalled(world: World, clock: FakeClock): Promise<void> {
  for (let i = 0; i < 50 && world.later.length === 0; i++) await clock.advance(100);
}
