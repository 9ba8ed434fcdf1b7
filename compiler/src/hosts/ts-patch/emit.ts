// Owns: what is written for durable files: JavaScript of the shadow program, composed maps, manifests.
// Does not own: declarations, build info and all other files, which the user's program writes as ever.
// I1. JavaScript of a durable file is written when and only when the user's program would have written it: blocked and
//     skipped emits stay so.
// I2. Source maps lead to the user's text, never to the lowered one.
import type ts from "typescript";
import type { RawMap } from "../../index.ts";
import { composeMaps } from "../compose-maps.ts";
import type { Lowered } from "../lowering.ts";
import type { DurableFiles } from "./durable-files.ts";
import type { Emit, Program } from "./typescript.ts";

/**
 * Makes a program emit lowered code.
 * @param program the user's program
 * @param durable its durable files
 * @param shadow called when the first durable file is emitted
 */
export function emitLowered(program: Program, durable: DurableFiles, shadow: () => Program): void {
  const native: Emit = program.emit.bind(program);
  // Set by `transpileModule`, which takes one text and fails on a second; the module record holds the manifest's facts too.
  const writesManifests = program.getCompilerOptions().suppressOutputPathCheck !== true;
  program.emit = (target, writeFile, token, emitOnly, transformers, forceDeclarations, skipBuildInfo) => {
    const isDurable = (file: ts.SourceFile) => {
      const lowered = durable.get(file);
      return lowered !== null && (lowered.refused || lowered.manifest !== null);
    };
    const rest = [token, emitOnly, transformers, forceDeclarations, skipBuildInfo] as const;
    const files = emitOnly ? [] : target ? [target] : program.getSourceFiles();
    if (!files.some(isDurable)) return native(target, writeFile, ...rest);

    const write = writeFile ?? program.writeFile;
    const due = new Set<ts.SourceFile>();
    const keepBack: ts.WriteFileCallback = (name, text, bom, onError, sources, data) => {
      const file = sources?.[0] && program.getSourceFile(sources[0].fileName);
      if (file && isDurable(file) && !isDeclaration(name)) due.add(file);
      else write(name, text, bom, onError, sources, data);
    };
    const result = native(target, keepBack, ...rest);
    const results = [...due].map((file) => emitFile(file, durable.get(file) as Lowered, write, token, transformers));
    return join(result, results);
  };

  function emitFile(
    file: ts.SourceFile,
    lowered: Lowered,
    write: ts.WriteFileCallback,
    token: ts.CancellationToken | undefined,
    transformers: ts.CustomTransformers | undefined,
  ): ts.EmitResult {
    const manifests: string[] = [];
    const writeComposed: ts.WriteFileCallback = (name, text, bom, onError, _, data) => {
      write(name, mend(name, text, file.text, lowered), bom, onError, [file], data);
      if (!writesManifests || name.endsWith(".map") || lowered.manifest === null) return;
      manifests.push(`${name}.coldframe.json`);
      write(`${name}.coldframe.json`, `${JSON.stringify(lowered.manifest, null, 2)}\n`, false, onError, [file]);
    };
    const target = shadow().getSourceFile(file.fileName);
    const onlyJavaScript = 0;
    const result = shadow().emit(target, writeComposed, token, onlyJavaScript, transformers, false, true);
    return { ...result, emittedFiles: manifests };
  }
}

function isDeclaration(name: string): boolean {
  return /\.d\.(?:[^/]+\.)?[cm]?ts(?:\.map)?$/.test(name);
}

function mend(name: string, text: string, source: string, { map, refused }: Lowered): string {
  if (map === null || refused) return text;
  if (name.endsWith(".map")) return JSON.stringify(composeMaps(JSON.parse(text) as RawMap, map, source));
  const [start, inline] = inlineMapOf(text);
  if (inline === undefined) return text;
  const later = JSON.parse(Buffer.from(inline, "base64").toString()) as RawMap;
  const composed = Buffer.from(JSON.stringify(composeMaps(later, map, source))).toString("base64");
  return `${text.slice(0, start)}${composed}`;
}

/** @returns where the map of `inlineSourceMap` begins, and the map */
function inlineMapOf(text: string): [number, string | undefined] {
  const head = "//# sourceMappingURL=data:application/json;base64,";
  const at = text.lastIndexOf(head);
  const inline = /^[A-Za-z0-9+/=]*$/.exec(at < 0 ? " " : text.slice(at + head.length))?.[0];
  return [at + head.length, inline];
}

/** @returns a result whose lists may be added to, as ts-patch does */
function join(result: ts.EmitResult, more: ts.EmitResult[]): ts.EmitResult {
  const diagnostics = [result, ...more].flatMap((part) => part.diagnostics);
  const emittedFiles = result.emittedFiles && [result, ...more].flatMap((part) => part.emittedFiles ?? []);
  return { ...result, diagnostics, emittedFiles };
}
