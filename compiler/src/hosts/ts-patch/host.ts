// Owns: what happens when ts-patch hands over a program.
//
// Two programs. The user's program checks, reports and writes declarations, from the user's text. A second one, made when
// the first durable file is emitted, has the lowered TypeScript of the durable files and shares all else; tsc makes
// JavaScript from it and so does imports, enums, const enums, decorators and targets itself. docs/hosts.md says why no other
// way into tsc is right.
//
// I1. The program handed over is the program given back, with `emit` and two getters replaced: the builder, watch and -b
//     keep their bookkeeping. Nothing happens before one of the three is called, but for file versions.
// I2. It never throws while a program is made: ts-patch would skip a transformer that did so once for good, in silence.
import { createRequire } from "node:module";
import type ts from "typescript";
import { type ColdframeError, errors } from "../../errors.ts";
import { faultOfOptions } from "../host-options.ts";
import type { Compile } from "../lowering.ts";
import { withoutFrames } from "../report.ts";
import { refuseProgram, reportDiagnostics } from "./diagnostics.ts";
import { type Cache, createDurableFiles, type Options } from "./durable-files.ts";
import { emitLowered } from "./emit.ts";
import { createShadow } from "./shadow.ts";
import type { Program, TypeScript } from "./typescript.ts";

/** A program transformer of ts-patch. */
export type ProgramTransformer = (
  program: ts.Program,
  host: ts.CompilerHost | undefined,
  options: Options,
  extras: { ts: typeof ts },
) => ts.Program;

const { version } = createRequire(import.meta.url)("../../../package.json") as { version: string };

/**
 * Makes the plugin for a compiler.
 * @param compile lowers one file
 * @returns what ts-patch calls for each program
 */
export function createTsPatchHost({ compile }: { compile: Compile }): ProgramTransformer {
  const cache: Cache = new WeakMap();
  const done = new WeakSet<ts.Program>();
  let busy = false;

  return (given, givenHost, options, extras) => {
    // The program of another TypeScript's `createProgram`, patched too, that the shadow is made by; or a second entry.
    if (busy || done.has(given)) return given;
    if (!extras) throw withoutFrames(errors.programTransformerNeeded());
    const typescript = extras.ts as TypeScript;
    const program = given as Program;
    done.add(program);
    const fault = faultOf(program, options);
    if (fault) {
      refuseProgram(typescript, program, fault);
      return program;
    }

    const host = givenHost ?? typescript.createCompilerHost(program.getCompilerOptions());
    const context = { ts: typescript, program, host, compile, version, mark: options.mark ?? "tagged" } as const;
    const durable = createDurableFiles(context, cache);
    let shadow: Program | undefined;
    const getShadow = () => {
      busy = true;
      try {
        shadow ??= createShadow(typescript, program, host, durable);
        return shadow;
      } finally {
        busy = false;
      }
    };
    durable.stampVersions();
    reportDiagnostics(typescript, program, durable);
    emitLowered(program, durable, getShadow);
    return program;
  };
}

function faultOf(program: ts.Program, options: Options): ColdframeError | undefined {
  if (program.getCompilerOptions().outFile !== undefined) return errors.outFileUnsupported();
  return faultOfOptions("@coldframe/compiler/ts-patch", options);
}
