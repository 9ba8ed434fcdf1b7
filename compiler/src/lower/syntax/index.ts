// Owns: which file lowers which statement with points. A construct that is missing here is refused.
import type { LowerTable } from "../lowering.ts";
import { lowerBlockStatement, lowerLabeled } from "./block.ts";
import { lowerForAwait } from "./for-await.ts";
import { lowerForIn, lowerForOf } from "./for-of.ts";
import { lowerIf } from "./if.ts";
import { lowerDoWhile, lowerFor, lowerWhile } from "./loop.ts";
import { lowerSuspension } from "./suspension.ts";
import { lowerSwitch } from "./switch.ts";
import { lowerTry } from "./try.ts";

export const syntax: LowerTable = {
  Suspension: lowerSuspension,
  BlockStatement: lowerBlockStatement,
  LabeledStatement: lowerLabeled,
  IfStatement: lowerIf,
  ForStatement: lowerFor,
  WhileStatement: lowerWhile,
  DoWhileStatement: lowerDoWhile,
  ForInStatement: lowerForIn,
  ForOfStatement: (node: never, lowering, before, labels) =>
    ((node as { await?: boolean }).await ? lowerForAwait : lowerForOf)(node, lowering, before, labels),
  SwitchStatement: lowerSwitch,
  TryStatement: lowerTry,
};
