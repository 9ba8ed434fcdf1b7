// Two functions lowered by hand, letter by letter as docs/abi.md says. The ABI is tested by them alone, without the compiler.
import { R as $R } from "@coldframe/runtime/abi/v1";

// export async function sum(n) { let s = 0; for (let i = 0; i < n; i++) s += (await tick(i)) * i; return s; }
export function sum(_n) {
  return $R.start($M().f[0].d, this, arguments, new.target);
}
function sum$F($d) {
  this.$d = $d;
  this.$pc = 0;
  this.$up = null;
  this.$wait = null;
  this.$this = undefined;
  this.n = undefined;
  this.s = 0;
  this.i = 0;
  this.$l0 = 0;
}
function sum$0($this, n) {
  const $f = new sum$F($m.f[0].d);
  $f.$this = $this;
  $f.n = n;
  return $R.ready($f);
}
function sum$1($f, $w, n, s, i, $l0) {
  const $n = $f === null;
  if ($n) $f = new sum$F($m.f[0].d);
  $f.$pc = 1;
  $f.n = n;
  $f.s = s;
  $f.i = i;
  $f.$l0 = $l0;
  return $n ? $R.park($f, $w) : $R.repark($f, $w);
}
function sum$($f, $this, n) {
  let $pc = 0;
  let $t;
  let s = 0;
  let i = 0;
  let $l0 = 0;
  let $g;
  let $e;
  const $h = $R.depth;
  if ($f !== null) {
    $pc = $f.$pc;
    $this = $f.$this;
    n = $f.n;
    s = $f.s;
    i = $f.i;
    $l0 = $f.$l0;
  } else if ($h > 400000 || --$R.gas < 0) return sum$0($this, n);
  if ($pc === 0) {
    s = 0;
    i = 0;
  }
  for (; $pc !== 0 || i < n; i++) {
    if ($pc === 0) {
      $l0 = s;
      $g = tick;
      $e = typeof $g === "function" ? $g[$R.DURABLE] : void 0;
      if (
        $e !== void 0 && $e.self === $g && $e.kind === 0
          ? (($R.depth = $h + 140), ($t = $e.run(null, void 0, i)) === $R.SUSPEND)
          : (($t = $R.ops === null && typeof $g === "function" ? $g(i) : $R.call($g, void 0, [i], "tick")), true)
      )
        return sum$1($f, $t, n, s, i, $l0);
    } else {
      $pc = 0;
      $t = $R.take();
    }
    s = $l0 + $t * i;
  }
  return s;
}

// export async function nest(n) { return n === 0 ? sum(3) : 1 + (await nest(n - 1)); }
export function nest(_n) {
  return $R.start($M().f[1].d, this, arguments, new.target);
}
function nest$F($d) {
  this.$d = $d;
  this.$pc = 0;
  this.$up = null;
  this.$wait = null;
  this.$this = undefined;
  this.n = undefined;
}
function nest$0($this, n) {
  const $f = new nest$F($m.f[1].d);
  $f.$this = $this;
  $f.n = n;
  return $R.ready($f);
}
function nest$1($f, $w, n) {
  const $n = $f === null;
  if ($n) $f = new nest$F($m.f[1].d);
  $f.$pc = n === 0 ? 1 : 2;
  $f.n = n;
  return $n ? $R.park($f, $w) : $R.repark($f, $w);
}
function nest$($f, $this, n) {
  let $pc = 0;
  let $t;
  const $h = $R.depth;
  if ($f !== null) {
    $pc = $f.$pc;
    $this = $f.$this;
    n = $f.n;
  } else if ($h > 400000 || --$R.gas < 0) return nest$0($this, n);
  if ($pc === 0 ? n === 0 : $pc <= 1) {
    if ($pc === 0) {
      $R.depth = $h + 116;
      $t = sum$(null, void 0, 3);
      if ($t === $R.SUSPEND) return nest$1($f, $t, n);
    } else {
      $pc = 0;
      $t = $R.take();
    }
    return $t;
  }
  if ($pc === 0) {
    $R.depth = $h + 116;
    $t = nest$(null, void 0, n - 1);
    if ($t === $R.SUSPEND) return nest$1($f, $t, n);
  } else {
    $pc = 0;
    $t = $R.take();
  }
  return 1 + $t;
}

export const ticks = [];
export let tick = (i) => {
  ticks.push(i);
  return Promise.resolve(i);
};
export function setTick(value) {
  tick = value;
}

var $m;
function $M() {
  if ($m !== undefined) return $m;
  const points = (count) =>
    Array.from({ length: count }, (_, pc) => ({ fp: `fp${pc}`, at: `${pc + 1}:1`, of: "tick(i)" }));
  $m = $R.module({
    id: "test/hand-lowered",
    abi: 1,
    compiler: "0.0.0",
    f: [
      {
        id: "sum",
        name: "sum",
        length: 1,
        kind: 0,
        F: sum$F,
        run: sum$,
        self: sum,
        stamp: "s1",
        slots: [
          ["$this", "this", 0, 0],
          ["n", "n", 0, 1],
          ["s", "s", 1, 1],
          ["i", "i", 1, 1],
          ["$l0", "tmp:s", 1, 1],
        ],
        points: points(2),
      },
      {
        id: "nest",
        name: "nest",
        length: 1,
        kind: 0,
        F: nest$F,
        run: nest$,
        self: nest,
        stamp: "s2",
        slots: [
          ["$this", "this", 0, 0],
          ["n", "n", 0, 2],
        ],
        points: points(3),
      },
    ],
    refs: { tick: () => tick },
  });
  return $m;
}
$M();
