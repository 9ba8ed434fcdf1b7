/**
 * Owns: which files a handle has open, and noticing that others lie in their places, or none.
 * Does not own: what follows (connection.ts O3).
 *
 * G1. All three are looked at. Without the log, what is acknowledged is gone with this process; without the index of the log
 *     (`-shm`), other processes do not see this one's locks. An open file keeps its inode: no other file can have got it.
 * G2. A handle that has once seen it is dead: what it wrote meanwhile may lie in a file that nobody can open, so it never again
 *     knows what others see, even if the files come back.
 */
import { realpathSync, statSync } from "node:fs";
import { errors } from "../../errors.ts";

const LOG = "-wal";
/** What SQLite puts behind the name of the database. */
const ENDS = [LOG, "-shm"];

interface OpenFile {
  readonly path: string;
  readonly inode: string;
}

export class OpenFiles {
  readonly #files: readonly OpenFile[];
  #gone: string | undefined;
  readonly log: string;
  /** Bytes of the log at the last look. */
  logBytes = 0;

  /** @param file the database, open and in use. @throws CF2210 if it is away already */
  constructor(file: string) {
    const inode = look(file)?.inode;
    if (inode === undefined) throw errors.storeGone({ file }, { where: file });
    const real = realpathSync(file); // SQLite follows links before it names the others
    this.log = real + LOG;
    const beside = ENDS.map((end) => ({ path: real + end, inode: look(real + end)?.inode ?? "none" }));
    this.#files = [{ path: file, inode }, ...beside];
  }

  /** @throws CF2210 if one of them was taken away or replaced; looking costs 1 % of a commit (bench/files.ts) */
  refuseGone(): void {
    this.#gone ??= this.#files.find((file) => !this.#isThere(file))?.path;
    if (this.#gone !== undefined) throw errors.storeGone({ file: this.#gone }, { where: this.#gone });
  }

  #isThere({ path, inode }: OpenFile): boolean {
    const found = look(path);
    if (path === this.log) this.logBytes = found?.size ?? 0;
    return found?.inode === inode;
  }
}

function look(path: string): { inode: string; size: number } | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && { inode: `${found.dev}/${found.ino}`, size: found.size };
  } catch {
    return undefined; // a part of the path is no folder any more, or may not be entered
  }
}
