// Owns: `node --import @coldframe/compiler/node app.ts`: durable files are compiled as they are loaded.
// Does not own: how it works (node/load.ts).
// Stacks are mapped to the user's lines from here on, in all files: compiled functions stand elsewhere than they were written.
import * as nodeModule from "node:module"; // whole: Deno has no setSourceMapsSupport, and maps stacks without being asked
import { compile } from "../index.ts";
import { createLoadHook } from "./node/load.ts";

nodeModule.setSourceMapsSupport?.(true);
nodeModule.registerHooks({ load: createLoadHook(compile) });
