// node --import @coldframe/compiler/node save.ts counter.bin
import { writeFileSync } from "node:fs";
import { snapshot } from "@coldframe/runtime";
import { counter } from "./counter.ts";

const file = process.argv[2] ?? "counter.bin";
const instance = counter();
console.log(`process ${process.pid}: ${instance.next().value}`);

const bytes = snapshot(instance);
writeFileSync(file, bytes);
console.log(`process ${process.pid}: saved ${bytes.length} bytes to ${file}`);
