/** Owns: what becomes of a frame that waits at an await of a random program, when an edit of it is loaded; by manifests alone. */
import { compile, type Manifest } from "@coldframe/compiler";
import { matchCode } from "../../../runtime/src/snapshot/match.ts";
import type { CodeRef, CodeRegistry } from "../../../runtime/src/snapshot/types.ts";
import type { Suspension } from "./reach.ts";

/** @returns the manifest, or undefined if the compiler refuses the program */
export function manifestOf(text: string, strict: boolean): Manifest | undefined {
  const sourceType = strict ? "module" : "script";
  const options = { filename: "program.js", sourceType, mark: "all", abi: "global" } as const;
  return compile(text, options).manifest ?? undefined;
}

/** Frames that rest at an await; more than one if the compiler has made several points of it. */
export function framesAt({ module, functions }: Manifest, { line, column }: Suspension): CodeRef[] {
  return functions.flatMap(({ id, stamp, points = [] }) =>
    points
      .slice(1)
      .filter(({ range }) => range[0] === line && range[1] === column)
      .map(({ fingerprint: fp }) => ({ kind: "frame", id: `${module}#${id}`, stamp, fp, at: "" })),
  );
}

/** The registry of a process that has loaded a module. */
export function registryOf({ module, functions }: Manifest): CodeRegistry {
  const metas = functions.map(({ id, stamp, points = [] }) => {
    const meta = { stamp, points: points.map(({ fingerprint }) => ({ fp: fingerprint })) };
    return [`${module}#${id}`, meta] as const;
  });
  return {
    modules: new Map([[module, {}]]),
    functions: new Map(metas) as never,
    refOf: () => undefined,
    resolve: () => undefined,
    compiledClass: () => undefined,
    privateHook: () => undefined,
  };
}

export function verdictOn(frames: readonly CodeRef[], registry: CodeRegistry): string[] {
  return frames.map((frame) => matchCode([frame], registry).verdict);
}
