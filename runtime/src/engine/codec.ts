/**
 * Owns: what the engine asks of the snapshot room.
 * Does not own: bytes.
 */

/** Graphs to bytes and back. */
export interface SnapshotCodec {
  /** @throws CF2001, naming function, variable and path, for what cannot be stored */
  encode(root: unknown, run?: string, seq?: number): Uint8Array;
  /** @throws CF2002 to CF2007; CF2005 or CF2006 for code that is not loaded */
  decode(bytes: Uint8Array): unknown;
  /** The part of the bytes that says what was stored, without versions of Coldframe and Node. */
  content(bytes: Uint8Array): Uint8Array;
  /** What has become of the code since the bytes were written; null: nothing that matters. */
  match(bytes: Uint8Array): CodeChange | null;
}

/** Why a snapshot can't go on in the code that is loaded. */
export interface CodeChange {
  readonly kind: "incompatible" | "missing";
  /** What has changed or is missing, for people. */
  readonly detail: string;
}

export const snapshotCodec: SnapshotCodec = undefined as never;
