/**
 * Owns: what is said of a wait that code begins which is not durable: why it is not, and what helps there.
 * Does not own: noticing it (sleep.ts, step.ts, image.ts).
 */
import { type ColdframeError, errors } from "../errors.ts";
import { closureOf, registry } from "../registry.ts";
import type { ForeignCall } from "./foreign.ts";

const inStep = "if it may wait in memory, and begin again after a crash, make the call of it a `step`";

/** Of code that a run awaits: a helper without a mark, or one that the compiler has never seen. */
export function outsideForeign(what: string, { callee, fn }: ForeignCall): ColdframeError {
  const module = moduleOf(fn);
  const isCompiled = module === "" || (module !== undefined && registry().modules.has(module));
  const place = module === undefined || module === "" ? "Its module" : `Its module \`${module}\``;
  if (isCompiled) {
    const finding = `${place} is compiled, but ${callee} has no mark`;
    const advice = `- Mark ${callee} as durable: \`"use durable"\` as the first line of its body; or\n- ${inStep}.`;
    return errors.outsideDurableCode({ what, caller: callee, finding, advice });
  }
  const finding = `${place} was never compiled: it belongs to a package, or the compiler does not see it`;
  const advice = [
    `- If ${callee} is yours: write it in a module that is compiled, with \`"use durable"\` as the first line of its body; or`,
    `- if it belongs to a package: call ${what} before or after it, or write a durable function of your own in its place; or`,
    `- ${inStep}.`,
  ].join("\n");
  return errors.outsideDurableCode({ what, caller: callee, finding, advice });
}

/** Of code that durable code called without await: a run knows nothing of it. */
export function outsideUnawaited(what: string): ColdframeError {
  return errors.outsideDurableCode({
    what,
    caller: "a function that was called without await",
    finding: "Nothing in the run waits for that function",
    advice:
      '- Await that call; or\n- mark the function as durable (`"use durable"` as the first line of its body): the run then waits for it, awaited or not.',
  });
}

/** Id of the module of a function, by its name there; "": it was made in compiled code; undefined: nothing tells. */
function moduleOf(fn: unknown): string | undefined {
  if (typeof fn !== "function") return undefined;
  if (closureOf(fn) !== undefined) return "";
  return registry().refOf(fn)?.split("#")[0];
}
