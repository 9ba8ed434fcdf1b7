// Owns: which construct is lifted by what. A screen to start reading from.
// Does not own: any of them.
import type * as t from "@babel/types";
import { effectOfAssignment, liftAssignment } from "./assign.ts";
import { effectOfSuspension, liftSuspension, suspendInto } from "./await.ts";
import { liftBlock, liftIf, liftLabeled, liftTry } from "./branch.ts";
import { liftCall, liftImport, liftNew, liftTagged } from "./call.ts";
import { liftChain } from "./chain.ts";
import * as choice from "./choice.ts";
import { liftClass, liftClassDeclaration } from "./class.ts";
import { liftDeclaration } from "./declaration.ts";
import { liftForEach } from "./for-each.ts";
import { awaitsResult, liftReturn, liftThrow, returnsPromise } from "./jump.ts";
import type { Lift } from "./lift.ts";
import { liftArray, liftObject } from "./literal.ts";
import { liftDoWhile, liftFor, liftWhile } from "./loop.ts";
import { liftMember, liftUpdate } from "./member.ts";
import { liftBinary, liftUnary } from "./operator.ts";
import { liftSwitch } from "./switch.ts";
import { liftTemplate } from "./template.ts";

type Of<T> = Extract<t.Node, { type: T }>;
type Expressions = t.Expression["type"];

/** What is done with a node that suspends, by its type; a node without an entry is refused. */
export interface Table {
  /** An expression whose value is used. */
  values: { [T in Expressions]?: (node: Of<T>, lift: Lift) => t.Expression };
  /** An expression for its effect; by default its value, unused. */
  effects: { [T in Expressions]?: (node: Of<T>, lift: Lift) => void };
  /** An expression into a variable; by default its value, assigned. */
  intos: { [T in Expressions]?: (node: Of<T>, target: t.Identifier, isOwn: boolean, lift: Lift) => void };
  statements: {
    [T in t.Statement["type"]]?: (node: Of<T>, lift: Lift, labels: readonly t.LabeledStatement[]) => void;
  };
  /** Whether a node needs lifting though it does not suspend. */
  isWork(node: t.Node, lift: Lift): boolean;
}

export const table: Table = {
  values: {
    ArrayExpression: liftArray,
    AssignmentExpression: liftAssignment,
    AwaitExpression: liftSuspension,
    BinaryExpression: liftBinary,
    CallExpression: liftCall,
    ClassExpression: liftClass,
    ConditionalExpression: choice.liftConditional,
    ImportExpression: liftImport,
    LogicalExpression: choice.liftLogical,
    MemberExpression: liftMember,
    NewExpression: liftNew,
    ObjectExpression: liftObject,
    OptionalCallExpression: liftChain,
    OptionalMemberExpression: liftChain,
    ParenthesizedExpression: (node, lift) => lift.value(node.expression),
    SequenceExpression: choice.liftSequence,
    TaggedTemplateExpression: liftTagged,
    TemplateLiteral: liftTemplate,
    UnaryExpression: liftUnary,
    UpdateExpression: liftUpdate,
    YieldExpression: liftSuspension,
  },
  effects: {
    AssignmentExpression: effectOfAssignment,
    AwaitExpression: effectOfSuspension,
    ConditionalExpression: choice.effectOfConditional,
    LogicalExpression: choice.effectOfLogical,
    ParenthesizedExpression: (node, lift) => lift.effect(node.expression),
    SequenceExpression: choice.effectOfSequence,
    YieldExpression: effectOfSuspension,
  },
  intos: {
    AwaitExpression: suspendInto,
    ConditionalExpression: choice.conditionalInto,
    LogicalExpression: choice.logicalInto,
    ParenthesizedExpression: (node, target, isOwn, lift) => lift.into(target, node.expression, isOwn),
    SequenceExpression: choice.sequenceInto,
    YieldExpression: suspendInto,
  },
  statements: {
    BlockStatement: liftBlock,
    ClassDeclaration: liftClassDeclaration,
    DoWhileStatement: liftDoWhile,
    ExpressionStatement: (node, lift) => lift.effect(node.expression),
    ForInStatement: liftForEach,
    ForOfStatement: liftForEach,
    ForStatement: liftFor,
    IfStatement: liftIf,
    LabeledStatement: liftLabeled,
    ReturnStatement: liftReturn,
    SwitchStatement: liftSwitch,
    ThrowStatement: liftThrow,
    TryStatement: liftTry,
    VariableDeclaration: liftDeclaration,
    WhileStatement: liftWhile,
  },
  isWork: (node, lift) => returnsPromise(node, lift.fn) || awaitsResult(node, lift.fn),
};
