/** Owns: versions that stand in the head of a snapshot. They inform; only the ABI version decides. */
import { readFileSync } from "node:fs";

/** The ABI version of the compiled code whose frames this runtime stores. */
export const ABI = 1;

/** Version of `@coldframe/runtime`; `?` where a bundler has left its package.json behind. */
export const RUNTIME_VERSION: string = readVersion();

function readVersion(): string {
  try {
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return "?";
  }
}
