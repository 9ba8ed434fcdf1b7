// Owns: the check of an emitted run function against docs/abi.md 15, by walking it as a resumed frame would.
// Does not own: the saves (verify-saves.ts); whether it does what the user wrote (tests).
// I1. It reads only what was emitted: points, saves, guards; it shares no code with the lowering but constructors' names.
// I2. A walk from the head with `$pc = k` decides every test by `$pc` alone. A test, call or assignment that it cannot
//     decide before it comes to the take of point k would be user code between set and take.
import generate from "@babel/generator";
import * as t from "@babel/types";
import type { PointKind } from "../analyze/point.ts";
import type { UnitKind } from "../analyze/scope.ts";
import { checkParking, checkSaves } from "./verify-saves.ts";

/** What was emitted for one durable function. */
export interface Emitted {
  params: readonly t.Node[];
  body: t.BlockStatement;
  /** Names of hidden variables. */
  pc: string;
  frame: string;
  /** Names of the saves, by point; the entry first. */
  saves: readonly string[];
  /** The label to which points lead if they have one save. */
  park: string | null;
  /** Save functions by name, and the constructor. */
  functions: ReadonlyMap<string, t.FunctionDeclaration>;
  /** Fields that must be kept, by point. */
  live: readonly (readonly string[])[];
  constructorName: string;
  /** What the function is, and each point from the first on. */
  kind: UnitKind;
  points: readonly PointKind[];
}

/** Returns what is wrong, or null. */
export function findFault(emitted: Emitted): string | null {
  return (
    checkNames(emitted) ??
    checkOrder(emitted) ??
    checkSaves(emitted) ??
    checkParking(emitted) ??
    checkEnclosing(emitted) ??
    checkReturns(emitted, emitted.saves.length - 1)
  );
}

/** Every name is declared once. */
function checkNames({ params, body }: Emitted): string | null {
  const own = body.body.filter((statement) => t.isVariableDeclaration(statement));
  const ids = [...params, ...own.flatMap(({ declarations }) => declarations.map(({ id }) => id))];
  const names = ids.map((id) => (t.isRestElement(id) ? (id.argument as t.Identifier) : (id as t.Identifier)).name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? null : `${twice} is declared twice`;
}

/** Number of the point that a statement parks at. */
function parkedAt(node: t.Node | null | undefined, { saves, park, pc }: Emitted): number {
  if (park !== null && t.isBlockStatement(node)) {
    const [number, leave] = node.body.slice(-2);
    if (!t.isBreakStatement(leave) || leave.label?.name !== park || !t.isExpressionStatement(number)) return -1;
    const { expression } = number;
    const isNumber = t.isAssignmentExpression(expression) && t.isIdentifier(expression.left, { name: pc });
    return isNumber && t.isNumericLiteral(expression.right) ? expression.right.value : -1;
  }
  if (!t.isReturnStatement(node) || !t.isCallExpression(node.argument)) return -1;
  const { callee } = node.argument;
  if (!t.isIdentifier(callee)) return -1;
  return park === null || callee.name === saves[0] ? saves.indexOf(callee.name) : -1;
}

/** Points ascend as they are emitted, and none is missing. */
function checkOrder(emitted: Emitted): string | null {
  const found: number[] = [];
  t.traverseFast(emitted.body, (node) => {
    const point = parkedAt(node, emitted);
    if (point > 0) found.push(point);
  });
  const isWhole = found.length === emitted.saves.length - 1 && found.every((point, index) => point === index + 1);
  return isWhole ? null : `points are emitted as ${found.join(", ")} of ${emitted.saves.length - 1}`;
}

/** No native finally, for-of or for-in encloses a point, and no function. */
function checkEnclosing(emitted: Emitted): string | null {
  const search = (node: t.Node, around: string | null): string | null => {
    const point = parkedAt(node, emitted);
    if (point >= 0 && around !== null) return `point ${point} is enclosed by ${around}`;
    const isLoop = t.isForOfStatement(node) || t.isForInStatement(node);
    const own = isLoop || t.isFunction(node) || (t.isTryStatement(node) && node.finalizer) ? node.type : null;
    for (const key of t.VISITOR_KEYS[node.type] ?? []) {
      const child = (node as unknown as Record<string, t.Node | t.Node[] | null>)[key];
      for (const item of Array.isArray(child) ? child : [child]) {
        const fault = item && search(item, own ?? around);
        if (fault) return fault;
      }
    }
    return null;
  };
  return search(emitted.body, null);
}

/** Every point is reached by its guards, with no user code before its take. */
function checkReturns(emitted: Emitted, count: number): string | null {
  for (let point = 1; point <= count; point++) {
    try {
      const walk = new Walk(emitted, point);
      walk.list(emitted.body.body);
      return `point ${point} is not reached`;
    } catch (end) {
      if (!(end instanceof Reached)) return `point ${point}: ${(end as Error).message}`;
    }
  }
  return null;
}

class Reached {}

class Fault {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

function checkReload(reload: t.Statement): void {
  const isLoad = (statement: t.Statement) =>
    t.isExpressionStatement(statement) && t.isAssignmentExpression(statement.expression, { operator: "=" });
  if (!t.isBlockStatement(reload) || !reload.body.every(isLoad))
    throw new Fault("something else than loads at the head");
}

class Walk {
  readonly #emitted: Emitted;
  readonly #point: number;
  /** The last point whose issue was passed over. */
  #passed = 0;

  constructor(emitted: Emitted, point: number) {
    this.#emitted = emitted;
    this.#point = point;
  }

  list(statements: readonly t.Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  statement(node: t.Statement): void {
    const step = steps[node.type] as ((walk: Walk, node: t.Statement) => void) | undefined;
    if (step === undefined) throw new Fault(`${node.type} before its take`);
    step(this, node);
  }

  if({ test, consequent, alternate }: t.IfStatement): void {
    this.#note(consequent);
    if (this.#isHead(test)) {
      checkReload(consequent);
      return;
    }
    if (this.#isForward(test, consequent)) throw new Reached();
    const chosen = this.truth(test) ? consequent : alternate;
    if (chosen) this.statement(chosen);
  }

  /** `if ($f !== null) { reload }`: a frame is there. */
  #isHead(test: t.Expression): boolean {
    return (
      t.isBinaryExpression(test, { operator: "!==" }) &&
      t.isIdentifier(test.left, { name: this.#emitted.frame }) &&
      t.isNullLiteral(test.right)
    );
  }

  /** `if (!($pc = 0, $R.forward($i))) return save`: the exchange of a `yield*` is its take. */
  #isForward(test: t.Expression, consequent: t.Statement): boolean {
    const inner = t.isBlockStatement(consequent) ? consequent.body.at(-1) : null;
    const parked = Math.max(parkedAt(consequent, this.#emitted), parkedAt(inner, this.#emitted));
    if (parked !== this.#point || !t.isUnaryExpression(test, { operator: "!" })) return false;
    if (!t.isSequenceExpression(test.argument)) return false;
    const [reset, forward] = test.argument.expressions;
    const isReset = t.isAssignmentExpression(reset) && t.isIdentifier(reset.left, { name: this.#emitted.pc });
    return isReset && t.isCallExpression(forward);
  }

  /** Remembers which point an `if` issues, so that the take behind it is known. */
  #note(node: t.Statement): void {
    t.traverseFast(node, (child) => {
      const point = parkedAt(child, this.#emitted);
      if (point > 0) this.#passed = point;
    });
  }

  expression({ expression }: t.ExpressionStatement): void {
    if (!t.isAssignmentExpression(expression, { operator: "=" })) throw new Fault("a statement before its take");
    const { left, right } = expression;
    if (t.isIdentifier(left, { name: this.#emitted.pc })) {
      if (!t.isNumericLiteral(right, { value: 0 })) throw new Fault("it parks before its take");
      if (this.#passed !== this.#point) throw new Fault(`its guards lead to point ${this.#passed}`);
      throw new Reached();
    }
    // Records are reset where a region is entered again.
    if (!t.isNumericLiteral(right) && !t.isUnaryExpression(right, { operator: "void" })) {
      throw new Fault(`${generate(expression).code} before its take`);
    }
  }

  loop({ test, init, body }: t.ForStatement | (t.WhileStatement & { init?: null })): void {
    if (init) throw new Fault("the head of a loop before its take");
    if (test && !this.truth(test)) throw new Fault("a loop that is not entered again");
    this.statement(body);
  }

  switch({ discriminant, cases }: t.SwitchStatement): void {
    const value = this.value(discriminant);
    const index = cases.findIndex(({ test }) => test && this.value(test) === value);
    const chosen = cases[index < 0 ? cases.findIndex(({ test }) => !test) : index];
    if (chosen === undefined) throw new Fault("no case leads to it");
    this.list(chosen.consequent);
  }

  truth(test: t.Expression): boolean {
    return Boolean(this.value(test));
  }

  /** The value of a test that depends on `$pc` alone. */
  value(node: t.Node): unknown {
    if (t.isLogicalExpression(node)) {
      const left = this.value(node.left);
      if (node.operator === "&&") return left ? this.value(node.right) : left;
      return left ? left : this.value(node.right);
    }
    if (t.isConditionalExpression(node)) return this.value(this.truth(node.test) ? node.consequent : node.alternate);
    if (t.isIdentifier(node)) return node.name === this.#emitted.pc ? this.#point : node.name;
    if (t.isUnaryExpression(node, { operator: "-" })) return -(this.value(node.argument) as number);
    if (t.isBinaryExpression(node)) return this.#compare(node);
    if (t.isBooleanLiteral(node) || t.isNumericLiteral(node) || t.isStringLiteral(node)) return node.value;
    if (t.isNullLiteral(node)) return null;
    if (t.isMemberExpression(node) && t.isIdentifier(node.property, { name: "SUSPEND" })) return "SUSPEND";
    if (t.isBigIntLiteral(node)) return `${node.value}n`;
    throw new Fault(`${generate(node).code} before its take`);
  }

  #compare({ left, operator, right }: t.BinaryExpression): unknown {
    if (!t.isIdentifier(left, { name: this.#emitted.pc }) || !t.isNumericLiteral(right)) {
      throw new Fault("a comparison of something else before its take");
    }
    const operators: { [operator: string]: (a: number, b: number) => boolean } = {
      "===": (a, b) => a === b,
      "!==": (a, b) => a !== b,
      "<=": (a, b) => a <= b,
      "<": (a, b) => a < b,
    };
    return operators[operator]?.(this.#point, right.value);
  }
}

type Step<N> = (walk: Walk, node: N) => void;

const steps: { [Type in t.Statement["type"]]?: Step<Extract<t.Statement, { type: Type }>> } = {
  VariableDeclaration: () => {}, // of the head: dummies, and the depth
  IfStatement: (walk, node) => walk.if(node),
  BlockStatement: (walk, { body }) => walk.list(body),
  LabeledStatement: (walk, { body }) => walk.statement(body),
  TryStatement: (walk, { block }) => walk.statement(block),
  ForStatement: (walk, node) => walk.loop(node),
  WhileStatement: (walk, node) => walk.loop(node),
  DoWhileStatement: (walk, { body }) => walk.statement(body),
  SwitchStatement: (walk, node) => walk.switch(node),
  ExpressionStatement: (walk, node) => walk.expression(node),
};
