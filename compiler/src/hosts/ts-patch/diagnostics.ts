// Owns: how the compiler's diagnostics become those of tsc.
// Does not own: their texts.
// I1. Errors are semantic diagnostics of their file: they are shown under `noEmit`, stop `noEmitOnError`, set the exit
//     code, stay in .tsbuildinfo until the file changes, and show in editors.
// I2. Warnings are printed and nothing more: to tsc, any diagnostic fails the build.
import type ts from "typescript";
import type { ColdframeError } from "../../errors.ts";
import type { Diagnostic } from "../../index.ts";
import type { Lowered } from "../lowering.ts";
import { describe } from "../report.ts";
import type { DurableFiles } from "./durable-files.ts";
import type { Program, TypeScript } from "./typescript.ts";

/** Makes a program report what the compiler says about its files. */
export function reportDiagnostics(ts: TypeScript, program: Program, durable: DurableFiles): void {
  const native = {
    all: program.getSemanticDiagnostics.bind(program),
    ofFile: program.getBindAndCheckDiagnostics.bind(program),
  };
  const warned = new WeakSet<Lowered>();

  function errorsOf(file: ts.SourceFile): ts.Diagnostic[] {
    const lowered = durable.get(file);
    if (lowered === null) return [];
    const [errors, warnings] = partition(
      lowered.diagnostics.map((diagnostic) => convert(ts, file, diagnostic)),
      ts,
    );
    if (warnings.length > 0 && !warned.has(lowered)) print(ts, program, warnings);
    warned.add(lowered);
    return errors;
  }

  program.getBindAndCheckDiagnostics = (file, token) => [...native.ofFile(file, token), ...errorsOf(file)];
  program.getSemanticDiagnostics = (file, token) => {
    const ours = (file ? [file] : program.getSourceFiles()).flatMap(errorsOf);
    const theirs = native.all(file, token);
    return ours.length === 0 ? theirs : ts.sortAndDeduplicateDiagnostics([...theirs, ...ours]);
  };
}

/** Makes a program that can't be compiled say so and emit nothing. */
export function refuseProgram(ts: TypeScript, program: Program, error: ColdframeError): void {
  const { code, what: message, why, fix, link } = error;
  const place = { file: undefined, start: undefined, length: undefined };
  const messageText = describe({ code, message, why, fix, link });
  const diagnostic: ts.Diagnostic = {
    ...place,
    messageText,
    category: ts.DiagnosticCategory.Error,
    code: numberOf(code),
  };
  const native = program.getOptionsDiagnostics.bind(program);
  program.getOptionsDiagnostics = (token) => [...native(token), diagnostic];
  program.emit = () => ({ emitSkipped: true, diagnostics: [diagnostic], emittedFiles: [] });
}

function convert(ts: TypeScript, file: ts.SourceFile, diagnostic: Diagnostic): ts.Diagnostic {
  const { code, severity, start, end } = diagnostic;
  const category = severity === "error" ? ts.DiagnosticCategory.Error : ts.DiagnosticCategory.Warning;
  const messageText = describe(diagnostic);
  return {
    file,
    start,
    length: Math.max(end - start, 1),
    messageText,
    category,
    code: numberOf(code),
    source: "coldframe",
  };
}

/** tsc and the problem matchers of editors know numbers only; 900000 keeps ours apart from TypeScript's. */
function numberOf(code: string): number {
  return 900_000 + Number(code.replace(/\D/g, ""));
}

function partition(diagnostics: ts.Diagnostic[], ts: TypeScript): [ts.Diagnostic[], ts.Diagnostic[]] {
  const isError = ({ category }: ts.Diagnostic) => category === ts.DiagnosticCategory.Error;
  return [diagnostics.filter(isError), diagnostics.filter((diagnostic) => !isError(diagnostic))];
}

function print(ts: TypeScript, program: Program, warnings: ts.Diagnostic[]): void {
  const host: ts.FormatDiagnosticsHost = {
    getCurrentDirectory: () => program.getCurrentDirectory(),
    getCanonicalFileName: (file) => file,
    getNewLine: () => ts.sys.newLine,
  };
  const pretty = program.getCompilerOptions().pretty ?? ts.sys.writeOutputIsTTY?.();
  const format = pretty ? ts.formatDiagnosticsWithColorAndContext : ts.formatDiagnostics;
  ts.sys.write(format(warnings, host));
}
