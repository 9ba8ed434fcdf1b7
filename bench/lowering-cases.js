// The workloads of the lowering bench, as one module of ordinary async code. It is compiled three ways: not at all, by
// regenerator, by Coldframe. Every function returns a value that the bench checks.
const resolved = Promise.resolve(1);
const tick = () => resolved;

async function leaf(i) {
  if (i < 0) await tick();
  return i;
}

/**
 * A hot loop with a rare await. (One that is never reached says nothing: the loop is then entered once, and takes 0.3 to 4.5 ns
 * in any shape, in plain functions too, by the moment at which V8 replaces the running code.)
 */
async function hotLoop(n) {
  let s = 0;
  for (let i = 0; i < n; i++) {
    s = (s + (i ^ 3)) | 0;
    if ((i & 1023) === 1023) await tick();
  }
  return s;
}

/** One real promise per iteration. */
async function awaitPromise(n) {
  let s = 0;
  for (let i = 0; i < n; i++) s += await tick();
  return s;
}

const fresh = (v) => Promise.resolve({ v });

/** A new promise of a new object per iteration, as calls of services give them. */
async function awaitFresh(n) {
  let s = 0;
  for (let i = 0; i < n; i++) s += (await fresh(i)).v & 1;
  return s;
}

const service = {
  base: 1,
  get(v) {
    return Promise.resolve(v + this.base);
  },
};

/** A method with an argument. */
async function awaitMethod(n) {
  let s = 0;
  for (let i = 0; i < n; i++) s += await service.get(i & 1);
  return s;
}

/** A plain value per iteration: one tick, as the language demands. */
async function awaitValue(n) {
  let s = 0;
  for (let i = 0; i < n; i++) s += await i;
  return s;
}

/** An async function that returns at once. */
async function callNoSuspend(n) {
  let s = 0;
  for (let i = 0; i < n; i++) s += await leaf(i);
  return s;
}

async function fib(n) {
  return n < 2 ? n : (await fib(n - 1)) + (await fib(n - 2));
}

async function tryCatchFinally(n) {
  let s = 0;
  for (let i = 0; i < n; i++) {
    try {
      if (i % 8 === 0) throw i;
      s += await tick();
    } catch (e) {
      s += e & 1;
    } finally {
      s ^= 1;
    }
  }
  return s;
}

async function forOf(items) {
  let s = 0;
  for (const item of items) s += (await tick()) + item;
  return s;
}

async function manyLocals(n) {
  let a = 1,
    b = 2,
    c = 3,
    d = 4,
    e = 5,
    f = 6,
    g = 7,
    h = 8,
    j = 9,
    k = 10;
  let l = 1,
    m = 2,
    o = 3,
    p = 4,
    q = 5,
    r = 6,
    t = 7,
    u = 8,
    v = 9,
    w = 10;
  for (let i = 0; i < n; i++) {
    a += await tick();
    b += a & 1;
    c += b & 1;
    d += c & 1;
    e += d & 1;
    f += e & 1;
    g += f & 1;
    h += g & 1;
    j += h & 1;
    k += j & 1;
    l += k & 1;
    m += l & 1;
    o += m & 1;
    p += o & 1;
    q += p & 1;
    r += q & 1;
    t += r & 1;
    u += t & 1;
    v += u & 1;
    w += v & 1;
  }
  return a + b + c + d + e + f + g + h + j + k + l + m + o + p + q + r + t + u + v + w;
}

async function nest5(i) {
  return 1 + (await nest4(i));
}
async function nest4(i) {
  return 1 + (await nest3(i));
}
async function nest3(i) {
  return 1 + (await nest2(i));
}
async function nest2(i) {
  return 1 + (await nest1(i));
}
async function nest1(i) {
  return i + (await tick());
}

/** Five calls deep, the innermost awaits a promise. */
async function fiveNested(n) {
  let s = 0;
  for (let i = 0; i < n; i++) s += await nest5(i & 1);
  return s;
}

async function chainLeaf(n) {
  let s = 0;
  for (let i = 0; i < n; i++) s += await tick();
  return s;
}

/** A hundred callers above a leaf that goes on awaiting: the cost of an await at depth. */
async function chain(depth, n) {
  return depth === 0 ? await chainLeaf(n) : await chain(depth - 1, n);
}

function* numbers(n) {
  for (let i = 0; i < n; i++) yield i;
}

/** A generator drained by a loop. */
function generator(n) {
  let s = 0;
  for (const i of numbers(n)) s += i;
  return s;
}

/** The same in durable code, where the generator can be stored. */
async function drained(n) {
  let s = 0;
  for (const i of numbers(n)) s += i;
  await tick();
  return s;
}

async function* pages(n) {
  for (let i = 0; i < n; i++) yield i;
}

/** An async generator, asked for one value after the other. (regenerator knows no `for await`.) */
async function asyncGenerator(n) {
  let s = 0;
  const all = pages(n);
  for (let step = await all.next(); !step.done; step = await all.next()) s += step.value;
  return s;
}

async function one(i) {
  return (await tick()) + i;
}

const drain = (n, call) =>
  new Promise((done) => {
    let s = 0;
    let i = 0;
    const next = (v) => {
      s += v;
      if (++i < n) call(i & 1).then(next);
      else done(s);
    };
    call(0).then(next);
  });

/** Calls from code that is not async: each makes a promise of its own. */
const start = (n) => drain(n, one);

/** The same, and the function returns at once. */
const startNoSuspend = (n) => drain(n, leaf);

/** Calls without await, a hundred at once. */
async function together(n) {
  let s = 0;
  for (let i = 0; i < n; i += 100) {
    const list = [];
    for (let k = 0; k < 100; k++) list.push(one(k & 1));
    for (const v of await Promise.all(list)) s += v;
  }
  return s;
}

/** A closure per iteration. */
async function closures(n) {
  let s = 0;
  for (let i = 0; i < n; i++) {
    const add = async (v) => v + i;
    s += await add(1);
  }
  return s;
}

/** Waits for a promise in so many frames: what a suspended call takes. */
async function hold(depth, promise) {
  return depth <= 1 ? await promise : await hold(depth - 1, promise);
}

export const cases = {
  hotLoop,
  awaitPromise,
  awaitFresh,
  awaitMethod,
  awaitValue,
  callNoSuspend,
  fib,
  tryCatchFinally,
  forOf,
  manyLocals,
  fiveNested,
  chain,
  start,
  startNoSuspend,
  together,
  closures,
  generator,
  drained,
  asyncGenerator,
  hold,
};
