// What an editor shows and refuses at the public names. `tsc -b` checks this file; vitest only sees that it loads.
import {
  type Coroutine,
  coroutine,
  type Duration,
  type Engine,
  type EngineOptions,
  type InspectedFrame,
  type Inspection,
  isColdframeError,
  type Notice,
  open,
  type Run,
  type RunInfo,
  type RunInspection,
  type RunStatus,
  type RunWait,
  registerClass,
  registerCodec,
  registerFunction,
  restore,
  type StepContext,
  sleep,
  snapshot,
  step,
  stepContext,
} from "@coldframe/runtime";
import { type CutResult, cut, FakeClock } from "@coldframe/runtime/testing";
import { describe, expectTypeOf, test } from "vitest";

interface Order {
  id: string;
  total: number;
}
interface Receipt {
  id: string;
  at: Date;
}

declare const engine: Engine;
declare function fulfil(order: Order, express?: boolean): Promise<Receipt>;
declare function nothing(): Promise<void>;
declare function identity<T>(value: T): Promise<T>;
declare function either(value: string): Promise<string>;
declare function either(value: number): Promise<number>;
declare function rest(first: string, ...more: number[]): Promise<number>;
declare function count(limit: number): Generator<number, string, boolean>;
declare function plain(order: Order): Receipt;
/** Never called: only its types count. */
const types = (_check: () => unknown) => {};

describe("engine.start", () => {
  test("infers the result, and refuses what is no argument of the function", () => {
    types(() => {
      expectTypeOf(engine.start(fulfil, [{ id: "a", total: 1 }])).resolves.toEqualTypeOf<Run<Receipt>>();
      expectTypeOf(engine.start(nothing, [])).resolves.toEqualTypeOf<Run<void>>();
      expectTypeOf(engine.start(rest, ["a", 1, 2])).resolves.toEqualTypeOf<Run<number>>();
      engine.start(fulfil, [{ id: "a", total: 1 }, true], { id: "a", priority: 2, startAt: Date.now(), queue: "q" });
      // @ts-expect-error: an argument is missing
      engine.start(fulfil, []);
      // @ts-expect-error: a field has another type
      engine.start(fulfil, [{ id: 7, total: 1 }]);
      // @ts-expect-error: one argument too many
      engine.start(nothing, [1]);
      // @ts-expect-error: arguments come as a list
      engine.start(fulfil, { id: "a", total: 1 });
      // @ts-expect-error: a function that is not async can't be durable
      engine.start(plain, [{ id: "a", total: 1 }]);
      // @ts-expect-error: a generator is no run
      engine.start(count, [1]);
      // @ts-expect-error: no such option
      engine.start(nothing, [], { key: "a" });
      // @ts-expect-error: the arguments are required, so that none is forgotten
      engine.start(fulfil);
    });
  });

  test("handles", () => {
    types(async () => {
      const run = await engine.start(fulfil, [{ id: "a", total: 1 }]);
      expectTypeOf(run.result()).resolves.toEqualTypeOf<Receipt>();
      expectTypeOf(run.status()).resolves.toEqualTypeOf<RunInfo>();
      expectTypeOf((await run.status()).status).toEqualTypeOf<RunStatus>();
      const seen = await (await engine.start(fulfil, [{ id: "a", total: 1 }])).inspect();
      expectTypeOf(seen).toEqualTypeOf<RunInspection>();
      expectTypeOf(seen).toExtend<RunInfo>();
      expectTypeOf(seen.waits).toEqualTypeOf<readonly RunWait[]>();
      expectTypeOf(seen.frames).toEqualTypeOf<Inspection["frames"]>();
      expectTypeOf<InspectedFrame["variables"]>().toEqualTypeOf<Readonly<Record<string, string>>>();
      expectTypeOf(await engine.get("a")).toEqualTypeOf<Run<unknown> | undefined>();
      expectTypeOf(await engine.get<Receipt>("a")).toEqualTypeOf<Run<Receipt> | undefined>();
      await engine.list({ status: ["held", "failed"], function: fulfil });
      // @ts-expect-error: no such status
      await engine.list({ status: "stopped" });
      // @ts-expect-error: read-only
      run.id = "b";
    });
  });
});

describe("open", () => {
  test("options", () => {
    types(async () => {
      await using opened = await open("memory:", { onNotice: ({ kind, message }) => console.log(kind, message) });
      expectTypeOf(opened).toEqualTypeOf<Engine>();
      expectTypeOf<NonNullable<EngineOptions["onNotice"]>>().parameter(0).toEqualTypeOf<Notice>();
      await open("sqlite:a.db", { rollback: "hold", concurrency: { steps: 4 }, clock: new FakeClock() });
      // @ts-expect-error: no such policy
      await open("memory:", { rollback: "never" });
      // @ts-expect-error: no such option
      await open("memory:", { workers: 4 });
      // @ts-expect-error: a function never compiled is refused at run time, but a number is refused here
      await open(5);
    });
  });
});

describe("step and sleep", () => {
  test("a step has the signature of its function", () => {
    types(() => {
      const charge = step(async (id: string, cents: number = 5) => ({ id, cents }), { retry: { maxAttempts: 3 } });
      const called: (id: string, cents?: number) => Promise<{ id: string; cents: number }> = charge;
      expectTypeOf(charge("a")).resolves.toEqualTypeOf<{ id: string; cents: number }>();
      // @ts-expect-error: an argument of another type
      charge(5);
      expectTypeOf(step(identity)(called)).resolves.toEqualTypeOf<typeof called>();
      expectTypeOf(step(either)).toEqualTypeOf<typeof either>();
      // @ts-expect-error: the work of a step is asynchronous
      step((id: string) => id);
      // @ts-expect-error: no such option
      step(async () => 1, { retries: 3 });
      // @ts-expect-error: units are in the name
      step(async () => 1, { timeout: "3s" });
      step(async function (this: void) {});
      // @ts-expect-error: steps are called without this
      step(async function (this: { a: number }) {});
      expectTypeOf(stepContext()).toEqualTypeOf<StepContext>();
      expectTypeOf(stepContext().signal).toEqualTypeOf<AbortSignal>();
    });
  });

  test("durations", () => {
    types(() => {
      expectTypeOf(sleep(5)).toEqualTypeOf<Promise<void>>();
      expectTypeOf<Duration>().extract<string>().not.toBeNever();
      sleep("10s");
      sleep("1.5 h");
      // @ts-expect-error: no unit
      sleep("10");
      // @ts-expect-error: no such unit
      sleep("10 minutes ago");
      // @ts-expect-error: no Date
      sleep(new Date());
    });
  });
});

describe("coroutines", () => {
  test("results and arguments", () => {
    types(() => {
      const co = coroutine(fulfil, { id: "a", total: 1 });
      expectTypeOf(co).toEqualTypeOf<Coroutine<Receipt>>();
      const next = co.next();
      if (next.done) expectTypeOf(next.value).toEqualTypeOf<Receipt>();
      else expectTypeOf(next.value).toEqualTypeOf<unknown>();
      expectTypeOf(co.drive()).resolves.toEqualTypeOf<Receipt>();
      // @ts-expect-error: an argument is missing
      coroutine(fulfil);
      // @ts-expect-error: a field has another type
      coroutine(fulfil, { id: 1, total: 1 });
      expectTypeOf(snapshot(co)).toExtend<Uint8Array>();
      expectTypeOf(snapshot(count(1))).toExtend<Uint8Array>();
      // @ts-expect-error: only what is suspended has a snapshot
      snapshot(fulfil);
      restore(new Uint8Array(), { limits: { bytes: 10 } });
      expectTypeOf(restore(snapshot(co))).toEqualTypeOf<Coroutine | Generator | AsyncGenerator>();
      expectTypeOf(restore<Coroutine<Receipt>>(snapshot(co)).drive()).resolves.toEqualTypeOf<Receipt>();
      expectTypeOf(restore<Generator<number>>(snapshot(count(1)))).toEqualTypeOf<Generator<number>>();
      // @ts-expect-error: neither a coroutine nor a generator
      restore<Receipt>(new Uint8Array());
      // @ts-expect-error: not text
      restore("CFSN");
    });
  });

  test("cut", () => {
    types(() => {
      expectTypeOf(cut(fulfil, [{ id: "a", total: 1 }], { at: "every" })).resolves.toEqualTypeOf<CutResult<Receipt>>();
      cut(nothing, [], { at: [1, 2], clock: new FakeClock(), onCut: (bytes) => bytes.length });
      // @ts-expect-error: an argument is missing
      cut(fulfil, [], { at: "every" });
      // @ts-expect-error: where is required
      cut(nothing, []);
      // @ts-expect-error: no such place
      cut(nothing, [], { at: "some" });
      const generator = cut(count, [3], { at: "every" });
      expectTypeOf<Awaited<typeof generator>["value"]>().toEqualTypeOf<{ yielded: number[]; returned: string }>();
    });
  });
});

describe("values and errors", () => {
  test("registration", () => {
    types(() => {
      class Money {
        readonly #cents: number;
        constructor(cents: number) {
          this.#cents = cents;
        }
        get cents(): number {
          return this.#cents;
        }
      }
      registerClass("shop/money#Money", Money);
      registerFunction("shop/tax#rate", (cents: number) => cents / 5);
      registerCodec("money", { class: Money, encode: (money) => money.cents, decode: (cents) => new Money(cents) });
      // @ts-expect-error: not a class
      registerClass("shop/money#Money", new Money(5));
      // @ts-expect-error: decode makes the value from what encode gave
      registerCodec("money", { class: Money, encode: (money) => money.cents, decode: (s: string) => new Money(+s) });
    });
  });

  test("errors are told by their code", () => {
    types(() => {
      const caught: unknown = null;
      if (isColdframeError(caught, "CF2301")) expectTypeOf(caught.code).toEqualTypeOf<"CF2301">();
      if (isColdframeError(caught)) expectTypeOf(caught.fix).toEqualTypeOf<string>();
      // @ts-expect-error: no such code
      isColdframeError(caught, "CF9999");
    });
  });
});
