/** Owns: versions that stand in the head of a snapshot. They inform; only the ABI version decides. */
import { readFileSync } from "node:fs";

/** The ABI version of the compiled code whose frames this runtime stores. */
export const ABI = 1;

const packageFile = new URL("../../package.json", import.meta.url);

/** Version of `@coldframe/runtime`. */
export const RUNTIME_VERSION: string = (JSON.parse(readFileSync(packageFile, "utf8")) as { version: string }).version;
