/**
 * The functions and classes that programs use: another module, loaded once and not again at a restore, since what is
 * under way natively keeps its functions and classes. It logs through `globalThis.coldframeTrace(branch, values)`.
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
function tag(strings, ...values) {
  return strings.raw.join("|") + values.join(",");
}
function clip(value) {
  return String(value).slice(-16);
}
function keep(value) {
  return Promise.resolve(value);
}
function tick(value) {
  return Promise.resolve(value);
}
function later(value) {
  return Promise.resolve().then(() => {}).then(() => value);
}
function fail(n) {
  return Promise.reject(new Oops("fail", n));
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
