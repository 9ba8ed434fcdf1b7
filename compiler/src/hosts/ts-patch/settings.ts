// Owns: what the compiler must know of what tsc does after it: const enums of other files, fields, decorators, JSX.
// Does not own: what follows from it (analyze/settings.ts, analyze/shape.ts, analyze/const-enum.ts).
import type ts from "typescript";
import type { CompileOptions } from "../../index.ts";
import type { Program, TypeScript } from "./typescript.ts";

export type Settings = Pick<CompileOptions, "useDefineForClassFields" | "experimentalDecorators" | "jsx">;

/** Options of tsc that change what lowered code does. */
export function settingsOf(ts: TypeScript, options: ts.CompilerOptions): Settings {
  const { jsx, jsxFactory, jsxFragmentFactory, jsxImportSource, reactNamespace } = options;
  return {
    useDefineForClassFields: ts.getUseDefineForClassFields(options),
    experimentalDecorators: options.experimentalDecorators === true,
    jsx: [jsx, jsxFactory, jsxFragmentFactory, jsxImportSource, reactNamespace].filter(Boolean).join(" "),
  };
}

/** The value that tsc puts in place of an expression of a file; undefined if it puts none. */
export function constEnumValue(ts: TypeScript, program: Program, file: ts.SourceFile, start: number, end: number) {
  const { isolatedModules, verbatimModuleSyntax } = program.getCompilerOptions();
  // Then const enums of other files are read when code runs, as all else that is imported.
  if (isolatedModules || verbatimModuleSyntax) return undefined;
  const node = nodeAt(ts, file, start, end);
  if (node === undefined) return undefined;
  const checker = program.getTypeChecker();
  const member = checker.getSymbolAtLocation(ts.isPropertyAccessExpression(node) ? node.name : node.argumentExpression);
  const declaration = member?.valueDeclaration;
  if (declaration === undefined || !ts.isEnumMember(declaration)) return undefined;
  const isConst = (ts.getCombinedModifierFlags(declaration.parent) & ts.ModifierFlags.Const) !== 0;
  return isConst ? checker.getConstantValue(declaration) : undefined;
}

function nodeAt(ts: TypeScript, file: ts.SourceFile, start: number, end: number) {
  const find = (node: ts.Node): ts.PropertyAccessExpression | ts.ElementAccessExpression | undefined => {
    if (node.pos > start || node.end < end) return undefined;
    const isAccess = ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
    if (isAccess && node.end === end && node.getStart(file) === start) return node;
    return ts.forEachChild(node, find);
  };
  return find(file);
}
