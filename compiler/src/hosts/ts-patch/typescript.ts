// Owns: the types of what this host takes from TypeScript beyond its public API, each with its reason. Types only.
import type ts from "typescript";

/** The TypeScript that runs, as ts-patch hands it over. */
export type TypeScript = typeof ts & {
  /** `createProgram` as it was before ts-patch: does not run transformers again. */
  originalCreateProgram?: typeof ts.createProgram;
  /** Whether fields are defined; its default depends on the target. */
  getUseDefineForClassFields(options: ts.CompilerOptions): boolean;
  sortAndDeduplicateDiagnostics<T extends ts.Diagnostic>(diagnostics: readonly T[]): readonly T[];
};

/** A program with what the builder and the emitter ask of it. */
export interface Program extends ts.Program {
  /** What the builder stores per file in `.tsbuildinfo`; the public getter is not asked by it. */
  getBindAndCheckDiagnostics(file: ts.SourceFile, token?: ts.CancellationToken): readonly ts.Diagnostic[];
  getResolvedModule(
    file: ts.SourceFile,
    name: string,
    mode: ts.ResolutionMode,
  ): ts.ResolvedModuleWithFailedLookupLocations | undefined;
  getResolvedTypeReferenceDirectiveFromTypeReferenceDirective(
    reference: ts.FileReference,
    file: ts.SourceFile,
  ): ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations | undefined;
  getAutomaticTypeDirectiveResolutions(): {
    get(name: string, mode: ts.ResolutionMode): ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations | undefined;
  };
  /** CommonJS, an ES module or a script, as `module`, the extension and package.json say together. */
  getEmitModuleFormatOfFile(file: ts.SourceFile): ts.ModuleKind;
  /** Where files go if the caller of `emit` does not say. */
  writeFile: ts.WriteFileCallback;
  emit: Emit;
}

/** `Program.emit` with its internal parameters; `emitOnly` is true or 1 for declarations, 0 for JavaScript. */
export type Emit = (
  target?: ts.SourceFile,
  writeFile?: ts.WriteFileCallback,
  token?: ts.CancellationToken,
  emitOnly?: boolean | number,
  transformers?: ts.CustomTransformers,
  forceDeclarations?: boolean,
  skipBuildInfo?: boolean,
) => ts.EmitResult;

/** A source file with the fields that its host and the builder keep on it. */
export interface SourceFile extends ts.SourceFile {
  /** Hash of the text, set by hosts of incremental programs. */
  version?: string;
  /** Set on one of two equal copies of a package; hosts must hand over the copy itself. */
  redirectInfo?: { unredirected: ts.SourceFile };
}
