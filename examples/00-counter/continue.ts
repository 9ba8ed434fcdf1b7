// node --import @coldframe/compiler/node continue.ts counter.bin
import { readFileSync } from "node:fs";
import { restore } from "@coldframe/runtime";
import "./counter.ts"; // the code that the snapshot names must be loaded

const instance = restore<Generator<number>>(readFileSync(process.argv[2] ?? "counter.bin"));
for (const value of instance) console.log(`process ${process.pid}: ${value}`);
console.log(`process ${process.pid}: done`);
