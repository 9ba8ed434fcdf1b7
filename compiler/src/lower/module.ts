// Owns: what the lowering of one durable function shares: its analysis, what it adds to the module, factories made so far.
// Does not own: the module (ModuleContext).
// I1. Two nested functions with the same text and captures share one factory: ids have no ordinals.
import type * as t from "@babel/types";
import type { ScopeAnalysis } from "../analyze/scope.ts";
import type { DurableFunction, ModuleContext } from "../analyze/types.ts";
import { errors } from "../errors.ts";
import type { Members } from "./members.ts";

/** A factory at module level, and the record of what it makes. */
export interface Factory {
  name: string;
  record: number;
}

export class LoweringModule {
  readonly context: ModuleContext;
  readonly analysis: ScopeAnalysis;
  readonly fn: DurableFunction;
  /** Code of the file is sloppy: `this` of its functions is coerced. */
  readonly sloppy: boolean;
  /** Statements for the end of the module. */
  readonly hoisted: t.Statement[] = [];
  readonly factories = new Map<string, Factory>();
  /** Calls whose results go to a combinator. */
  readonly later = new Set<t.Node>();
  /** What belongs to the class or object around the function. */
  readonly members: Members;

  constructor(context: ModuleContext, analysis: ScopeAnalysis, members: Members, fn: DurableFunction, sloppy: boolean) {
    this.members = members;
    this.context = context;
    this.analysis = analysis;
    this.fn = fn;
    this.sloppy = sloppy;
  }

  /** What was emitted breaks the protocol. */
  fail(node: t.Node, detail: string): Error {
    return this.context.refuse(node, errors.compilerFailed({ file: this.context.filename, detail }));
  }

  refuse(node: t.Node, what: string, instead: string): Error {
    return this.context.refuse(node, errors.unsupportedSyntax({ what, instead }));
  }
}
