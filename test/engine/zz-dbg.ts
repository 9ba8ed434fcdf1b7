import { writeFileSync } from "node:fs";
import { compile } from "@coldframe/compiler";
import { open } from "@coldframe/runtime";

const src = `
import { sleep, step } from "@coldframe/runtime";
const mail = step(async (text) => { console.log("mail", text); });
async function remind(text) { "use durable"; await sleep(2000); await mail(text); }
export async function reminds(n) { "use durable"; void remind("late " + n); return n; }
`;
const { code } = compile(src, {
  filename: "t/p.ts",
  moduleId: "t/p",
  sourceType: "module",
  mark: "tagged",
  abi: "import",
} as never);
const file = new URL("./zz-out.mjs", import.meta.url);
writeFileSync(file, code);
const { reminds } = await import(file.href);
const engine = await open("memory:", { onNotice: (n) => console.log("NOTICE", n.kind, n.message, n.error) });
console.log("start");
const run = await engine.start(reminds, [1]);
console.log("started", await run.status());
console.log(await run.result(), await run.status());
console.log(await run.closed());
await engine.close();
