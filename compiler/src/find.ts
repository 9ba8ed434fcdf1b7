// Owns: which functions of a file are durable: those with a mark, or all; and every name the file uses.
// Does not own: whether they can be compiled (analyze/supported.ts), their ids being unique (index.ts).
// I1. One parse and one traversal per file, and neither for a file whose text has no mark.
// I2. Every mark ends at a durable function or in a diagnostic.
// I3. Only outermost durable functions are returned, in source order.
// I4. In a file that was compiled before only what carries a mark itself, and still is what a mark is for, is compiled: marks
//     for all have been followed, and tags stand before what was made of their functions.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import type { FoundFunction } from "./analyze/types.ts";
import type { Diagnostics, Place } from "./diagnostic.ts";
import { errors } from "./errors.ts";
import { holdsRecord } from "./find/compiled.ts";
import {
  byDecorator,
  byDirective,
  byModule,
  byOption,
  DIRECTIVE,
  findNearDirective,
  type Mark,
  mayHaveMark,
  readComment,
} from "./find/marks.ts";
import { isTransparent, lexicalPathOf, nameOf } from "./find/names.ts";
import { isDurableDecorator, lengthOf, signatureOf } from "./find/parameters.ts";
import { isTypeScript, parseFile } from "./find/parse.ts";
import { defaultOf, findReferences } from "./find/references.ts";
import { traverseFile } from "./find/traverse.ts";
import type { ResolvedOptions } from "./options.ts";

/** What was found in a file. */
export interface Found {
  program: NodePath<t.Program>;
  functions: FoundFunction[];
  /** Every identifier in the file, in whatever role. */
  names: Set<string>;
}

/** Returns undefined for a file without durable functions; what is wrong with its marks goes to `diagnostics`. */
export function findDurable(source: string, options: ResolvedOptions, diagnostics: Diagnostics): Found | undefined {
  if (!mayBeDurable(source, options)) return undefined;
  const file = parseFile(source, options, diagnostics);
  if (file === undefined) return undefined;
  const search = new Search(file, options, diagnostics);
  return search.run();
}

function mayBeDurable(source: string, { mark, filename }: ResolvedOptions): boolean {
  // Declarations still have the tags, but no longer the functions.
  if (/\.d\.(?:\w+\.)?[cm]?ts$/.test(filename)) return false;
  return mayHaveMark(source) || (mark === "all" && /\basync\b|\*/.test(source));
}

class Search {
  readonly #file: t.File;
  readonly #markAll: boolean;
  readonly #isCompiled: boolean;
  readonly #isTyped: boolean;
  readonly #diagnostics: Diagnostics;
  readonly #tags = new Map<t.Comment, Mark>();
  readonly #found: FoundFunction[] = [];
  readonly #names = new Set<string>();
  #program: NodePath<t.Program> | undefined;
  /** Text of the durable function that was found last: what begins in it is nested. A method's head is not part of it. */
  #begin = 0;
  #end = 0;

  constructor(file: t.File, { mark, filename }: ResolvedOptions, diagnostics: Diagnostics) {
    this.#file = file;
    this.#markAll = mark === "all";
    this.#isTyped = isTypeScript(filename);
    this.#isCompiled = holdsRecord(file);
    this.#diagnostics = diagnostics;
  }

  run(): Found | undefined {
    for (const comment of this.#file.comments ?? []) this.#readComment(comment);
    const addName = ({ node: { name } }: NodePath<t.Identifier | t.JSXIdentifier>) => void this.#names.add(name);
    traverseFile(this.#file, {
      Program: (path) => {
        this.#program = path;
      },
      Identifier: addName,
      JSXIdentifier: addName,
      Function: (path) => this.#visitFunction(path),
      ...(!this.#isCompiled && {
        DirectiveLiteral: (path: NodePath<t.DirectiveLiteral>) => this.#visitDirective(path),
        ExpressionStatement: (path: NodePath<t.ExpressionStatement>) => this.#visitStatement(path),
      }),
    });
    if (this.#isCompiled) this.#tags.clear();
    for (const [comment, { text }] of this.#tags) {
      const found = "What follows the comment is not an async function or generator that it could belong to";
      this.#diagnostics.add("error", comment, errors.misplacedMark({ mark: text, found }));
    }
    if (this.#program === undefined || (this.#found.length === 0 && !this.#registersMore())) return undefined;
    return { program: this.#program, functions: this.#found, names: this.#names };
  }

  /** A module with the mark gets a record for the sake of its classes, functions and constants, too. */
  #registersMore(): boolean {
    if (this.#isCompiled) return false;
    const { program } = this.#file;
    const mark = program.directives.find(isMark);
    if (mark === undefined) return false;
    if (findReferences(program).length > 0 || defaultOf(program) !== undefined) return true;
    this.#diagnostics.add("warning", mark, errors.nothingRegistered());
    return false;
  }

  #readComment(comment: t.Comment): void {
    const { mark, faults, warning } = readComment(comment);
    if (mark) this.#tags.set(comment, mark);
    if (this.#isCompiled) return;
    if (warning) this.#diagnostics.add("warning", comment, warning);
    for (const fault of faults) this.#diagnostics.add("error", comment, fault);
  }

  #visitDirective({ node, parentPath }: NodePath<t.DirectiveLiteral>): void {
    const warning = findNearDirective(node.value);
    if (warning) this.#diagnostics.add("warning", node, warning);
    const owner = parentPath?.parentPath;
    if (node.value === DIRECTIVE && !owner?.isProgram() && !owner?.parentPath?.isFunction())
      this.#misplace(node, "It stands in a block that is not the body of a function");
  }

  #visitStatement({ node }: NodePath<t.ExpressionStatement>): void {
    const { expression } = node;
    if (t.isStringLiteral(expression, { value: DIRECTIVE }))
      this.#misplace(expression, "It is not the first statement of a function or module");
  }

  #misplace(place: Place, found: string): void {
    this.#diagnostics.add("error", place, errors.misplacedMark({ mark: byDirective.text, found }));
  }

  #visitFunction(path: NodePath<t.Function>): void {
    const { node } = path;
    const own = this.#ownMark(path);
    const mark = own ?? this.#commonMark(node);
    if (mark === undefined) return;
    const name = nameOf(path);
    if (!node.async && !node.generator) {
      if (this.#isCompiled) return;
      const error = errors.markOnPlainFunction({ function: describe(name), mark: mark.text });
      this.#diagnostics.add("error", headOf(node), error);
      return;
    }
    const start = node.start ?? 0;
    if (start >= this.#begin && start < this.#end) this.#checkNested(node, mark);
    else {
      // Methods are met before their keys and decorators, which are made outside of them.
      this.#begin = isMember(node) ? (node.key.end ?? start) : start;
      this.#end = node.end ?? start;
      const signature = signatureOf(node, this.#isTyped);
      this.#found.push({ ...describeFunction(path, name, mark), isExplicit: own !== undefined, signature });
    }
  }

  #checkNested(node: t.Function, { options, text }: Mark): void {
    if (Object.keys(options).length === 0) return;
    const found = "It has options, but its function stands in another durable function, which gives it its identity";
    this.#diagnostics.add("error", headOf(node), errors.misplacedMark({ mark: text, found }));
  }

  /** The mark that a function carries itself; all of its tags are taken, so that none is reported as misplaced. */
  #ownMark(path: NodePath<t.Function>): Mark | undefined {
    let mark: Mark | undefined;
    for (const carrier of carriersOf(path)) {
      for (const comment of carrier.leadingComments ?? []) {
        mark ??= this.#tags.get(comment);
        this.#tags.delete(comment);
      }
    }
    if (mark) return mark;
    const { node } = path;
    if (t.isBlockStatement(node.body) && node.body.directives.some(isMark)) return byDirective;
    return "decorators" in node && node.decorators?.some(isDurableDecorator) ? byDecorator : undefined;
  }

  #commonMark(node: t.Function): Mark | undefined {
    if (this.#isCompiled) return undefined;
    if (this.#markAll) return node.async || node.generator ? byOption : undefined;
    return node.async && this.#file.program.directives.some(isMark) ? byModule : undefined;
  }
}

function describeFunction(
  path: NodePath<t.Function>,
  name: string,
  mark: Mark,
): Omit<FoundFunction, "isExplicit" | "signature"> {
  const { node } = path;
  return {
    path,
    kind: node.generator ? (node.async ? "asyncGenerator" : "generator") : "async",
    name,
    length: lengthOf(node),
    lexicalPath: lexicalPathOf(path),
    mark: mark.options,
    isDeclaration: node.type === "FunctionDeclaration",
    isModuleLevel: isMadeOnce(path),
    cls: classOf(path),
    loc: node.loc as t.SourceLocation,
  };
}

/** The nodes before which a tag may stand to mean this function. */
function carriersOf(path: NodePath<t.Function>): t.Node[] {
  const carriers: t.Node[] = [path.node];
  let inner: t.Node = path.node;
  for (
    let outer: NodePath | null = path.parentPath;
    outer !== null && carries(outer.node, inner);
    outer = outer.parentPath
  ) {
    inner = outer.node;
    carriers.push(inner);
  }
  return path.isFunctionDeclaration() || isMember(path.node) ? [...carriers, ...overloadsOf(path)] : carriers;
}

/** Whether a comment before `outer` can only mean `inner`. */
function carries(outer: t.Node, inner: t.Node): boolean {
  if (isTransparent(outer) || t.isExpressionStatement(outer)) return true;
  if (t.isExportNamedDeclaration(outer) || t.isExportDefaultDeclaration(outer)) return true;
  if (t.isVariableDeclarator(outer)) return outer.init === inner;
  if (t.isVariableDeclaration(outer)) return outer.declarations.length === 1;
  if (t.isAssignmentExpression(outer)) return outer.right === inner;
  if (t.isCallExpression(outer)) return outer.callee === inner;
  if (t.isObjectProperty(outer) || t.isClassProperty(outer)) return outer.value === inner;
  return t.isClassPrivateProperty(outer) || t.isClassAccessorProperty(outer) ? outer.value === inner : false;
}

/** Signatures of the same name directly before the declaration: that is where documentation usually stands. */
function overloadsOf(path: NodePath<t.Function>): t.Node[] {
  const statement = t.isExportDeclaration(path.parent) ? (path.parentPath as NodePath) : path;
  const overloads: t.Node[] = [];
  if (!statement.inList) return overloads;
  const name = nameOf(path);
  for (const sibling of statement.getAllPrevSiblings()) {
    const { node } = sibling;
    const declared = t.isExportNamedDeclaration(node) || t.isExportDefaultDeclaration(node) ? node.declaration : node;
    const isOverload = t.isTSDeclareMethod(declared)
      ? nameOf(sibling as NodePath) === name
      : t.isTSDeclareFunction(declared) && declared.id?.name === name;
    if (node === null || !isOverload) break;
    overloads.push(node, declared as t.Node);
  }
  return overloads;
}

type Member = t.ObjectMethod | t.ClassMethod | t.ClassPrivateMethod;

function isMember(node: t.Node): node is Member {
  return t.isMethod(node) || t.isClassPrivateMethod(node);
}

function isMark({ value }: t.Directive): boolean {
  return value.value === DIRECTIVE;
}

/** Whether the module's own code makes it, and only once. The own name of a class around it does not count. */
function isMadeOnce(path: NodePath): boolean {
  for (let outer = path.parentPath; outer !== null; outer = outer.parentPath) {
    const { node } = outer;
    if (t.isFunction(node) || t.isLoop(node) || t.isStaticBlock(node) || t.isTSModuleBlock(node)) return false;
    if (isField(node) && !node.static) return false;
    if (t.isProgram(node) || t.isClass(node) || !t.isScopable(node)) continue;
    if (Object.keys(outer.scope.bindings).length > 0) return false;
  }
  return true;
}

function isField(node: t.Node): node is t.ClassProperty | t.ClassPrivateProperty | t.ClassAccessorProperty {
  return t.isClassProperty(node) || t.isClassPrivateProperty(node) || t.isClassAccessorProperty(node);
}

function classOf(path: NodePath): NodePath<t.Class> | null {
  const cls = path.findParent((outer) => outer.isClass()) as NodePath<t.Class> | null;
  return cls !== null && isMadeOnce(cls) ? cls : null;
}

/** The head of a function: a whole body underlined helps nobody. */
function headOf({ start, body, loc }: t.Function): Place {
  return { start, end: body.start, loc };
}

function describe(name: string): string {
  return name === "" ? "This function" : `The function \`${name}\``;
}
