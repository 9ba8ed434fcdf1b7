// Programs that look at AsyncLocalStorage around, in and after durable calls.

const head = `
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { sleep, step } from "@coldframe/runtime";
const charge = step(async (name) => { at(name); await turn(); als.enterWith("step"); return name; });
const als = new AsyncLocalStorage();
const second = new AsyncLocalStorage();
const turn = () => new Promise((resolve) => setImmediate(resolve));
const at = (name) => log(name, String(als.getStore()), String(second.getStore()));
`;

/** Durable functions, the last of them main. */
export const programs: Readonly<Record<string, string>> = {
  "enterWith in a callee, before and after its await": `
    const before = async () => { "use durable"; als.enterWith("before"); await turn(); at("callee 1"); };
    const after = async () => { "use durable"; await turn(); als.enterWith("after"); at("callee 2"); };
    const throws = async () => { "use durable"; await turn(); als.enterWith("thrown"); throw new Error("x"); };
    const main = async () => { "use durable";
      als.enterWith("main"); at("0");
      await after(); at("1");
      try { await throws(); } catch { at("2"); }
      await before(); at("3");
      await after(); at("4");
      await turn(); at("5");
    };`,
  "through many callers": `
    const leaf = async (i) => { "use durable"; await turn(); als.enterWith("leaf " + i); await turn(); at("leaf"); };
    const third = async () => { "use durable"; await turn(); als.enterWith("third"); await leaf(1); at("third"); await leaf(2); at("third"); second.enterWith("third"); };
    const again = async () => { "use durable"; await third(); at("again"); als.enterWith("again"); await third(); at("again"); return await third(); };
    const main = async () => { "use durable"; als.enterWith("main"); await again(); at("main"); await again(); at("main"); };`,
  "without suspension": `
    const none = async (x) => { "use durable"; als.enterWith(x); return x; };
    const maybe = async (x) => { "use durable"; if (x) await turn(); als.enterWith("maybe " + x); };
    const main = async () => { "use durable";
      als.enterWith("main"); await none("a"); at("1"); const p = none("b"); at("2"); await p; at("3");
      await maybe(false); at("4"); await maybe(true); at("5");
    };`,
  recursion: `
    const down = async (n) => { "use durable"; if (n === 0) { await turn(); als.enterWith("bottom"); return; } als.enterWith("at " + n); await down(n - 1); at("up " + n); als.enterWith("up " + n); await turn(); at("end " + n); };
    const main = async () => { "use durable"; await down(4); at("main"); await turn(); at("main"); };`,
  "run and exit around durable calls": `
    const work = async (name) => { "use durable"; at(name); await turn(); at(name); als.enterWith(name + " entered"); await turn(); at(name); return name; };
    const main = async () => { "use durable";
      log(await als.run("run", () => work("a"))); at("1");
      const p = als.run("unawaited", () => work("b")); at("2"); await p; at("3");
      await als.run("outer", async () => { "use durable"; await second.run("inner", () => work("c")); at("4"); await als.exit(() => work("d")); at("5"); }); at("6");
      als.run("sync", () => at("7")); at("8");
    };`,
  "tasks side by side": `
    const lane = async (name) => { "use durable"; als.enterWith(name); for (let i = 0; i < 3; i++) { await turn(); at(name); } second.enterWith(name); return name; };
    const main = async () => { "use durable";
      als.enterWith("main");
      const lanes = ["a", "b", "c"].map((name) => als.run("lane", () => lane(name)));
      at("1"); log(await Promise.all(lanes)); at("2");
      log(await Promise.race([lane("d"), lane("e")])); at("3");
      await Promise.allSettled([lane("f"), turn()]); at("4");
      log(await Promise.any([als.run("any", () => lane("g"))])); at("5");
      await turn(); await turn(); at("6");
    };`,
  "one waits for another": `
    const first = async () => { "use durable"; als.enterWith("first"); await turn(); als.enterWith("first, later"); return 1; };
    const waiter = async (name, p) => { "use durable"; als.enterWith(name); at(name); await p; at(name); await turn(); at(name); await p; at(name); };
    const main = async () => { "use durable";
      const p = als.run("x", first);
      const all = [als.run("y", () => waiter("one", p)), als.run("z", () => waiter("two", p))];
      at("1"); await p; at("2"); await all[0]; at("3"); await all[1]; at("4");
    };`,
  "callbacks of then, catch and finally": `
    const work = async (fail) => { "use durable"; await turn(); als.enterWith("work"); if (fail) throw new Error("x"); return 1; };
    const main = async () => { "use durable";
      als.enterWith("main");
      const p = als.run("then", () => work(false).then((v) => { at("then"); als.enterWith("in then"); return v; }).finally(() => { at("finally"); }));
      const q = als.run("catch", () => work(true)).catch(() => { at("catch"); });
      at("1"); await p; at("2"); await q; at("3");
      await als.run("late", () => p.then(() => { at("late"); })); at("4");
      await Promise.all([p.then(async () => { "use durable"; at("a"); await turn(); at("b"); als.enterWith("c"); }), work(false)]); at("5");
    };`,
  generators: `
    function* values() { "use durable"; at("g1"); als.enterWith("generator"); yield 1; at("g2"); als.enterWith("again"); yield 2; at("g3"); }
    const main = async () => { "use durable";
      als.enterWith("main"); const it = values(); at("0"); it.next(); at("1");
      als.run("run", () => it.next()); at("2"); await turn(); at("3"); it.next(); at("4");
    };`,
  "async generators": `
    const inner = async () => { "use durable"; await turn(); als.enterWith("inner"); };
    async function* values() { "use durable"; at("g1"); als.enterWith("g one"); yield 1; at("g2"); await turn(); at("g3"); als.enterWith("g two"); yield 2; at("g4"); await inner(); at("g5"); yield* [3]; at("g6"); }
    const main = async () => { "use durable";
      als.enterWith("main"); const it = values(); at("0"); await it.next(); at("1");
      await als.run("run", () => it.next()); at("2");
      await it.next(); at("3"); await it.next(); at("4");
      for await (const v of values()) { at("loop " + v); await turn(); at("loop " + v); } at("5");
    };`,
  "queued requests of an async generator": `
    async function* values() { "use durable"; at("g1"); await turn(); at("g2"); yield 1; at("g3"); await turn(); at("g4"); yield 2; at("g5"); }
    const main = async () => { "use durable";
      const it = values();
      const all = ["a", "b", "c"].map((name) => als.run(name, () => it.next()));
      at("1"); await Promise.all(all); at("2");
    };`,
  "foreign code, bound functions and snapshots": `
    const foreign = async (name) => { at(name); await turn(); als.enterWith("foreign"); await turn(); at(name); };
    const sync = (name) => { als.enterWith(name); };
    const main = async () => { "use durable";
      als.enterWith("main");
      const bound = AsyncResource.bind(() => at("bound"));
      const inside = AsyncLocalStorage.snapshot();
      const there = new AsyncResource("there");
      als.enterWith("changed");
      await foreign("f"); at("1"); bound(); inside(at, "snapshot"); there.runInAsyncScope(at, null, "there"); at("2");
      await turn(); bound(); await inside(foreign, "g"); at("3");
      sync("by sync code"); at("4"); await turn(); at("5");
      await inside(async () => { "use durable"; at("6"); await turn(); at("7"); }); at("8");
    };`,
  "disabled and left": `
    const work = async () => { "use durable"; await turn(); als.enterWith("work"); await turn(); };
    const main = async () => { "use durable"; als.enterWith("main"); second.enterWith("two"); await work(); at("1"); als.exit(() => at("2")); at("3"); als.enterWith(undefined); await work(); at("4"); };`,
  "finally, using and loops": `
    const close = async () => { "use durable"; await turn(); als.enterWith("closed"); };
    const main = async () => { "use durable";
      als.enterWith("main");
      try { await close(); at("1"); throw 1; } catch { await close(); at("2"); } finally { await close(); at("3"); }
      { await using x = { [Symbol.asyncDispose]: close }; als.enterWith("block"); } at("4");
      for (let i = 0; i < 3; i++) { als.enterWith("i" + i); await close(); at("loop"); }
    };`,
  "steps and sleeps": `
    const lane = async (name) => { "use durable"; als.enterWith(name); const got = await charge(name); at(got); await sleep(0); at(name); };
    const main = async () => { "use durable";
      als.enterWith("main"); await charge("first"); at("1"); await lane("a"); at("2");
      const p = als.run("unawaited", () => charge("second")); als.enterWith("changed"); await p; at("3");
      await lane("b"); at("4");
    };`,
  "thenables and waits of no time": `
    const thenable = { then(yes) { at("then"); als.enterWith("thenable"); yes(1); } };
    const give = async () => { "use durable"; als.enterWith("give"); return thenable; };
    const main = async () => { "use durable"; als.enterWith("main"); await thenable; at("1"); await null; at("2"); await give(); at("3"); const p = give(); at("4"); await p; at("5"); };`,
};

export function sourceOf(program: string): string {
  return `${head}${program}\nexport { main };\n`;
}
