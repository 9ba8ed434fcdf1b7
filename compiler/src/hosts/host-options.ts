// Owns: what the options of a plugin may be; people write them by hand, in files that nobody type-checks.
// Does not own: what they do.
import { type ColdframeError, errors } from "../errors.ts";

/** Keys in an entry of tsconfig.json that are ts-patch's own. */
const ofTsPatch = [
  "name",
  "transform",
  "transformProgram",
  "type",
  "import",
  "isEsm",
  "tsConfig",
  "resolvePathAliases",
];

const known = {
  "@coldframe/compiler/ts-patch": { keys: ["mark", ...ofTsPatch], list: "`mark`" },
  "@coldframe/compiler/vite": { keys: ["mark", "include"], list: "`mark` or `include`" },
};

/** What is wrong with the options of a plugin; undefined if nothing is. */
export function faultOfOptions(plugin: keyof typeof known, options: object): ColdframeError | undefined {
  const { keys, list } = known[plugin];
  const option = Object.keys(options).find((key) => !keys.includes(key));
  if (option !== undefined) {
    return errors.unknownOption({ option, plugin, found: "set: there is none of that name", known: list });
  }
  const { mark = "tagged" } = options as { mark?: unknown };
  if (mark === "tagged" || mark === "all") return undefined;
  return errors.unknownOption({
    ...{ option: "mark", plugin, found: String(JSON.stringify(mark)) },
    known: '`"tagged"` or `"all"`',
  });
}
