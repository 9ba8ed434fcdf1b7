import { registerHooks } from "node:module";
import { createLoadHook } from "../../../compiler/src/hosts/node/load.ts";
import { compile } from "./compile.ts";

process.setSourceMapsEnabled(true);
registerHooks({ load: createLoadHook(compile) });
