// Bytes that are no snapshot, not a whole one, a damaged one, or one of a newer format: refused before anything is read of
// them, by the API and in a store, where the run is held, its bytes stay as they are, and other runs go on.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { coroutine, type Notice, open, type Run, restore, snapshot } from "@coldframe/runtime";
import { FakeClock } from "@coldframe/runtime/testing";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { load, until } from "../engine/kit.ts";
import { forgetCode } from "../upgrades/kit.ts";
import { expectCoded, expectText, failureOf, heldText, type Parts } from "./kit.ts";

const HOUR = 3_600_000;

interface Program {
  main(text: string): Promise<string>;
}

let main: Program["main"];
beforeEach(async () => {
  forgetCode();
  const program = `
    import { sleep } from "@coldframe/runtime";
    export async function main(text) { "use durable"; const twice = text + text; await nothing(); await sleep("1h"); return twice; }
    async function nothing() {}`;
  ({ main } = await load<Program>(program, "shop/orders"));
});

function wholeSnapshot(): Uint8Array {
  const co = coroutine(main, "tick ");
  co.next();
  return snapshot(co);
}

/** Copies, changes, and gives the copy a checksum that holds. */
function sealed(bytes: Uint8Array, change: (copy: Buffer) => void): Uint8Array {
  const copy = Buffer.from(bytes);
  change(copy);
  copy.writeUInt32LE(crc32(copy.subarray(12), crc32(copy.subarray(0, 8))), 8);
  return copy;
}

/** What happens to bytes, and what is said of them. */
const damages: [name: string, damage: (bytes: Uint8Array) => Uint8Array, code: string, parts: Parts][] = [
  [
    "one bit flipped",
    (bytes) => bytes.map((byte, at) => (at === bytes.length - 3 ? byte ^ 4 : byte)),
    "CF2002",
    { what: "The snapshot is damaged", why: "nothing was read", fix: "back-up" },
  ],
  [
    "cut off in the middle",
    (bytes) => bytes.subarray(0, bytes.length >> 1),
    "CF2003",
    { what: "The snapshot ends after", why: "cut off", fix: "in full" },
  ],
  ["cut off in its head", (bytes) => bytes.subarray(0, 20), "CF2003", { what: "ends after 20 of 64 bytes" }],
  [
    "something behind it",
    (bytes) => Buffer.concat([bytes, Buffer.from("!")]),
    "CF2002",
    { what: "1 bytes stand behind" },
  ],
  [
    "a newer minor version",
    (bytes) => sealed(bytes, (copy) => copy.writeUInt8(1, 5)),
    "CF2004",
    {
      what: "The snapshot has format 1.1; this version of Coldframe reads up to 1.0",
      fix: "Upgrade `@coldframe/runtime`",
    },
  ],
  [
    "a newer major version",
    (bytes) => sealed(bytes, (copy) => copy.writeUInt8(2, 4)),
    "CF2004",
    { what: "format 2.0" },
  ],
  ["something else", () => Buffer.from('{"not":"a snapshot"}'), "CF2007", { what: "no snapshot", why: '{"no' }],
  [
    "base64 of it",
    (bytes) => Buffer.from(Buffer.from(bytes).toString("base64")),
    "CF2007",
    { what: "", fix: "base64" },
  ],
  ["nothing", () => new Uint8Array(0), "CF2007", { what: "no snapshot", why: "nothing" }],
];

describe("restore()", () => {
  test.each(damages)("refuses %s", async (_, damage, code, parts) => {
    const whole = wholeSnapshot();
    const bytes = damage(whole);
    const before = Buffer.from(bytes);
    expectCoded(await failureOf(() => restore(bytes)), code, parts);
    expect(before.equals(bytes)).toBe(true);
    expect(restore(whole)).toMatchObject({ done: false });
  });

  test("every single flipped bit, and every length, is refused with a code", async () => {
    const whole = wholeSnapshot();
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bytes = Buffer.from(whole);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      expect((await failureOf(() => restore(bytes))) as Error, `bit ${bit}`).toHaveProperty("code");
    }
    for (let length = 0; length < whole.length; length++) {
      const code = ((await failureOf(() => restore(whole.subarray(0, length)))) as { code: string }).code;
      expect(code, `length ${length}`).toMatch(length === 0 ? "CF2007" : "CF2003");
    }
  });

  test("what is no bytes at all is refused with a code", async () => {
    for (const value of [undefined, null, "CFSN", 7, {}]) {
      expectCoded(await failureOf(() => restore(value as never)), "CF2007", { what: "no snapshot of Coldframe" });
    }
  });
});

describe("in a store", () => {
  test.each(damages.slice(0, 5))(
    "%s: the run is held, its bytes stay, others go on",
    async (_, damage, code, parts) => {
      const place = await makeFile();
      const first = await place.open();
      for (const id of ["bad", "good"]) await first.engine.start(main, [`${id} `], { id });
      await until(async () => (await first.engine.list({ status: "waiting" })).runs.length === 2);
      await first.engine.close();
      const whole = place.bytesOf("bad");
      const damaged = damage(whole);
      place.overwrite("bad", damaged);

      const second = await place.open();
      await place.clock.jump(HOUR);
      const bad = (await second.engine.get("bad")) as Run;
      await until(async () => (await bad.status()).status === "held");
      expectText(heldText(await bad.status()), code, parts);
      expect(second.notices).toMatchObject([{ kind: "held", run: "bad", error: { code } }]);
      expect(await (await second.engine.get("good"))?.result()).toBe("good good ");
      expect(place.bytesOf("bad").equals(damaged)).toBe(true);

      place.overwrite("bad", whole); // from a back-up
      expect(await bad.release()).toBe(true);
      expect(await bad.result()).toBe("bad bad ");
      expect((await bad.status()).generation).toBe(0);
    },
  );
});

/** A file of runs, and hands that reach behind the engine's back. */
async function makeFile() {
  const folder = await mkdtemp(join(tmpdir(), "coldframe-bad-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "runs.db");
  const clock = new FakeClock();
  const query = (sql: string, ...values: (string | Uint8Array)[]): Record<string, unknown> => {
    using db = new DatabaseSync(file);
    return db.prepare(sql).get(...values) ?? {};
  };
  const ofRun = "run = (SELECT key FROM cf_run WHERE id = ?)";
  return {
    clock,
    async open() {
      const notices: Notice[] = [];
      const engine = await open(`sqlite:${file}`, { clock, onNotice: (notice) => notices.push(notice) });
      onTestFinished(() => engine.close());
      return { engine, notices };
    },
    bytesOf: (id: string) => Buffer.from(query(`SELECT bytes FROM cf_snapshot WHERE ${ofRun}`, id).bytes as Uint8Array),
    overwrite: (id: string, bytes: Uint8Array) => query(`UPDATE cf_snapshot SET bytes = ? WHERE ${ofRun}`, bytes, id),
  };
}
