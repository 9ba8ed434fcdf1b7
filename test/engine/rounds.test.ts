// Whose turn it is (rounds.ts), with a clock and an event loop that the test drives.
import { describe, expect, test } from "vitest";
import { Lane, Rounds } from "../../runtime/src/engine/rounds.ts";

/** Rounds, a clock, and an event loop: `loop` lets it turn once. */
function makeRounds() {
  let nowMs = 0;
  let next: (() => void)[] = [];
  const rounds = new Rounds({ monotonic: () => nowMs }, (call) => next.push(call));
  const log: string[] = [];
  const promises: (() => void)[] = [];
  /** Work that takes so long. */
  const take = (name: string, ms: number) => () => {
    log.push(name);
    nowMs += ms;
  };
  const loop = (): string[] => {
    const due = next;
    next = [];
    for (const call of due) call();
    for (let then = promises.shift(); then !== undefined; then = promises.shift()) then();
    return log.splice(0);
  };
  return { rounds, take, loop, log, promises, isIdle: () => next.length === 0 };
}

describe("rounds", () => {
  test("I1, I2: works are done at once until the budget is spent; then they wait for the event loop", () => {
    const { rounds, take, loop, log, isIdle } = makeRounds();
    const lane = new Lane();
    for (let at = 0; at < 6; at++) rounds.enter(lane, take(`${at}`, 4));
    expect(log.splice(0)).toEqual(["0", "1", "2"]);
    expect(rounds.isSpent).toBe(true);
    expect(loop()).toEqual(["3", "4", "5"]);
    loop();
    expect(isIdle()).toBe(true);
  });

  test("I2: of a clock that stands still, looks are counted", () => {
    const { rounds, take, log } = makeRounds();
    const lane = new Lane();
    for (let at = 0; at < 20_000; at++) rounds.enter(lane, take("", 0));
    expect(log.length).toBeLessThanOrEqual(1_000);
    expect(log.length).toBeGreaterThan(500);
  });

  test("I3: works of a lane keep their order; what it goes on with comes last", () => {
    const { rounds, take, loop } = makeRounds();
    const [busy, lane] = [new Lane(), new Lane()];
    rounds.enter(busy, take("busy", 10));
    rounds.enter(lane, () => rounds.later(lane, take("rest", 1)));
    rounds.enter(lane, take("second", 1));
    expect([loop(), loop()].flat()).toEqual(["busy", "second", "rest"]);
  });

  test("I4: beside many that do little, who does much has a budget of its own in each round", () => {
    const { rounds, take, loop, promises, log } = makeRounds();
    const hot = new Lane();
    // Each work is followed by the next at once, as by a promise.
    const chain = (): void => {
      take("hot", 1)();
      promises.push(() => rounds.enter(hot, chain));
    };
    const others = Array.from({ length: 30 }, () => new Lane());
    const counts = { hot: 0, others: 0 };
    rounds.enter(hot, chain);
    for (let turn = 0; turn < 90; turn++) {
      for (const lane of others) if (!lane.isInLine) rounds.enter(lane, take("other", 0.5));
      for (const name of [...loop(), ...log.splice(0)]) counts[name === "hot" ? "hot" : "others"]++;
    }
    // Works that are as many as the rounds would be 3 %, equal shares of 31 lanes too; what is left to it is 40 %.
    const share = counts.hot / (counts.hot + counts.others * 0.5);
    expect([share > 0.25, share < 0.5, share]).toEqual([true, true, share]);
  });

  test("I5: a lane whose work takes longer than any budget keeps no other from its turn", () => {
    const { rounds, take, loop } = makeRounds();
    const lanes = Array.from({ length: 4 }, () => new Lane());
    for (const [at, lane] of lanes.entries()) for (let n = 0; n < 2; n++) rounds.enter(lane, take(`${at}`, 50));
    const turns = Array.from({ length: 9 }, loop).flat();
    expect(turns).toEqual(["0", "0", "1", "2", "3", "1", "2", "3"]);
  });

  test("work that throws ends nothing but itself", () => {
    const { rounds, take, loop } = makeRounds();
    const [busy, lane] = [new Lane(), new Lane()];
    rounds.enter(busy, take("busy", 10));
    rounds.enter(lane, () => {
      throw new Error("own fault");
    });
    rounds.enter(lane, take("next", 1));
    expect(loop).toThrow("own fault");
    expect(loop()).toEqual(["busy", "next"]);
  });
});
