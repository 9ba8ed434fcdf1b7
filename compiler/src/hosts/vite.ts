// Owns: the plugin for Vite, Vitest and Rolldown, with the compiler of this package.
// Does not own: how it works (vite/plugin.ts).
import type { Plugin } from "vite";
import { compile } from "../index.ts";
import { createVitePlugin, type Options } from "./vite/plugin.ts";

export type { Options } from "./vite/plugin.ts";

/**
 * Compiles durable functions in Vite, Vitest and Rolldown.
 * @param options which functions are durable, and which modules are looked at
 * @returns a plugin that comes before those that strip types
 * @example export default defineConfig({ plugins: [coldframe()] });
 */
export function coldframe(options: Options = {}): Plugin {
  return createVitePlugin(compile, options);
}

export default coldframe;
