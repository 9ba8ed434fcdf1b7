// Owns: what the lowering of one durable function shares: its analysis, what it adds to the module, factories made so far.
// Does not own: the module (ModuleContext).
// I1. Two nested functions with the same text and captures share one factory: ids have no ordinals.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import type { ScopeAnalysis, Unit } from "../analyze/scope.ts";
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
  /** The function's code is sloppy. */
  readonly sloppy: boolean;
  /** So is the file's, outside of functions that say otherwise and of classes. */
  readonly fileSloppy: boolean;
  /** Statements for the end of the module. */
  readonly hoisted: t.Statement[] = [];
  readonly factories = new Map<string, Factory>();
  /** Calls whose results go to a combinator. */
  readonly later = new Set<t.Node>();
  /** Variables for the template objects of tagged templates, by their texts. */
  readonly templates = new Map<t.TemplateElement[], string>();
  /** Those variables, by the hash of the texts. */
  readonly sites = new Map<string, string[]>();
  #options: string | undefined;
  /** What belongs to the class or object around the function. */
  readonly members: Members;

  constructor(context: ModuleContext, analysis: ScopeAnalysis, members: Members, fn: DurableFunction) {
    this.members = members;
    this.context = context;
    this.analysis = analysis;
    this.fn = fn;
    this.sloppy = isSloppy(fn.path, context);
    this.fileSloppy = isSloppy(fn.path.scope.getProgramParent().path, context);
  }

  /** What fingerprints say of the options; looked up once, for the functions nested in it as well. */
  get options(): string {
    this.#options ??= this.context.settings.optionsOf(this.fn.path.node);
    return this.#options;
  }

  /** Is the code of this function, nested or not, sloppy? Then its `this` is an object. */
  isSloppy(unit: Unit): boolean {
    if (!this.sloppy) return false;
    for (let outer: Unit | null = unit; outer !== null; outer = outer.parent) {
      if (outer.inClass) return false;
      if (t.isFunction(outer.node) && t.isBlockStatement(outer.node.body) && isStrict(outer.node.body)) return false;
    }
    return true;
  }

  /** What is moved out of strict code of a sloppy file says itself that it is strict. */
  strictness(unit: Unit): t.Directive[] {
    return this.fileSloppy && !this.isSloppy(unit) ? [t.directive(t.directiveLiteral("use strict"))] : [];
  }

  /** What was emitted breaks the protocol. */
  fail(node: t.Node, detail: string): Error {
    return this.context.refuse(node, errors.compilerFailed({ file: this.context.filename, detail }));
  }

  refuse(node: t.Node, what: string, instead: string): Error {
    return this.context.refuse(node, errors.unsupportedSyntax({ what, instead }));
  }
}

function isStrict(body: { directives: t.Directive[] }): boolean {
  return body.directives.some(({ value }) => value.value === "use strict");
}

function isSloppy(path: NodePath, { sourceType }: ModuleContext): boolean {
  if (sourceType === "module") return false;
  for (let outer: NodePath | null = path; outer !== null; outer = outer.parentPath) {
    const { node } = outer;
    if (t.isClass(node)) return false;
    if (t.isProgram(node) && isStrict(node)) return false;
    if (t.isFunction(node) && t.isBlockStatement(node.body) && isStrict(node.body)) return false;
  }
  return true;
}
