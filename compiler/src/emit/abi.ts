// Owns: the version of the protocol that emitted code speaks, and every name in it (docs/abi.md).
// Does not own: the module's own names for them, which are taken from its scope (index.ts).
// I1. Emitted code uses no member of the realm record that is not listed here.

export const ABI_VERSION = 1;

/** Version of this package, as modules and manifests carry it; a test compares it with package.json. */
export const COMPILER_VERSION = "0.1.0";

/** What emitted code imports. */
export const ABI_MODULE = "@coldframe/runtime/abi/v1";

/** Key on `globalThis` under which the runtime installs the same. */
export const ABI_SYMBOL = "coldframe.abi.1";

/** What emitted code takes from it: the rest are members, which V8 can fold behind one check of the record's map. */
export const ABI_BINDINGS = { R: "R" } as const;

/** Members of the realm record: registers and helpers. */
export const ABI_MEMBERS = [
  "ops gas depth",
  "accessors bind decorate dispose disposed failed key members method methods name object privates property scope rest shell slice superDelete superGet superPlace use",
  "DURABLE SUSPEND TDZ abrupt adopt apply asyncClose asyncClosed asyncIter call close closeQuietly closure constant delegate forward generator handed",
  "asyncDelegate asyncDelegated asyncForward asyncGenerator parkDelegate yieldAwaited yieldSettled",
  "iter iterMethod join keys lateThis later module park promise ready repark returned run start tag take tdz template yield",
].flatMap((line) => line.split(" "));
