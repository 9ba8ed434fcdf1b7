// Owns: the second program, in which durable files have their lowered text, from which JavaScript is emitted.
// Does not own: checking and declarations (the user's program); writing (emit.ts).
// I1. All other SourceFile objects are the user's own: nothing is parsed or bound twice.
// I2. It asks the user's program, never the host, for resolutions, and releases nothing: hosts of watching programs count.
// I3. It reports nothing: the user's program has.
import type ts from "typescript";
import type { DurableFiles } from "./durable-files.ts";
import { refusedText } from "./refused.ts";
import type { Program, SourceFile, TypeScript } from "./typescript.ts";

/**
 * Makes the program that emits lowered code.
 * @param ts the TypeScript that runs
 * @param program the user's program
 * @param host what `program` was made with
 * @param durable which files are replaced, and by what
 */
export function createShadow(ts: TypeScript, program: Program, host: ts.CompilerHost, durable: DurableFiles): Program {
  const quiet = { noCheck: true, noEmitOnError: false, traceResolution: false, plugins: undefined };
  return (ts.originalCreateProgram ?? ts.createProgram)({
    rootNames: program.getRootFileNames(),
    options: { ...program.getCompilerOptions(), ...quiet },
    projectReferences: program.getProjectReferences() as ts.ProjectReference[] | undefined,
    host: Object.assign(Object.create(host), overrides(ts, program, durable)),
    oldProgram: program,
  }) as Program;
}

function overrides(ts: TypeScript, program: Program, durable: DurableFiles): Partial<ts.CompilerHost> {
  return {
    getSourceFile(fileName, languageVersionOrOptions) {
      const file = program.getSourceFile(fileName) as SourceFile | undefined;
      const lowered = file && durable.get(file);
      if (!lowered) return file?.redirectInfo?.unredirected ?? file;
      const text = lowered.refused ? refusedText(file, lowered.diagnostics) : lowered.code;
      return Object.assign(ts.createSourceFile(fileName, text, languageVersionOrOptions), { version: file.version });
    },
    resolveModuleNameLiterals: (literals, _file, _redirect, options, file) =>
      literals.map((literal) => {
        const mode = ts.getModeForUsageLocation(file, literal, options);
        // Unknown is only what the compiler itself imports; without type information TypeScript keeps such an import.
        return program.getResolvedModule(file, literal.text, mode) ?? { resolvedModule: undefined };
      }),
    resolveTypeReferenceDirectiveReferences: (references, _file, _redirect, _options, file) =>
      references.map(
        (reference) =>
          (typeof reference === "string" || !file
            ? program.getAutomaticTypeDirectiveResolutions().get(String(reference), undefined)
            : program.getResolvedTypeReferenceDirectiveFromTypeReferenceDirective(reference, file)) ?? {
            resolvedTypeReferenceDirective: undefined,
          },
      ),
    hasInvalidatedResolutions: () => false,
    ...{ getSourceFileByPath: undefined, onReleaseOldSourceFile: undefined, onReleaseParsedCommandLine: undefined },
    ...{
      hasInvalidatedLibResolutions: undefined,
      hasChangedAutomaticTypeDirectiveNames: () => false,
      trace: undefined,
    },
  };
}
