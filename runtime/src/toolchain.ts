/**
 * Owns: which tool has built or runs this process, as far as that shows for sure, and how the compiler gets to run with it.
 * Does not own: that a function was never compiled (uncompiled.ts).
 *
 * I1 Nothing is guessed: what only may be so is left to the list in docs/errors/CF2301.md.
 */

interface Tool {
  readonly name: string;
  readonly fix: string;
  /** @param text of the function that was never compiled */
  readonly is: (text: string) => boolean;
}

const env = (name: string) => (): boolean => process.env[name] !== undefined;
const version = (name: string) => (): boolean => (process.versions as Record<string, unknown>)[name] !== undefined;
const contains =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

/** Modules that were loaded before the program: `--import tsx`, `NODE_OPTIONS=--require=ts-node/register`. */
function preloaded(): string[] {
  const given = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? "").split(/\s+/)];
  const flag = /^(?:--import|--require|-r|--loader|--experimental-loader)(?:=(.*))?$/s;
  return given.flatMap((argument, at) => {
    const found = flag.exec(argument);
    return found === null ? [] : [found[1] ?? given[at + 1] ?? ""];
  });
}

const loader = (pattern: RegExp) => (): boolean => preloaded().some((module) => pattern.test(module));

const before = "It cannot run the compiler: compile with `tspc` first";
const byNode = "Run the sources by `node --import @coldframe/compiler/node` instead";

/** In the order of asking: who runs the process, then who has written the text. */
const tools: readonly Tool[] = [
  {
    name: "Vitest",
    is: () => "__vitest_worker__" in globalThis,
    fix: "Add the plugin of `@coldframe/compiler/vite` to its `plugins`.",
  },
  {
    name: "Jest",
    is: env("JEST_WORKER_ID"),
    fix: `${before}, and let it test the output (\`roots: ["dist"], transform: {}\`); or test by Vitest with the plugin of \`@coldframe/compiler/vite\`.`,
  },
  {
    name: "Next",
    is: env("NEXT_RUNTIME"),
    fix: `${before}, in a package of its own, import the output, and name that package and \`@coldframe/runtime\` in \`serverExternalPackages\`.`,
  },
  { name: "Bun", is: version("bun"), fix: `${before}, and run the output.` },
  { name: "Deno", is: version("deno"), fix: `${before}, and run the output.` },
  {
    name: "tsx",
    is: loader(/(?:^|[/\\])tsx(?:[/\\]|$)/),
    fix: "Let the compiler come first: `node --import @coldframe/compiler/node --import tsx app.ts`.",
  },
  { name: "ts-node", is: loader(/\bts-node\b/), fix: `${byNode}.` },
  { name: "ts-node", is: () => Symbol.for("ts-node.register.instance") in process, fix: `${byNode}.` },
  { name: "swc", is: loader(/@swc(?:-node)?\/(?:register|core)\b/), fix: `${byNode}.` },
  { name: "Babel", is: loader(/@babel\/register\b/), fix: `${byNode}.` },
  {
    name: "webpack",
    is: contains(/__webpack_require__|__WEBPACK_IMPORTED_MODULE_|_webpack_/),
    fix: `${before}, and bundle the output.`,
  },
  {
    name: "Turbopack",
    is: contains(/__TURBOPACK__|__turbopack_/),
    fix: `${before}, in a package of its own, and import the output.`,
  },
  { name: "swc", is: contains(/\b_async_to_generator\(|\b_ts_generator\(/), fix: `${before}, and give it the output.` },
  {
    name: "Babel",
    is: contains(/\b_asyncToGenerator\(|\b_regenerator(?:Runtime)?\b/),
    fix: `${before}, and give it the output.`,
  },
  { name: "esbuild", is: contains(/\b__async\(this,/), fix: `${before}, and bundle the output.` },
  {
    name: "tsc",
    is: contains(/\b__awaiter\(this,|\b__generator\(this,/),
    fix: 'Use `tspc` in its place, with `{ "transform": "@coldframe/compiler/ts-patch", "transformProgram": true }` in the `plugins` of tsconfig.json.',
  },
];

/** What there is to do with the tool that shows; undefined if none does. */
export function fixOfToolchain(text: string): string | undefined {
  const tool = tools.find(({ is }) => is(text));
  return tool && `Here it is ${tool.name}. ${tool.fix}`;
}
