/** Owns: versions that stand in the head of a snapshot. They inform; only the ABI version decides. */
import { readFileSync } from "node:fs";

/** The ABI version of the compiled code whose frames this runtime stores. */
export const ABI = 1;

/** Version of `@coldframe/runtime`; `?` in a bundle, whose package.json, if there is one, is somebody else's. */
export const RUNTIME_VERSION: string = readVersion();

function readVersion(): string {
  try {
    const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
    const { name, version } = JSON.parse(text) as { name?: unknown; version?: unknown };
    return name === "@coldframe/runtime" ? String(version) : "?";
  } catch {
    return "?";
  }
}
