// Owns: the plugin for Vite, Vitest and Rolldown, given a compiler.
// Does not own: types, JSX and targets: it comes before what handles those, and hands on TypeScript for TypeScript.
// I1. An error of the compiler ends the transform: no uncompiled module is served.
// I2. Nor is one that a plugin has changed before: lowering.ts compares it with the file on disk.
// I3. A durable module is compiled anew in every process: none is served from a cache that another compiler has filled.
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import type { Diagnostic } from "../../index.ts";
import { faultOfOptions } from "../host-options.ts";
import { type Compile, createLowering } from "../lowering.ts";
import { readPackageFile } from "../package-files.ts";
import { describe, placeOf } from "../report.ts";

export interface Options {
  /** `"tagged"` (default): functions with a mark; `"all"`: every async function and generator. */
  mark?: "tagged" | "all";
  /** Which modules are looked at: patterns or globs for their ids. Default: all JavaScript and TypeScript outside node_modules. */
  include?: string | RegExp | (string | RegExp)[];
}

/** What of Vitest's context is needed here; its types would make Vitest a dependency. */
interface VitestCache {
  defineCacheKeyGenerator(generate: (module: { sourceCode: string }) => null | false): void;
}

const scripts = /\.[cm]?[jt]sx?(?:\?|$)/;
/** Queries under which Vite serves something else than the text of the file. */
const derived = /[?&](?:raw|url|worker|sharedworker)(?=[=&#]|$)/;
const installed = /[\\/]node_modules[\\/]/;

/** @param compile lowers one file @throws CF1084 */
export function createVitePlugin(
  compile: Compile,
  options: Options = {},
): Plugin & { configureVitest(context: VitestCache): void } {
  const fault = faultOfOptions("@coldframe/compiler/vite", options);
  if (fault) throw fault;
  const { mark = "tagged", include } = options;
  const lower = createLowering(compile, mark, readPackageFile);
  return {
    name: "coldframe",
    enforce: "pre",
    // Vitest keeps modules on disk, under keys that know nothing of this compiler, its options or the name of the package (I3).
    configureVitest({ defineCacheKeyGenerator }: VitestCache) {
      const isFree = (text: string) => mark === "tagged" && !/durable/i.test(text);
      defineCacheKeyGenerator(({ sourceCode }) => (isFree(sourceCode) ? null : false));
    },
    transform: {
      filter: { id: include === undefined ? { include: scripts, exclude: installed } : { include } },
      handler(text, id) {
        const file = id.replace(/[?#].*$/, "");
        const lowered = lower({ text, original: readOriginal(id, file), file, sourceType: "module", abi: "import" });
        if (lowered === null) return null;
        for (const diagnostic of lowered.diagnostics)
          if (diagnostic.severity === "warning") this.warn(toLog(file, diagnostic));
        const errors = lowered.diagnostics.filter(({ severity }) => severity === "error");
        const [first, ...more] = errors;
        if (first) {
          const others = more.map((error) => `\n${placeOf(file, error)} ${describe(error)}`).join("");
          this.error({ ...toLog(file, first), message: describe(first) + others });
        }
        // Vite takes the names in a map from the folder of the file, and ours begin at the package.
        return { code: lowered.code, map: lowered.map && ({ ...lowered.map, sources: [file] } as never) };
      },
    },
  };
}

/** What the user wrote; undefined where the module is made of something else. */
function readOriginal(id: string, file: string): string | undefined {
  if (!scripts.test(file) || derived.test(id.slice(file.length))) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // a module that a plugin has made
  }
}

function toLog(file: string, diagnostic: Diagnostic) {
  const { code, line, column, start } = diagnostic;
  return { message: describe(diagnostic), code, pos: start, loc: { file, line, column } };
}
