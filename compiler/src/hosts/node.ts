// Owns: `node --import @coldframe/compiler/node app.ts`: durable files are compiled as they are loaded.
// Does not own: how it works (node/load.ts).
// Stacks are mapped to the user's lines from here on, in all files: compiled functions stand elsewhere than they were written.
import { registerHooks, setSourceMapsSupport } from "node:module";
import { compile } from "../index.ts";
import { createLoadHook } from "./node/load.ts";

setSourceMapsSupport(true);
registerHooks({ load: createLoadHook(compile) });
