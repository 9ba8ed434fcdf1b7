// Owns: how the arguments of a durable function reach its parameters (docs/abi.md 4).
// Does not own: the order of what else happens at entry (run.ts).
// I1. An argument is taken under its parameter's own name where nothing has to be done with it; otherwise under a hidden
//     one, and the parameter gets its value in the body, at first entry only, in the order of the parameters.
// I2. Hidden names differ from each other and from those of parameters: a frame that is parked at its entry is stored by them.
import * as t from "@babel/types";
import type { Binding, Unit } from "../analyze/scope.ts";

export interface Argument {
  /** The variable in which it is taken. */
  readonly binding: Binding;
  readonly rest: boolean;
  /** What is left to do: the parameter that gets its value from it; null if it has it already. */
  readonly param: t.Node | null;
  /** A default for the variable itself. */
  readonly fallback: t.Expression | null;
}

/** Plans what a run function takes. @param hide makes a hidden variable */
export function planArguments(unit: Unit, hide: (name: string) => Binding): Argument[] {
  const { params } = unit.node as t.Function;
  // The arguments object needs all of them.
  if (unit.params.bindings.get("arguments")?.kind === "arguments") {
    return [{ binding: hide("args"), rest: true, param: null, fallback: null }];
  }
  let next = 0;
  const hideNext = (): Binding => {
    let name: string;
    do name = next++ === 0 ? "p" : `p${next - 1}`;
    while (unit.params.bindings.has(name));
    return hide(name);
  };
  return params.map((param, index) => {
    const rest = t.isRestElement(param);
    const target = rest ? param.argument : t.isAssignmentPattern(param) ? param.left : param;
    // Of sloppy parameters with one name the last one counts.
    const isHidden =
      t.isIdentifier(param) && params.slice(index + 1).some((p) => t.isIdentifier(p, { name: param.name }));
    if (isHidden) return { binding: hideNext(), rest, param: null, fallback: null };
    const own = t.isIdentifier(target) ? unit.params.bindings.get(target.name) : undefined;
    if (own === undefined || own.cell) return { binding: hideNext(), rest, param, fallback: null };
    const fallback = t.isAssignmentPattern(param) ? param.right : null;
    return { binding: own, rest, param: null, fallback };
  });
}
