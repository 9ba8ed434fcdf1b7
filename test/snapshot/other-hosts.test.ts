// Hosts that lack a name of Node's own: what the runtime can do without it, it does.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const kept = `
class Own { a = 1; }
const made = { own: new Own(), map: new Map([[1, new Date(0)]]), bytes: new Uint8Array([1, 2]), none: Object.create(null) };
const { writeSnapshot } = await import("${root}/runtime/src/snapshot/write.ts");
const { readSnapshot } = await import("${root}/runtime/src/snapshot/read.ts");
const { registry } = await import("${root}/runtime/src/registry.ts");
const { registerClass } = await import("${root}/runtime/src/index.ts");
registerClass("test/Own", Own);
const { root } = readSnapshot(writeSnapshot(made, { registry: registry(), runId: "", seq: 0 }), { registry: registry() });
let code;
try { writeSnapshot([new WeakMap()], { registry: registry(), runId: "", seq: 0 }); } catch (error) { code = error.code; }
console.log(root.own instanceof Own, root.map.get(1).getTime(), [...root.bytes].join(), Object.getPrototypeOf(root.none), code);
`;

test.each([
  ["Deno has no util.types.isExternal", 'import { types } from "node:util"; delete types.isExternal;'],
  [
    "Bun's navigator is an ordinary object, and so may be others that users replace",
    'for (const name of ["navigator", "performance", "crypto"]) Object.defineProperty(globalThis, name, { value: {} });',
  ],
])("%s", (_, without) => {
  const args = ["--conditions=coldframe-source", "--input-type=module", "-e", `${without}\n${kept}`];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  expect(stdout, stderr).toBe("true 0 1,2 null CF2001\n");
});
