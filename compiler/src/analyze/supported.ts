// Owns: the verdict on every node type within a durable function: it runs, it is erased, or it is refused and why.
// Does not own: how a node is lowered (lower/), what is refused for what it captures (scope.ts).
// I1. Every node type that Babel knows has a verdict (a test iterates them); one without is refused as unknown.
// I2. All faults of a function are reported, not just the first.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import type { Diagnostics, Place } from "../diagnostic.ts";
import { type ColdframeError, errors } from "../errors.ts";
import { isParameterDecorator } from "../find/parameters.ts";

/**
 * "runs": lowering handles it, or leaves it as it stands. "erased": a type. "outside": it cannot stand in a function, or
 * the parser is never asked for it. A function: refused if it returns an error.
 */
export type Verdict = "runs" | "erased" | "outside" | ((path: NodePath, root: NodePath) => ColdframeError | undefined);

const runs = `
  ArrayExpression ArrayPattern ArrowFunctionExpression AssignmentExpression AssignmentPattern AwaitExpression
  BigIntLiteral BinaryExpression BlockStatement BooleanLiteral BreakStatement CatchClause ClassAccessorProperty ClassBody
  ClassDeclaration ClassExpression ClassMethod ClassPrivateMethod ClassPrivateProperty ClassProperty ConditionalExpression ContinueStatement
  DebuggerStatement Directive DirectiveLiteral DoWhileStatement EmptyStatement ExpressionStatement
  ForOfStatement ForStatement FunctionDeclaration FunctionExpression Identifier IfStatement ImportExpression LabeledStatement LogicalExpression MemberExpression
  MetaProperty NewExpression NullLiteral NumericLiteral ObjectExpression ObjectMethod ObjectPattern ObjectProperty
  OptionalCallExpression OptionalMemberExpression ParenthesizedExpression RegExpLiteral RestElement ReturnStatement
  SequenceExpression SpreadElement StaticBlock StringLiteral SwitchCase SwitchStatement TaggedTemplateExpression
  TemplateElement TemplateLiteral ThisExpression ThrowStatement TryStatement UnaryExpression UpdateExpression
  VariableDeclaration VariableDeclarator WhileStatement YieldExpression
  JSXAttribute JSXClosingElement JSXClosingFragment JSXElement JSXEmptyExpression JSXExpressionContainer JSXFragment
  JSXIdentifier JSXMemberExpression JSXNamespacedName JSXOpeningElement JSXOpeningFragment JSXSpreadAttribute
  JSXSpreadChild JSXText
  TSAsExpression TSInstantiationExpression TSNonNullExpression TSSatisfiesExpression TSTypeAssertion`;

const erased = `
  TSAnyKeyword TSArrayType TSBigIntKeyword TSBooleanKeyword TSCallSignatureDeclaration TSClassImplements
  TSConditionalType TSConstructSignatureDeclaration TSConstructorType TSDeclareFunction TSDeclareMethod TSFunctionType
  TSImportType TSIndexSignature TSIndexedAccessType TSInferType TSInterfaceBody TSInterfaceDeclaration
  TSInterfaceHeritage TSIntersectionType TSIntrinsicKeyword TSLiteralType TSMappedType TSMethodSignature
  TSNamedTupleMember TSNeverKeyword TSNullKeyword TSNumberKeyword TSObjectKeyword TSOptionalType TSParenthesizedType
  TSPropertySignature TSQualifiedName TSRestType TSStringKeyword TSSymbolKeyword TSTemplateLiteralType TSThisType
  TSTupleType TSTypeAliasDeclaration TSTypeAnnotation TSTypeLiteral TSTypeOperator TSTypeParameter
  TSTypeParameterDeclaration TSTypeParameterInstantiation TSTypePredicate TSTypeQuery TSTypeReference TSUndefinedKeyword
  TSUnionType TSUnknownKeyword TSVoidKeyword`;

// Of the module, of proposals, and of Flow.
const outside = `
  ExportAllDeclaration ExportDefaultDeclaration ExportNamedDeclaration ExportNamespaceSpecifier ExportSpecifier File
  ImportAttribute ImportDeclaration ImportDefaultSpecifier ImportNamespaceSpecifier ImportSpecifier InterpreterDirective
  Program TSExportAssignment TSExternalModuleReference TSImportEqualsDeclaration TSNamespaceExportDeclaration
  ArgumentPlaceholder BindExpression DoExpression ExportDefaultSpecifier Import ModuleExpression Placeholder StructBody
  StructDeclaration TopicReference V8IntrinsicIdentifier VoidPattern
  AnyTypeAnnotation ArrayTypeAnnotation BigIntLiteralTypeAnnotation BooleanLiteralTypeAnnotation BooleanTypeAnnotation
  ClassImplements DeclareClass DeclareExportAllDeclaration DeclareExportDeclaration DeclareFunction DeclareInterface
  DeclareModule DeclareModuleExports DeclareOpaqueType DeclareTypeAlias DeclareVariable DeclaredPredicate
  EmptyTypeAnnotation EnumBooleanBody EnumBooleanMember EnumDeclaration EnumDefaultedMember EnumNumberBody
  EnumNumberMember EnumStringBody EnumStringMember EnumSymbolBody ExistsTypeAnnotation FunctionTypeAnnotation
  FunctionTypeParam GenericTypeAnnotation IndexedAccessType InferredPredicate InterfaceDeclaration InterfaceExtends
  InterfaceTypeAnnotation IntersectionTypeAnnotation MixedTypeAnnotation NullLiteralTypeAnnotation NullableTypeAnnotation
  NumberLiteralTypeAnnotation NumberTypeAnnotation ObjectTypeAnnotation ObjectTypeCallProperty ObjectTypeIndexer
  ObjectTypeInternalSlot ObjectTypeProperty ObjectTypeSpreadProperty OpaqueType OptionalIndexedAccessType
  QualifiedTypeIdentifier StringLiteralTypeAnnotation StringTypeAnnotation SymbolTypeAnnotation ThisTypeAnnotation
  TupleTypeAnnotation TypeAlias TypeAnnotation TypeCastExpression TypeParameter TypeParameterDeclaration
  TypeParameterInstantiation TypeofTypeAnnotation UnionTypeAnnotation Variance VoidTypeAnnotation`;

const checked: Record<string, Verdict> = {
  CallExpression: checkEval,
  Decorator: () => errors.decorator(),
  ForInStatement: checkForIn,
  PrivateName: "runs",
  Super: checkSuper,
  TSEnumBody: "runs",
  TSEnumDeclaration: checkTypeScript("An enum", "Declare it outside of the function, at the top of the module."),
  TSEnumMember: "runs",
  TSModuleBlock: "runs",
  TSModuleDeclaration: checkTypeScript("A namespace", "Write an object, or a module of its own."),
  TSParameterProperty: checkTypeScript(
    "A parameter property",
    "Declare the property in the class, and assign it in the constructor.",
  ),
  WithStatement: () => errors.withStatement(),
};

const list = (names: string, verdict: Verdict) =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, verdict] as const);

/** The verdict on every node type. */
export const verdicts: ReadonlyMap<string, Verdict> = new Map([
  ...list(runs, "runs"),
  ...list(erased, "erased"),
  ...list(outside, "outside"),
  ...Object.entries(checked),
]);

/** Whether a node is a type, of which nothing is left. */
export function isErased({ type }: t.Node): boolean {
  return verdicts.get(type) === "erased";
}

/** Reports everything in a durable function that cannot be compiled. */
export function checkSupported(root: NodePath<t.Function>, diagnostics: Diagnostics): void {
  const fault = checkSurroundings(root);
  if (fault) diagnostics.add("error", placeOf(root.node), fault);
  checkNode(root, root, diagnostics);
  // Key and decorators of a method are evaluated outside of it, and stay as they are; so do decorators of its parameters.
  const isOutside = (path: NodePath) =>
    (path.parent === root.node && (path.key === "key" || path.listKey === "decorators")) ||
    isParameterDecorator(path, root);
  root.traverse({ enter: (path) => (isOutside(path) ? path.skip() : checkNode(path, root, diagnostics)) });
}

/** What stands in place of a declaration needs a place for its name. */
function checkSurroundings(root: NodePath): ColdframeError | undefined {
  if (root.findParent((outer) => outer.isTSModuleDeclaration())) {
    const instead = "Move the function out of the namespace, to the top of the module.";
    return errors.typescriptDeclaration({ what: "A function of a namespace", instead });
  }
  if (root.findParent((outer) => outer.isWithStatement())) return errors.withStatement();
  if (root.findParent(holdsEval)) return errors.directEval();
  if (!t.isSwitchCase(root.parent) || !root.isFunctionDeclaration()) return undefined;
  const { discriminant } = root.parentPath.parent as t.SwitchStatement;
  const isName = (node: t.Node) => t.isIdentifier(node, { name: root.node.id?.name }) && t.traverseFast.stop;
  if (!t.traverseFast(discriminant, (node) => isName(node) || undefined)) return undefined;
  const instead = "Declare it before the `switch`, or put braces around the statements of the case.";
  return errors.unsupportedSyntax({ what: "A function that is declared in a `switch` over its own name", instead });
}

function checkNode(path: NodePath, root: NodePath, diagnostics: Diagnostics): void {
  const { node } = path;
  const verdict = verdicts.get(node.type) ?? "outside";
  if (verdict === "erased" || ("declare" in node && node.declare)) path.skip();
  else if (verdict !== "runs") {
    const fault = verdict === "outside" ? errors.unknownSyntax({ type: node.type }) : verdict(path, root);
    if (fault) diagnostics.add("error", placeOf(node), fault);
  }
}

/** A whole body underlined helps nobody: of a function, the head. */
function placeOf(node: t.Node): Place {
  const end = t.isFunction(node) ? node.body.start : node.end;
  return { start: node.start, end, loc: node.loc };
}

/** In sloppy code a direct `eval` declares variables of the function around it, which nothing else shows. */
function holdsEval(outer: NodePath): boolean {
  const { node, scope } = outer;
  if (!t.isFunction(node) || t.isBlockStatement(node.body) === false) return false;
  const program = scope.getProgramParent().path.node as t.Program;
  if (program.sourceType === "module" || scope.hasBinding("eval", true)) return false;
  return t.traverseFast(node.body, (inner) => (isDirectEval(inner) ? t.traverseFast.stop : undefined));
}

function isDirectEval(node: t.Node): boolean {
  return t.isCallExpression(node) && t.isIdentifier(node.callee, { name: "eval" });
}

/** `for (var x = 1 in o)`, of sloppy code (B.3.5). */
function checkForIn({ node }: NodePath): ColdframeError | undefined {
  const { left } = node as t.ForInStatement;
  if (!t.isVariableDeclaration(left) || !left.declarations[0]?.init) return undefined;
  const instead = "Give the variable its value in a statement before the loop.";
  return errors.unsupportedSyntax({ what: "A variable with a value in the head of for-in", instead });
}

function checkEval({ node, scope }: NodePath): ColdframeError | undefined {
  return isDirectEval(node) && !scope.hasBinding("eval", true) ? errors.directEval() : undefined;
}

/** Calling the outer constructor belongs to the constructor alone. */
function checkSuper(path: NodePath, root: NodePath): ColdframeError | undefined {
  const isCall = t.isCallExpression(path.parent) && path.key === "callee";
  const owner = path.findParent(({ node }) => t.isMethod(node, { kind: "constructor" }));
  return isCall && !owner?.isDescendant(root) ? errors.outerClassMember({ member: "super()" }) : undefined;
}

function checkTypeScript(what: string, instead: string) {
  return ({ node }: NodePath) =>
    "declare" in node && node.declare ? undefined : errors.typescriptDeclaration({ what, instead });
}
