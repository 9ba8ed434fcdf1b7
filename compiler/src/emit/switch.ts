// Owns: durable functions that are declared directly in a switch case of code that is not durable: what is put around the
// switch and before its cases.
// Does not own: declarations in blocks (print.ts: findHead).
// I1. They are made in the scope of the switch, which they may use, before any of its tests runs: by a case that never matches.
import * as t from "@babel/types";
import type { DurableFunction, LoweredFunction } from "../analyze/types.ts";
import { skipTo } from "./member.ts";
import type { Edit } from "./print.ts";

/** `{ let f; switch (x) { case (f = …, {}): case 1: … } }` */
export function editSwitches(
  lowered: readonly { fn: DurableFunction; made: LoweredFunction }[],
  source: string,
): Edit[] {
  const found = new Map<t.SwitchStatement, t.VariableDeclarator[]>();
  for (const { fn, made } of lowered) {
    const node = fn.path.parentPath?.parent;
    if (!made.prelude || !t.isSwitchCase(fn.path.parent) || !t.isSwitchStatement(node)) continue;
    const declared = made.prelude.flatMap((each) => (each as t.VariableDeclaration).declarations);
    found.set(node, [...(found.get(node) ?? []), ...declared]);
  }
  return [...found].flatMap(([node, declared]) => editSwitch(node, declared, source));
}

function editSwitch(node: t.SwitchStatement, declared: readonly t.VariableDeclarator[], source: string): Edit[] {
  const [start, end] = [node.start as number, node.end as number];
  const open = skipTo(source, node.discriminant.end as number, "{") + 1;
  const names = declared.map(({ id }) => (id as t.Identifier).name);
  const made = declared.map(({ id, init }) =>
    t.assignmentExpression("=", t.cloneNode(id as t.Identifier), init as t.Expression),
  );
  const never = t.sequenceExpression([...made, t.objectExpression([])]);
  return [
    { start, end: start, code: `{ let ${[...new Set(names)].join(", ")}; ` },
    { start: open, end: open, node: never, before: " case (", behind: "):" },
    { start: end, end, code: " }" },
  ];
}
