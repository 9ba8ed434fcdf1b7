// Owns: the state of lowering one durable function, and the questions that every construct asks of it.
// Does not own: any construct (syntax/), guards of statement lists (regions.ts), the function around (run.ts).
// I1. Statements that are given to `lower` are reached with `$pc` 0 or within their range, and leave it 0.
// I2. `before` holds statements without points that run first, on the way in only: each lowerer places them once.
import * as t from "@babel/types";
import type { Point, Range } from "../analyze/point.ts";
import type { Binding, Scope } from "../analyze/scope.ts";
import { combinatorOf } from "./combinator.ts";
import { type DescriptorPath, oneSaveName, savedFields, saveName } from "./frame.ts";
import { createRegion, Jumps, type Region } from "./jumps.ts";
import { Native } from "./native.ts";
import { call, compare, endsAbruptly, id, label, member, num, set, when } from "./nodes.ts";
import type { Emitters } from "./rewrite.ts";
import type { Dummy } from "./slots.ts";
import type { DurableUnit } from "./unit.ts";

/** Lowers a statement that holds points. `labels` stand before it, outermost first. */
export type Lower<N extends t.Statement = t.Statement> = (
  node: N,
  lowering: Lowering,
  before: t.Statement[],
  labels: readonly string[],
) => t.Statement[];

export type LowerTable = { readonly [type: string]: Lower<never> | undefined };

/** V8 takes 65,535 arguments in a call; a save has some of its own. */
const MOST_SAVED = 65_000;

export class Lowering {
  readonly durable: DurableUnit;
  readonly descriptor: DescriptorPath;
  readonly native: Native;
  readonly jumps: Jumps;
  readonly #table: LowerTable;
  readonly #locals = new Map<string, { name: string; dummy: Dummy | null }>();
  #loopRegions = 0;
  readonly #costs: t.NumericLiteral[] = [];

  /** @param descriptor how the function reaches its own descriptor */
  constructor(durable: DurableUnit, emitters: Emitters, table: LowerTable, descriptor: DescriptorPath) {
    this.durable = durable;
    this.descriptor = descriptor;
    this.#table = table;
    const settle = { label: () => this.local("ret", null), value: () => this.local("t") };
    this.jumps = new Jumps(settle, durable.module.context.filename);
    this.native = new Native(durable.view, emitters, {
      return: (node) => this.leave(node),
      jump: ({ type, label }) => this.jumps.jump(type === "BreakStatement" ? "break" : "continue", label?.name ?? null),
    });
  }

  // ---- hidden variables

  /** A hidden variable of the run function, by its base name. `null`: a label or parameter, which is not declared. */
  local(base: string, dummy: Dummy | null = "undefined"): string {
    const known = this.#locals.get(base);
    if (known !== undefined) return known.name;
    const name = this.durable.view.names.fresh(`$${base}`);
    this.#locals.set(base, { name, dummy });
    return name;
  }

  /** Hidden variables that are to be declared. */
  declaredLocals(): { name: string; dummy: Dummy }[] {
    return [...this.#locals.values()].flatMap(({ name, dummy }) => (dummy === null ? [] : [{ name, dummy }]));
  }

  get pc(): t.Identifier {
    return id(this.local("pc", "number"));
  }

  get value(): t.Identifier {
    return id(this.local("t"));
  }

  get frame(): t.Identifier {
    return id(this.local("f", null));
  }

  /** `$R.depth = $h + cost`, in front of a call of durable code. */
  charge(): t.Expression {
    const cost = num(0);
    this.#costs.push(cost);
    const depth = t.binaryExpression("+", id(this.local("h", null)), cost);
    return t.assignmentExpression("=", this.abi("depth"), depth);
  }

  /** Does anything in it charge the depth? */
  get isCharging(): boolean {
    return this.#costs.length > 0;
  }

  /** Fills in the estimate of the stack that a call of this function takes. */
  settleCosts(bytes: number): void {
    for (const cost of this.#costs) cost.value = bytes;
  }

  abi(name: string): t.MemberExpression {
    return this.durable.view.abi(name);
  }

  abiCall(name: string, ...args: t.Expression[]): t.CallExpression {
    return call(this.abi(name), ...args);
  }

  get suspend(): t.Expression {
    return this.abi("SUSPEND");
  }

  // ---- statements

  rangeOf(node: t.Node | null | undefined): Range | undefined {
    return node ? this.durable.points.ranges.get(node) : undefined;
  }

  expression(node: t.Expression): t.Expression {
    return this.native.expression(node);
  }

  /** Lowers any statement; one without points becomes part of `before`, in the form it has. */
  statement(node: t.Statement, before: t.Statement[] = [], labels: readonly string[] = []): t.Statement[] {
    if (this.rangeOf(node) === undefined) return [...before, ...this.native.statement(node)];
    const type = this.durable.points.suspensions.has(node) ? "Suspension" : node.type;
    const lower = this.#table[type] as Lower | undefined;
    if (lower === undefined) {
      throw this.durable.module.refuse(
        node,
        `\`${node.type}\` with an await or yield in it`,
        "Write it in another way.",
      );
    }
    const made = lower(node, this, before, labels);
    const own = made.at(-1);
    if (own && !own.loc) own.loc = node.loc ?? null; // so that every statement of the user is in the map
    return made;
  }

  enter(scope: Scope | undefined): t.Statement[] {
    return this.native.enter(scope);
  }

  scopeOf(node: t.Node): Scope | undefined {
    return this.durable.module.analysis.scopes.get(node);
  }

  /** A return as the user wrote it. */
  leave(node: t.ReturnStatement): t.Statement[] {
    const value = node.argument ? this.expression(node.argument) : null;
    return this.jumps.return(value, !this.durable.points.unsettled.has(node));
  }

  // ---- points

  /** `$pc === 0` */
  get isFresh(): t.Expression {
    return compare(this.pc, "===", num(0));
  }

  upTo(last: number): t.Expression {
    return compare(this.pc, "<=", num(last));
  }

  /** Statements that run on the way in only. */
  onEntry(before: t.Statement[]): t.Statement[] {
    return before.length === 0 ? [] : [when(this.isFresh, before)];
  }

  /** `return f$1($f, awaited, …live)`; where there is one save, `{ $t = awaited; $pc = 1; break $park; }` */
  park(point: Point, awaited: t.Expression = this.value): t.Statement {
    const { durable } = this;
    if (durable.layout.hasOneSave) {
      const kept = t.isIdentifier(awaited, { name: this.value.name }) ? [] : [set(this.value, awaited)];
      const leave = t.breakStatement(id(this.local("park", null)));
      return t.blockStatement([...kept, set(this.pc, num(point.number)), leave]);
    }
    return this.#save(saveName(durable, point.number), [awaited], durable.live.at(point));
  }

  /** The end of a function with one save, to which its points lead: `$park: { … } return f$s($f, $t, $pc, …)`. */
  parkAll(statements: t.Statement[]): t.Statement[] {
    const { durable } = this;
    if (!durable.layout.hasOneSave) return statements;
    const ended = endsAbruptly(statements) ? statements : [...statements, t.returnStatement()];
    const save = this.#save(oneSaveName(durable), [this.value, this.pc], savedFields(durable));
    return [label(this.local("park", null), t.blockStatement(ended)), save];
  }

  #save(name: string, first: t.Expression[], kept: readonly Binding[]): t.ReturnStatement {
    const { durable, descriptor } = this;
    if (kept.length > MOST_SAVED) {
      const what = `A function with more than ${MOST_SAVED.toLocaleString("en")} variables that are needed behind an await or yield`;
      throw durable.module.refuse(durable.unit.node, what, "Keep them in an array or object.");
    }
    const reached = descriptor.isStatic ? [] : [descriptor.reach()];
    const variables = kept.map((binding) => durable.view.variable(binding));
    return t.returnStatement(call(id(name), this.frame, ...first, ...reached, ...variables));
  }

  /** Is this what `park` has made? */
  isPark(node: t.Statement | undefined): boolean {
    if (!this.durable.layout.hasOneSave) return t.isReturnStatement(node);
    const last = t.isBlockStatement(node) ? node.body.at(-1) : undefined;
    return t.isBreakStatement(last) && last.label?.name === this.local("park", null);
  }

  /** `$pc = 0; $t = $R.take();`: what arrives at a point. */
  take(): t.Statement[] {
    return [set(this.pc, num(0)), set(this.value, this.abiCall("take"))];
  }

  // ---- protected regions

  openRegion(node: t.Node): Region {
    const { completion, result, exits = [] } = this.durable.hidden(node) ?? {};
    const label = this.durable.view.names.fresh("$out");
    return createRegion(label, this.durable.name(completion), this.durable.name(result), exits);
  }

  /** A region whose record no point outlives: a for-of, which closes its iterator without waiting. */
  inLoopRegion<T>(lower: (region: Region) => T): { region: Region; lowered: T } {
    const depth = this.#loopRegions++;
    const [c, r] = [`c${depth}`, `r${depth}`];
    const region = createRegion(this.durable.view.names.fresh("$out"), this.local(c, null), this.local(r, null));
    const lowered = this.jumps.inside({ type: "region", region }, () => lower(region));
    this.#loopRegions--;
    // Only what is used is declared.
    if (region.left) {
      this.#locals.set(c, { name: region.completion, dummy: "number" });
      this.#locals.set(r, { name: region.result, dummy: "undefined" });
    }
    return { region, lowered };
  }

  /** A call that the runtime makes in place of the global `Promise`. */
  isCombinator(node: t.CallExpression): boolean {
    return combinatorOf(node, this.durable.view) !== undefined;
  }

  /** `member(id(name), property)` of a hidden variable. */
  part(name: string, property: string): t.MemberExpression {
    return member(id(name), property);
  }
}
