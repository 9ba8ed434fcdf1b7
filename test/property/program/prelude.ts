/**
 * The functions and classes that programs use: another module, loaded once and not again at a restore, since what is
 * under way natively keeps its functions and classes. It logs through `globalThis.coldframeTrace(branch, values)`, and in
 * timed programs waits through `globalThis.coldframeLater(go)`.
 */
export const prelude = `
class Oops extends Error {
  constructor(message, n) {
    super(message);
    this.name = "Oops";
    this.n = n;
  }
}
class Range {
  constructor(L, n) {
    this.L = L;
    this.n = n;
    this.i = 0;
  }
  [Symbol.iterator]() {
    trace(this.L, "iterator", this.n);
    return this;
  }
  next() {
    trace(this.L, "next", this.i);
    return this.i < this.n ? { done: false, value: this.i++ } : { done: true, value: undefined };
  }
  return(value) {
    trace(this.L, "closed", this.i);
    return { done: true, value };
  }
}
class Probe {
  constructor(L, n) {
    this.L = L;
    this.n = n;
  }
  get a() {
    trace(this.L, "get", this.n);
    return this.n;
  }
  set a(value) {
    trace(this.L, "set", value);
    this.n = value;
  }
  same(value) {
    trace(this.L, "same", value);
    return this;
  }
}
class Ticker {
  constructor(L, n, form, fails) {
    this.L = L;
    this.n = n;
    this.form = form;
    this.fails = fails;
    this.i = 0;
  }
  [Symbol.asyncIterator]() {
    trace(this.L, "async iterator", this.n);
    return this;
  }
  next() {
    trace(this.L, "next", this.i);
    if (this.i === this.fails) return this.form > 1 ? fail(this.i) : boom(this.L, this.i);
    const step = this.i < this.n ? { done: false, value: this.i++ } : { done: true, value: undefined };
    return this.form === 0 ? step : tick(step);
  }
  return(value) {
    trace(this.L, "closed", this.i);
    return this.form === 3 ? tick({ done: true, value }) : { done: true, value };
  }
}
class Relay {
  constructor(L, n) {
    this.L = L;
    this.n = n;
    this.i = 0;
  }
  [Symbol.iterator]() {
    return this;
  }
  next(value) {
    trace(this.L, "next", value);
    return { done: this.i >= this.n, value: this.i++ };
  }
  throw(error) {
    trace(this.L, "throw", error);
    if (this.i > 1) throw error;
    return { done: false, value: this.n };
  }
  return(value) {
    trace(this.L, "return", value);
    return { done: this.i > 1, value };
  }
}
class Basis {
  constructor(n) {
    this.n = n;
  }
  m(d) {
    return this.n + d;
  }
}
class Shy {
  constructor(L, n) {
    this.L = L;
    this.n = n;
  }
  get then() {
    trace(this.L, "then", this.n);
    return (resolve, reject) => {
      trace(this.L, "adopted", this.n);
      if (this.n === 0) reject(new Oops("shy", 0));
      else resolve(this.n);
    };
  }
}
class Thenable {
  constructor(n) {
    this.n = n;
  }
  then(resolve) {
    resolve(this.n);
  }
}
function trace(L, ...values) {
  globalThis.coldframeTrace(L.id, values);
}
function see(L, key, value) {
  trace(L, key, value);
  return value;
}
function spend(L) {
  L.fuel -= 1;
  return !(L.fuel >= 0);
}
function fork(L, key) {
  L.fuel = L.fuel >> 1;
  L.forks += 1; // the same call may be under way more than once
  return { id: L.id + "/" + key + "." + L.forks, fuel: L.fuel, forks: 0 };
}
function forks(L, key, items) {
  return Array.from(items, (item, index) => [fork(L, key + "." + index), item]);
}
function boom(L, n) {
  throw new Oops("boom", n);
}
function size(value) {
  if (value === null || value === undefined) return 0;
  if (typeof value === "number") return value;
  return typeof value === "object" ? Object.keys(value).length : String(value).length % 7;
}
function twice(call, value) {
  return call(value).then((one) => call(one));
}
function promised(call, value) {
  return new Promise((resolve, reject) => {
    call(value).then(resolve, reject);
  });
}
function each(items, call) {
  let last = Promise.resolve(0);
  Array.from(items, (item, index) => {
    last = last.then((sum) => call(item, index).then((one) => sum + one));
  });
  return last;
}
class Resource {
  constructor(L, n, fails) {
    this.L = L;
    this.n = n;
    this.fails = fails;
  }
  [Symbol.dispose]() {
    trace(this.L, "disposed", this.n);
    if (this.fails) throw new Oops("dispose", this.n);
  }
  async [Symbol.asyncDispose]() {
    trace(this.L, "disposing", this.n);
    await tick(this.n);
    this[Symbol.dispose]();
  }
}
function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}
function unreadable(target, key) {
  const get = () => {
    throw new Oops("read", 1);
  };
  return Object.defineProperty(target, key, { get });
}
function hostile(k) {
  const makers = [
    () => revoked({}),
    () => revoked(Promise.resolve(1)),
    () => revoked(() => 1),
    () => unreadable(Promise.resolve(1), "constructor"),
    () => unreadable({}, "then"),
    () => new Proxy({ then: (resolve) => resolve(k) }, { getPrototypeOf: () => revoked({}).x }),
    () => Promise.reject(Object.freeze(new Oops("frozen", k))),
  ];
  return makers[k]();
}
function site(strings) {
  return strings;
}
function tag(strings, ...values) {
  return strings.raw.join("|") + values.join(",");
}
function clip(value) {
  return String(value).slice(-16);
}
function clock(settled) {
  if (globalThis.coldframeLater === undefined) return settled;
  settled.catch(() => {});
  return new Promise((resolve) => globalThis.coldframeLater(() => resolve(settled)));
}
function keep(value) {
  return clock(Promise.resolve(value));
}
function tick(value) {
  return clock(Promise.resolve(value));
}
function pause() {
  return clock(Promise.resolve());
}
function later(value) {
  return clock(Promise.resolve().then(() => {}).then(() => value));
}
function fail(n) {
  return clock(Promise.reject(new Oops("fail", n)));
}
async function bad(L, n) {
  trace(L, "bad", n);
  await tick(n);
  throw new Oops("bad", n);
}
`;

export const preludeNames = [...prelude.matchAll(/^(?:async )?(?:function|class) (\w+)/gm)].map(
  ([, name]) => name as string,
);
