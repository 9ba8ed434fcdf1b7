// Owns: the plugin for ts-patch: `{ "transform": "@coldframe/compiler/ts-patch", "transformProgram": true }`.
// Does not own: how it works (ts-patch/host.ts).
import { compile } from "../index.ts";
import { createTsPatchHost } from "./ts-patch/host.ts";

export type { Options } from "./ts-patch/durable-files.ts";
export type { ProgramTransformer } from "./ts-patch/host.ts";

/** The plugin, with the compiler of this package. */
export default createTsPatchHost({ compile });
