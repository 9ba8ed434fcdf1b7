// Owns: statements that are a point and nothing else: await, yield, yield*, and `return` of an awaited call.
// Does not own: the call (call.ts).
// I1. Between what the driver has set and the take no user code runs (docs/abi.md 6).
import * as t from "@babel/types";
import type { Suspension } from "../../analyze/point.ts";
import type { Lower, Lowering } from "../lowering.ts";
import { at, id, num, set, undef, when } from "../nodes.ts";
import { asResult, issueCall } from "./call.ts";

type Issue = (suspension: Suspension, lowering: Lowering) => t.Statement[];

const issueYield: Issue = ({ point }, lowering) => [
  lowering.park(point, point.operand ? lowering.expression(point.operand) : undef()),
];
const issues: { [kind: string]: Issue } = { await: issueAwait, yield: issueYield, offer: issueYield };

export const lowerSuspension: Lower = (node, lowering, before) => {
  const suspension = lowering.durable.points.suspensions.get(node) as Suspension;
  const { kind } = suspension.point;
  const isAsync = lowering.durable.unit.kind === "asyncGenerator";
  const issue = isAsync ? delegateAsync : delegate;
  const reached = kind === "delegate" ? issue(suspension, lowering, before) : exchange(suspension, lowering, before);
  return [...reached.map((statement) => at(statement, node)), ...deliver(suspension, lowering)];
};

/** `if ($pc === 0) { … park } else { $pc = 0; $t = $R.take(); }` */
function exchange(suspension: Suspension, lowering: Lowering, before: t.Statement[]): t.Statement[] {
  const issue = issues[suspension.point.kind] as Issue;
  const issued = [...before, ...issue(suspension, lowering)];
  if (lowering.isPark(issued.at(-1))) return [when(lowering.isFresh, issued), ...lowering.take()];
  return [t.ifStatement(lowering.isFresh, t.blockStatement(issued), t.blockStatement(lowering.take()))];
}

function issueAwait({ point }: Suspension, lowering: Lowering): t.Statement[] {
  const operand = point.operand as t.Expression;
  return (
    issueCall(operand, point, lowering) ?? [
      lowering.park(point, asResult(lowering.expression(operand), point, lowering)),
    ]
  );
}

/** The registers are read by `$R.forward`, on the way in and at every exchange. */
function delegate({ point }: Suspension, lowering: Lowering, before: t.Statement[]): t.Statement[] {
  const iterator = lowering.durable.name(lowering.durable.hidden(point.node)?.iterator);
  const operand = lowering.expression(point.operand as t.Expression);
  const open = when(lowering.isFresh, [...before, set(id(iterator), lowering.abiCall("delegate", operand))]);
  const done = set(lowering.value, lowering.part(iterator, "value"));
  return [open, exchangeInner(point, lowering.abiCall("forward", id(iterator)), lowering), done];
}

/** The iterator is in the frame, which parks at what is awaited within and at what is handed out. */
function delegateAsync({ point }: Suspension, lowering: Lowering, before: t.Statement[]): t.Statement[] {
  const { frame } = lowering;
  const operand = lowering.expression(point.operand as t.Expression);
  const opened = t.expressionStatement(lowering.abiCall("asyncDelegate", frame, operand));
  const done = set(lowering.value, lowering.abiCall("asyncDelegated", frame));
  const exchanged = exchangeInner(point, lowering.abiCall("asyncForward", frame), lowering);
  return [when(lowering.isFresh, [...before, opened]), exchanged, done];
}

/** `if (!($pc = 0, $R.forward($i))) return save`: what the inner iterator throws leaves the point behind. */
function exchangeInner(point: Suspension["point"], forward: t.Expression, lowering: Lowering): t.Statement {
  const reset = t.assignmentExpression("=", lowering.pc, num(0));
  const more = t.unaryExpression("!", t.sequenceExpression([reset, forward]));
  return t.ifStatement(more, lowering.park(point, lowering.abiCall("handed")));
}

/** What arrived goes where the statement says. */
function deliver({ target }: Suspension, lowering: Lowering): t.Statement[] {
  const { value } = lowering;
  if (target.type === "none") return [];
  if (target.type === "return") return lowering.jumps.return(value, true);
  return lowering.native.bind(target.id, value, target.declares ? "let" : "assign").map((made) => at(made, target.id));
}
