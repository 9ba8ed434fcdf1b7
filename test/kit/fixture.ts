/** Owns: one fixture, run in every way that must look native. */
import { coroutine, restore } from "@coldframe/runtime";
import { cut } from "@coldframe/runtime/testing";
import { runOnDyingEngines, runOnEngine } from "./fixture-engine.ts";
import { load } from "./loader.ts";
import { beginWorld, difference, type Observed, observe } from "./world.ts";

/** What a fixture came to. */
export interface FixtureReport {
  native: Observed;
  /** Ways in which it was not as native, and how. */
  differences: Record<string, string>;
  /** Suspension points at which it was cut, one after the other. */
  cuts: number;
  /** Those of them where it was killed and a fresh copy went on alone. */
  kills: number;
  /** Workers that died on the engine. */
  deaths: number;
  /** Snapshots, with the log until then: for another process to go on with. */
  snapshots: { bytes: Uint8Array; log: string[] }[];
}

type Main = () => Promise<unknown>;

const compiled = (file: string): Main => load(file, "compiled").main;

/** A copy in the form of large functions: what is stored in the one form goes on in the other. */
function fresh(file: string) {
  return (bytes: Uint8Array) => {
    load(file, "large");
    return restore(bytes);
  };
}

/** Runs the fixture natively and in every other way, and compares logs and outcomes. */
export async function runFixture(file: string): Promise<FixtureReport> {
  const native = await observe(() => load(file, "native").main());
  const report: FixtureReport = { native, differences: {}, cuts: 0, kills: 0, deaths: 0, snapshots: [] };
  const compare = async (way: string, run: () => Promise<unknown>) => {
    const what = difference(native, await observe(run));
    if (what !== undefined) report.differences[way] = what;
  };
  await compare("volatile", () => compiled(file)());
  await compare("volatile, as a large function", () => load(file, "large").main());
  await compare("coroutine", () => coroutine(compiled(file)).drive());
  await compare("cut", async () => {
    const main = compiled(file);
    const onCut = () => {
      report.cuts += 1;
    };
    return (await cut(main, [], { at: "every", restore: fresh(file), onCut })).value;
  });
  for (let at = 1; at <= report.cuts; at++) await killAt(file, at, report);
  await runOnEngines(file, report);
  return report;
}

async function runOnEngines(file: string, report: FixtureReport): Promise<void> {
  const calm = difference(report.native, await runOnEngine(file));
  if (calm !== undefined) report.differences.engine = calm;
  if (load(file, "native").repeats === true) return;
  const dying = await runOnDyingEngines(file);
  const what = difference(report.native, dying);
  if (what !== undefined) report.differences["dying engines"] = what;
  report.deaths = dying.deaths;
}

class Killed extends Error {}

/** Stops the run at one suspension, forgets it, and lets a fresh copy go on from the bytes. */
async function killAt(file: string, at: number, report: FixtureReport): Promise<void> {
  const saved: { bytes?: Uint8Array; alone?: boolean } = {};
  const world = beginWorld();
  const first = await observe(
    () =>
      cut(compiled(file), [], {
        at: [at],
        restore: fresh(file),
        onCut: (bytes) => {
          saved.bytes = bytes;
          // Of others' calls under way only the description is stored: they would be made again, at another time.
          saved.alone = world.later.length === 0;
          throw new Killed("killed");
        },
      }),
    world,
  );
  if (saved.bytes === undefined || !saved.alone) return;
  const bytes = saved.bytes;
  report.snapshots.push({ bytes, log: first.log });
  report.kills += 1;
  const second = await observe(
    () => (fresh(file)(bytes) as { drive(): Promise<unknown> }).drive(),
    beginWorld(first.log),
  );
  const what = difference(report.native, second);
  if (what !== undefined) report.differences[`killed at ${at}`] = what;
}
