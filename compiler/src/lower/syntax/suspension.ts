// Owns: statements that are a point and nothing else: await, yield, yield*, and `return` of an awaited call.
// Does not own: the call (call.ts).
// I1. Between what the driver has set and the take no user code runs (docs/abi.md 6).
import * as t from "@babel/types";
import type { Suspension } from "../../analyze/point.ts";
import type { Lower, Lowering } from "../lowering.ts";
import { at, id, num, set, undef, when } from "../nodes.ts";
import { issueCall } from "./call.ts";

type Issue = (suspension: Suspension, lowering: Lowering) => t.Statement[];

const issues: { [kind: string]: Issue } = {
  await: issueAwait,
  yield: ({ point }, lowering) => [lowering.park(point, point.operand ? lowering.expression(point.operand) : undef())],
};

export const lowerSuspension: Lower = (node, lowering, before) => {
  const suspension = lowering.durable.points.suspensions.get(node) as Suspension;
  const { kind } = suspension.point;
  const reached = kind === "delegate" ? delegate(suspension, lowering, before) : exchange(suspension, lowering, before);
  return [...reached.map((statement) => at(statement, node)), ...deliver(suspension, lowering)];
};

/** `if ($pc === 0) { … park } else { $pc = 0; $t = $R.take(); }` */
function exchange(suspension: Suspension, lowering: Lowering, before: t.Statement[]): t.Statement[] {
  const issue = issues[suspension.point.kind] as Issue;
  const issued = [...before, ...issue(suspension, lowering)];
  const parks = t.isReturnStatement(issued.at(-1));
  if (parks) return [when(lowering.isFresh, issued), ...lowering.take()];
  return [t.ifStatement(lowering.isFresh, t.blockStatement(issued), t.blockStatement(lowering.take()))];
}

function issueAwait({ point }: Suspension, lowering: Lowering): t.Statement[] {
  const operand = point.operand as t.Expression;
  return issueCall(operand, point, lowering) ?? issueValue(lowering.expression(operand), point, lowering);
}

function issueValue(value: t.Expression, point: Suspension["point"], lowering: Lowering): t.Statement[] {
  return [lowering.park(point, value)];
}

/** The registers are read by `$R.forward`, on the way in and at every exchange. */
function delegate({ point }: Suspension, lowering: Lowering, before: t.Statement[]): t.Statement[] {
  const iterator = lowering.durable.name(lowering.durable.hidden(point.node)?.iterator);
  const operand = lowering.expression(point.operand as t.Expression);
  const open = when(lowering.isFresh, [...before, set(id(iterator), lowering.abiCall("delegate", operand))]);
  const more = t.unaryExpression("!", lowering.abiCall("forward", id(iterator)));
  const done = [set(lowering.pc, num(0)), set(lowering.value, lowering.part(iterator, "value"))];
  return [open, t.ifStatement(more, lowering.park(point, lowering.abiCall("handed"))), ...done];
}

/** What arrived goes where the statement says. */
function deliver({ target }: Suspension, lowering: Lowering): t.Statement[] {
  const { value } = lowering;
  if (target.type === "none") return [];
  if (target.type === "return") return lowering.jumps.return(value, true);
  return lowering.native.bind(target.id, value, target.declares ? "let" : "assign").map((made) => at(made, target.id));
}
