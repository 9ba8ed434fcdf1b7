// Owns: what is known of one durable function before a statement of it is lowered: points, liveness, slots, names, arguments.
// Does not own: the lowering of statements (lowering.ts), the emitted functions around (run.ts, frame.ts).
// I1. Everything here is settled before lowering begins; only hidden locals are added later.
import * as t from "@babel/types";
import { EffectReader } from "../analyze/effect.ts";
import { fingerprint, hashFlow } from "../analyze/fingerprint.ts";
import { buildFlow, type Flow, type Hidden } from "../analyze/flow.ts";
import { markOf } from "../analyze/lift/marks.ts";
import { findLive, type Liveness, numberSpans, type Span } from "../analyze/live.ts";
import { findPoints, type Point, type UnitPoints } from "../analyze/point.ts";
import type { Binding, Unit } from "../analyze/scope.ts";
import { Speller } from "../analyze/spell.ts";
import { type Argument, planArguments } from "./arguments.ts";
import { FrameLayout } from "./layout.ts";
import type { LoweringModule } from "./module.ts";
import { id, member, undef } from "./nodes.ts";
import { type Dummy, dummyOf } from "./slots.ts";
import { View } from "./view.ts";

export class DurableUnit {
  readonly module: LoweringModule;
  readonly unit: Unit;
  readonly points: UnitPoints;
  readonly flow: Flow;
  /** All that may be live, in order. */
  readonly bindings: readonly Binding[];
  readonly live: Liveness;
  readonly view: View;
  /** What the run function takes behind frame and `this`. */
  readonly args: readonly Argument[];
  readonly layout: FrameLayout;
  /** What hidden temporaries are called in keys and fingerprints. */
  readonly #tempNames: ReadonlyMap<Binding, string>;
  /** Base of the names of frame constructor and saves. */
  readonly base: string;
  readonly #dummies = new Map<Binding, Dummy>();
  readonly #helpers = new Map<string, string>();
  readonly #hiddenBindings: Binding[] = [];
  readonly #hoisted: ReadonlySet<Binding>;
  /** Hidden variables that emitted code mentions. */
  readonly usedHidden = new Set<Binding>();

  /** @param around of the code in which the function is made, if it stays there */
  constructor(module: LoweringModule, unit: Unit, base: string, around: View | null = null) {
    this.module = module;
    this.unit = unit;
    this.base = base;
    this.points = findPoints(unit, module.analysis, module.context);
    this.args = planArguments(unit, (name) => this.hide(name));
    const effects = new EffectReader(module.analysis, unit);
    const { points } = this;
    this.flow = buildFlow({ unit, analysis: module.analysis, points, effects, hide: (name) => this.hide(name) });
    this.#hoisted = this.#findHoisted();
    // What is declared within a statement that stays whole is never live at a point.
    const own = unit.bindings.filter((b) => this.#hoisted.has(b) || b.kind === "this" || b.kind === "arguments");
    this.bindings = [...own, ...this.#hiddenBindings];
    this.live = findLive(this.flow, this.bindings);
    this.#tempNames = this.#nameTemps();
    this.layout = new FrameLayout({
      flow: this.flow,
      live: this.live,
      points: points.list,
      bindings: this.bindings,
      entry: this.entryBindings(),
      temps: [...this.#tempNames.keys()],
      kindOf: (binding) => this.dummy(binding),
      isReference: (binding) => this.dummy(binding) === "undefined",
      isLarge: module.context.layout === "large",
    });
    this.view = this.#createView(around);
  }

  /** The name of a function at module level that belongs to this one. */
  helperName(suffix: string): string {
    const name = this.#helpers.get(suffix) ?? this.module.context.unique(`${this.base}${suffix}`);
    this.#helpers.set(suffix, name);
    return name;
  }

  /** A variable that the user does not see. */
  hide(name: string): Binding {
    const { unit } = this;
    const binding: Binding = {
      name,
      kind: "hidden",
      scope: unit.params,
      unit,
      uses: [],
      initOrder: -1,
      initCase: 0,
      values: [],
      initFrom: null,
      cell: false,
      early: false,
      tdz: false,
      captured: false,
      lexical: false,
    };
    this.#hiddenBindings.push(binding);
    return binding;
  }

  get thisBinding(): Binding | undefined {
    return this.unit.params.bindings.get("this");
  }

  /** What a frame holds that is parked at its entry. */
  entryBindings(): Binding[] {
    const self = this.thisBinding;
    return [...(self ? [self] : []), ...this.args.map(({ binding }) => binding)];
  }

  hidden(node: t.Node): Hidden | undefined {
    return this.flow.hidden.get(node);
  }

  /** The name of a variable of the run function. */
  name(binding: Binding | null | undefined): string {
    if (binding?.kind === "hidden") this.usedHidden.add(binding);
    return (this.view.variable(binding as Binding) as t.Identifier).name;
  }

  /** The kind of a variable's dummy value. */
  dummy(binding: Binding): Dummy {
    const known = this.#dummies.get(binding);
    if (known !== undefined) return known;
    this.#dummies.set(binding, "undefined"); // for variables that begin with each other's values
    const dummy = this.#findDummy(binding);
    this.#dummies.set(binding, dummy);
    return dummy;
  }

  #findDummy(binding: Binding): Dummy {
    if (binding.kind === "hidden") return binding.name.startsWith("completion") ? "number" : "undefined";
    if (binding.kind === "var" && this.live.atStart(binding)) return "undefined";
    return dummyOf(binding, (name) => {
      const other = this.module.analysis.uses.get(name)?.binding;
      return other?.unit === this.unit ? this.dummy(other) : "undefined";
    });
  }

  #createView(around: View | null): View {
    const { unit, module } = this;
    const view = new View(module, unit, this.#hoisted, around);
    const named: { [kind: string]: string } = { this: "$this", arguments: "$arguments" };
    for (const binding of unit.bindings) {
      const base = named[binding.kind];
      if (base !== undefined) {
        const name = view.names.rename(binding, base);
        view.replace(binding, () => id(name));
      }
      if (binding.kind === "new.target") view.replace(binding, undef);
      if (binding.kind === "self") view.replace(binding, () => member(id("$d"), "self"));
    }
    for (const binding of this.#hiddenBindings) view.names.rename(binding, `$${binding.name}`);
    for (const [binding, owner] of this.layout.shared) view.names.share(binding, owner);
    return view;
  }

  /** Bindings of the function's own scopes, and of scopes that hold points: their statements are taken apart. */
  #findHoisted(): Set<Binding> {
    const { ranges } = this.points;
    const handlers = new Set(
      [...ranges.keys()].flatMap((node) => (t.isTryStatement(node) && node.handler ? [node.handler] : [])) as t.Node[],
    );
    const kinds = new Set(["param", "var", "let", "const", "function", "class", "catch"]);
    return new Set(
      this.unit.bindings.filter(({ scope, kind }) => {
        if (!kinds.has(kind) || scope.kind === "class") return false;
        const isOuter = scope === this.unit.params || scope === this.unit.body;
        return isOuter || ranges.has(scope.node) || handlers.has(scope.node as t.CatchClause);
      }),
    );
  }

  /** Fingerprints by point; the entry comes first. */
  fingerprints(version: string): { entry: string; of(point: Point): string } {
    // What an async function and an async generator have in common ends differently.
    const salt = this.unit.kind === "asyncGenerator" ? `${version} async generator` : version;
    const speller = this.#speller();
    const hashes = hashFlow(this.flow, speller);
    const texts = new Map<Binding, string>();
    const slotText = (binding: Binding) => {
      const text = texts.get(binding) ?? `${speller.nameOf(binding)} ${binding.cell ? "cell" : "value"}`;
      texts.set(binding, text);
      return text;
    };
    const entry = fingerprint(hashes.get(this.flow.entry) as string, this.entryBindings().map(slotText), salt);
    return {
      entry,
      of: (point) => {
        const take = hashes.get(this.flow.takes.get(point) as never) as string;
        return fingerprint(take, this.live.at(point).map(slotText), `${salt} ${point.kind}`);
      },
    };
  }

  #speller(): Speller {
    return new Speller(this.module.analysis, this.#tempNames, this.module.context.settings.aliases);
  }

  /** The canonical key of a slot. */
  keyOf(): (binding: Binding) => string {
    const speller = this.#speller();
    return (binding) => (binding.kind === "this" ? "this" : speller.nameOf(binding));
  }

  /**
   * What hidden temporaries are called: what they stand for, results of awaits apart, whose operands have been issued.
   * Those of the same text that live at the same time are told apart, in the order in which they come to be.
   */
  #nameTemps(): Map<Binding, string> {
    const results = new Set<Binding | undefined>();
    for (const { target } of this.points.suspensions.values()) {
      if (target.type === "variable") results.add(this.module.analysis.uses.get(target.id)?.binding);
    }
    const lives = this.live.lives();
    const names = new Map<Binding, string>();
    const alike = new Map<string, Binding[]>();
    for (const binding of this.unit.bindings) {
      const mark = binding.uses.map(({ node }) => markOf(node, "temp")).find((found) => found !== undefined);
      if (mark === undefined) continue;
      const text = results.has(binding) ? "<await>" : `<${mark.of}>`;
      names.set(binding, text);
      if (!lives.has(binding)) continue;
      const group = alike.get(text) ?? [];
      group.push(binding);
      alike.set(text, group);
    }
    for (const [text, group] of alike) {
      const numbers = numberSpans(group.map((binding) => lives.get(binding) as Span));
      for (const [at, number] of numbers.entries()) {
        if (number > 0) names.set(group[at] as Binding, `${text}${number + 1}`);
      }
    }
    return names;
  }
}
