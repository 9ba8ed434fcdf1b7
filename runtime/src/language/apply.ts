/** Owns: the call of a run function with a list of arguments. */
import { apply as reflectApply } from "../builtins.ts";
import type { Run } from "../realm.ts";

/** `run(null, self, ...args)`, without the detour over an iterator for as many arguments as functions usually have. */
export function apply(run: Run, self: unknown, args: ArrayLike<unknown>): unknown {
  switch (args.length) {
    case 0:
      return run(null, self);
    case 1:
      return run(null, self, args[0]);
    case 2:
      return run(null, self, args[0], args[1]);
    case 3:
      return run(null, self, args[0], args[1], args[2]);
    default:
      return reflectApply(run, undefined, withFrame(self, args));
  }
}

function withFrame(self: unknown, args: ArrayLike<unknown>): unknown[] {
  const list: unknown[] = [null, self];
  for (let at = 0; at < args.length; at++) list[at + 2] = args[at];
  return list;
}
