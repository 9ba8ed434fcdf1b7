import { readFileSync } from "node:fs";

/** Reads a `package.json` from disk, for hosts that have no file system of their own; see `ReadPackage`. */
export function readPackageFile(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // Not there, or not to be read: then another folder says what the package is.
  }
}
