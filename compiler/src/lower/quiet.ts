// Owns: what the compiler shows of code that can do nothing but sleep, compute on its own variables, and settle.
// Does not own: the graph (analyze/flow.ts), what is made of it: a durable call that nothing can hear is withdrawn if it is quiet.
// I1. What is not known to be quiet is not. All that can still run from a point counts, handlers included.
// I2. Level 1 only hands values on; level 2 computes with them, which calls methods of objects: the runtime looks at what they are.
// I3. What nobody knows at the point (a result to come, a parameter of a function that is not called yet, what a handler catches) is
//     only returned or thrown; a parameter or a caught value not even returned: it may be a thenable.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import type { FlowNode, Word } from "../analyze/flow.ts";
import type { Point } from "../analyze/point.ts";
import type { Binding, Unit } from "../analyze/scope.ts";
import { edgesOf } from "../analyze/solve.ts";
import type { LoweringModule } from "./module.ts";
import type { DurableUnit } from "./unit.ts";

/** 0: it is not quiet. */
type Level = 0 | 1 | 2;
export type Quiet = 1 | 2 | undefined;

const max = (...levels: Level[]): Level => (levels.includes(0) ? 0 : (Math.max(1, ...levels) as Level));

/** Nodes whose strings say that they hand out, iterate or close something. */
const LOUD = new Set([
  "open",
  "bind",
  "close",
  "start",
  "done?",
  "ForOfStatement",
  "ForInStatement",
  "step",
  "delegate",
  "offer",
]);

/** Of a durable function: of its entry, and of each point. */
export function findQuiet(durable: DurableUnit): { entry: Quiet; of(point: Point): Quiet } {
  const { unit, flow, module } = durable;
  if (unit.kind !== "async") return { entry: undefined, of: () => undefined };
  const inside = spread(flow.nodes, new Judge(module, unit, findUnknown(durable)));
  const called = spread(
    flow.nodes,
    new Judge(module, unit, new Set([...findUnknown(durable), ...paramsOf(unit)]), paramsOf(unit)),
  );
  const level = (node: FlowNode | undefined, levels: Map<FlowNode, Level>) =>
    ((node && levels.get(node)) || undefined) as Quiet;
  return { entry: level(flow.entry, called), of: (point) => level(flow.takes.get(point), inside) };
}

/** Of a plain function, which is called with values that nobody knows. */
export function quietOfPlain(unit: Unit, module: LoweringModule): Quiet {
  const node = unit.node as t.Function;
  if (!t.isFunction(node) || node.generator || !node.params.every((param) => t.isIdentifier(param))) return undefined;
  const judge = new Judge(module, unit, paramsOf(unit), paramsOf(unit));
  const level = t.isBlockStatement(node.body) ? judge.statement(node.body) : judge.expression(node.body);
  return level || undefined;
}

function paramsOf(unit: Unit): Set<Binding> {
  return new Set(unit.bindings.filter(({ kind }) => kind === "param" || kind === "arguments"));
}

/** What gets the outcome of a point, or what a handler catches. */
function findUnknown({ unit, points, module }: DurableUnit): Set<Binding> {
  const found = new Set(unit.bindings.filter(({ kind }) => kind === "catch"));
  for (const { target } of points.suspensions.values()) {
    const binding = target.type === "variable" ? module.analysis.uses.get(target.id)?.binding : undefined;
    if (binding !== undefined) found.add(binding);
  }
  return found;
}

/** The level of all that can run from each node: its own and those of all that it leads to. */
function spread(nodes: readonly FlowNode[], judge: Judge): Map<FlowNode, Level> {
  const levels = new Map(nodes.map((node) => [node, judge.node(node)]));
  const before = new Map<FlowNode, FlowNode[]>();
  for (const node of nodes) for (const to of edgesOf(node)) before.set(to, [...(before.get(to) ?? []), node]);
  for (const wanted of [2, 0] as const) {
    const work = nodes.filter((node) => levels.get(node) === wanted);
    for (let node = work.pop(); node !== undefined; node = work.pop()) {
      for (const from of before.get(node) ?? []) {
        const level = levels.get(from) as Level;
        if (level === wanted || level === 0) continue;
        levels.set(from, wanted);
        work.push(from);
      }
    }
  }
  return levels;
}

/** Looks at nodes of one function. */
class Judge {
  readonly #module: LoweringModule;
  readonly #unit: Unit;
  readonly #unknown: ReadonlySet<Binding>;
  /** Unknown ones that may be thenables, as caught ones may. */
  readonly #params: ReadonlySet<Binding>;

  constructor(
    module: LoweringModule,
    unit: Unit,
    unknown: ReadonlySet<Binding>,
    params: ReadonlySet<Binding> = new Set(),
  ) {
    this.#module = module;
    this.#unit = unit;
    this.#unknown = unknown;
    this.#params = params;
  }

  node({ words }: FlowNode): Level {
    const [first, second] = words;
    if (typeof first === "string" && LOUD.has(first)) return 0;
    if ((first === "issue" || first === "take") && second !== "await" && second !== "settle") return 0;
    if (first === "enter" && words.length > 1) return 0; // functions are made
    if (first === "return" || first === "throw") return this.#leaving(first, words[1] as t.Expression | null);
    if (first === "take") return max(...words.slice(2).map((word) => this.#target(word)));
    if (first === "catch" || first === "param") return this.#target(second);
    if (first === "const" || first === "let" || first === "var") return max(this.#target(second), this.#word(words[2]));
    return max(...words.map((word) => this.#word(word)));
  }

  #word(word: Word): Level {
    if (word === null || word === undefined || typeof word === "string") return 1;
    if (!("type" in word)) return 1; // variables that begin anew in a loop
    const node = word as t.Node;
    return t.isStatement(node) ? this.statement(node) : t.isExpression(node) ? this.expression(node) : 0;
  }

  /** What gets a value: a variable of its own. */
  #target(word: Word): Level {
    if (word === null || word === undefined || typeof word === "string") return 1;
    return "type" in word && t.isIdentifier(word as t.Node) && this.#isOwn(word as t.Identifier) ? 1 : 0;
  }

  #isOwn(node: t.Identifier): boolean {
    const binding = this.#bindingOf(node);
    return binding !== undefined && binding.unit === this.#unit && !binding.cell;
  }

  #bindingOf(node: t.Node): Binding | undefined {
    return this.#module.analysis.uses.get(node)?.binding;
  }

  /** A value that leaves the function may be one that nobody knows. */
  #leaving(how: "return" | "throw", node: t.Expression | null | undefined): Level {
    const binding = t.isIdentifier(node) ? this.#bindingOf(node) : undefined;
    if (binding === undefined || !this.#unknown.has(binding)) return node ? this.expression(node) : 1;
    return how === "throw" || (binding.kind !== "catch" && !this.#params.has(binding)) ? 1 : 0;
  }

  statement(node: t.Statement): Level {
    if (t.isExpressionStatement(node)) return this.expression(node.expression);
    if (t.isReturnStatement(node)) return this.#leaving("return", node.argument);
    if (t.isThrowStatement(node)) return this.#leaving("throw", node.argument);
    if (t.isBlockStatement(node)) return max(...node.body.map((each) => this.statement(each)));
    if (t.isEmptyStatement(node)) return 1;
    if (t.isIfStatement(node)) {
      const otherwise = node.alternate ? this.statement(node.alternate) : 1;
      return max(this.expression(node.test), this.statement(node.consequent), otherwise);
    }
    if (!t.isVariableDeclaration(node) || /using/.test(node.kind)) return 0;
    return max(...node.declarations.map(({ id, init }) => max(this.#target(id), init ? this.expression(init) : 1)));
  }

  expression(node: t.Node | null): Level {
    if (node === null) return 1;
    return (
      (judges[node.type as "Identifier"] as ((judge: Judge, node: t.Node) => Level) | undefined)?.(this, node) ?? 0
    );
  }

  identifier(node: t.Identifier): Level {
    const binding = this.#bindingOf(node);
    if (binding !== undefined) return this.#unknown.has(binding) ? 0 : 1;
    return this.isGlobal(node, values) ? 1 : 0;
  }

  isGlobal({ name }: t.Identifier, known: ReadonlySet<string>): boolean {
    return known.has(name) && this.#unit.globals.has(name);
  }

  assignment({ operator, left, right }: t.AssignmentExpression): Level {
    if (!t.isIdentifier(left) || !this.#isOwn(left)) return 0;
    const isMove = operator === "=" || operator === "??=" || operator === "||=" || operator === "&&=";
    return max(isMove ? 1 : 2, isMove ? 1 : this.identifier(left), this.expression(right));
  }

  update({ argument }: t.UpdateExpression): Level {
    return t.isIdentifier(argument) && this.#isOwn(argument) ? max(2, this.identifier(argument)) : 0;
  }

  /** `sleep` of the runtime, by whatever name it was imported. */
  call({ callee, arguments: list }: t.CallExpression): Level {
    if (t.isIdentifier(callee) && this.isGlobal(callee, errorClasses)) return this.#args(list);
    return this.#isSleep(callee) ? this.#args(list) : 0;
  }

  made({ callee, arguments: list }: t.NewExpression): Level {
    if (!t.isIdentifier(callee) || this.#bindingOf(callee) !== undefined) return 0;
    if (this.isGlobal(callee, errorClasses)) return this.#args(list);
    return isErrorClass(callee.name, this.#programOf(callee)) ? this.#args(list) : 0;
  }

  /** Arguments are turned into texts or numbers. */
  #args(list: readonly t.Node[]): Level {
    return max(...list.map((one) => (t.isLiteral(one) ? this.expression(one) : max(2, this.expression(one)))));
  }

  #isSleep(callee: t.Node): boolean {
    const [name, member] = t.isMemberExpression(callee, { computed: false })
      ? [callee.object, (callee.property as t.Identifier).name]
      : [callee, undefined];
    if (!t.isIdentifier(name) || this.#bindingOf(name) !== undefined) return false;
    const path = this.#programOf(name)?.scope.getBinding(name.name)?.path;
    const { node, parent } = path ?? {};
    if (!t.isImportDeclaration(parent) || parent.source.value !== "@coldframe/runtime") return false;
    if (member !== undefined) return t.isImportNamespaceSpecifier(node) && member === "sleep";
    return t.isImportSpecifier(node) && t.isIdentifier(node.imported, { name: "sleep" });
  }

  /** The program, for a name that nothing between it and the function declares. */
  #programOf({ name }: t.Identifier): NodePath | undefined {
    if (this.#unit.foreign.has(name)) return undefined;
    return this.#module.fn.path.scope.getProgramParent().path;
  }
}

const values = new Set(["undefined", "NaN", "Infinity"]);
const errorClasses = new Set([
  "Error",
  "TypeError",
  "RangeError",
  "SyntaxError",
  "ReferenceError",
  "EvalError",
  "URIError",
]);

/** Is it a class of the module that is made as an error is, and does no more? */
function isErrorClass(name: string, program: NodePath | undefined, depth = 0): boolean {
  const binding = program?.scope.getBinding(name);
  const node = binding?.path.node;
  if (!binding?.constant || !t.isClassDeclaration(node) || !t.isIdentifier(node.superClass) || depth > 8) return false;
  if (node.decorators?.length || !node.body.body.every(isHarmlessMember)) return false;
  const { name: above } = node.superClass;
  if (program?.scope.getBinding(above) === undefined) return errorClasses.has(above);
  return isErrorClass(above, program, depth + 1);
}

/** Fields of plain values, methods, a constructor that does no more than to set fields; no accessor that these could meet. */
function isHarmlessMember(member: t.ClassBody["body"][number]): boolean {
  if (t.isClassMethod(member, { kind: "constructor" }))
    return member.params.every((param) => t.isIdentifier(param)) && member.body.body.every(setsField);
  if (t.isClassMethod(member))
    return member.kind === "method" && !member.computed && (member.decorators ?? []).length === 0;
  if (!t.isClassProperty(member) || member.computed || (member.decorators ?? []).length > 0) return false;
  return !member.value || (t.isLiteral(member.value) && !t.isTemplateLiteral(member.value));
}

/** `super(text)` or `this.field = value`. */
function setsField(node: t.Statement): boolean {
  if (!t.isExpressionStatement(node)) return false;
  const { expression } = node;
  if (t.isCallExpression(expression)) return t.isSuper(expression.callee) && expression.arguments.every(isText);
  if (!t.isAssignmentExpression(expression, { operator: "=" })) return false;
  const { left, right } = expression;
  return t.isMemberExpression(left, { computed: false }) && t.isThisExpression(left.object) && isText(right);
}

function isText(node: t.Node): boolean {
  if (t.isTemplateLiteral(node)) return node.expressions.every((one) => t.isIdentifier(one));
  return t.isIdentifier(node) || (t.isLiteral(node) && !t.isRegExpLiteral(node));
}

const literal = (): Level => 1;
const signs = new Set(["-", "+", "~"]);

type Judges = { [Type in t.Expression["type"]]?: (judge: Judge, node: Extract<t.Expression, { type: Type }>) => Level };

const judges: Judges = {
  StringLiteral: literal,
  NumericLiteral: literal,
  BigIntLiteral: literal,
  BooleanLiteral: literal,
  NullLiteral: literal,
  Identifier: (judge, node) => judge.identifier(node),
  TemplateLiteral: (judge, { expressions }) =>
    expressions.length === 0 ? 1 : max(2, ...expressions.map((one) => judge.expression(one))),
  UnaryExpression: (judge, { operator, argument }) => {
    if (signs.has(operator)) return t.isNumericLiteral(argument) ? 1 : max(2, judge.expression(argument));
    return operator === "!" || operator === "void" || operator === "typeof" ? judge.expression(argument) : 0;
  },
  BinaryExpression: (judge, { operator, left, right }) => {
    if (operator === "in" || operator === "instanceof" || operator === "|>") return 0;
    const isStrict = operator === "===" || operator === "!==";
    return max(isStrict ? 1 : 2, judge.expression(left), judge.expression(right));
  },
  LogicalExpression: (judge, { left, right }) => max(judge.expression(left), judge.expression(right)),
  ConditionalExpression: (judge, { test, consequent, alternate }) =>
    max(judge.expression(test), judge.expression(consequent), judge.expression(alternate)),
  SequenceExpression: (judge, { expressions }) => max(...expressions.map((one) => judge.expression(one))),
  ParenthesizedExpression: (judge, { expression }) => judge.expression(expression),
  AssignmentExpression: (judge, node) => judge.assignment(node),
  UpdateExpression: (judge, node) => judge.update(node),
  CallExpression: (judge, node) => judge.call(node),
  NewExpression: (judge, node) => judge.made(node),
  ArrayExpression: (judge, { elements }) =>
    max(...elements.map((one) => (t.isExpression(one) ? judge.expression(one) : one === null ? 1 : 0))),
  ObjectExpression: (judge, { properties }) =>
    max(
      ...properties.map((one): Level => {
        if (!t.isObjectProperty(one) || one.computed || !t.isIdentifier(one.key)) return 0;
        return one.key.name === "then" || one.key.name === "__proto__" ? 0 : judge.expression(one.value);
      }),
    ),
};
