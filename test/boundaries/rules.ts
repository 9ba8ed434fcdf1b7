// Who may import whom: DESIGN of the house as a table. A row is a room (a file without its extension, or a folder) and
// what its files may import beside each other:
//   "analyze"        a room, with all that is in it
//   "type clock"     only its types
//   "npm @babel/"    packages whose name begins so (node: modules are free unless OWNED says otherwise)
// A file belongs to the longest row that fits. A file without a row, an import without an entry and a circle are errors;
// imports of types make no circle, since nothing is left of them at run time.
// docs/architecture.md says why the arrows point as they do; change it first.

export type Rules = Readonly<Record<string, readonly string[]>>;

/** The row that holds for every room of both packages. */
export const EVERYWHERE = ["errors"];

/** Modules that only these rooms may touch, whatever else their rows say. */
export const OWNED: Rules = {
  "node:sqlite": ["store/sqlite"],
  pg: ["store/postgres"],
  msgpackr: ["snapshot"],
  typescript: ["hosts"],
  vite: ["hosts"],
};

// hosts -> index -> {find, analyze, lower, emit}, and these four only backwards along the line.
export const COMPILER: Rules = {
  errors: [],
  diagnostic: [],
  options: [],
  find: ["diagnostic", "options", "type analyze/types", "npm @babel/", "npm fastest-levenshtein"],
  analyze: ["diagnostic", "find", "npm @babel/"],
  lower: ["analyze", "find/names", "emit/abi", "emit/wrapper", "npm @babel/"],
  "emit/abi": [],
  "emit/wrapper": ["type analyze/types", "npm @babel/"],
  emit: ["emit/abi", "analyze", "lower", "find/names", "find/references", "npm @babel/", "npm @jridgewell/"],
  deep: ["type index", "type options"],
  "deep-thread": ["index", "type deep"],
  index: ["find", "analyze", "lower", "emit", "diagnostic", "options", "deep", "npm @babel/"],
  hosts: ["index", "emit/source-map", "npm typescript", "npm vite", "npm ts-patch", "npm @jridgewell/"],
};

// index -> {engine, local} -> snapshot -> {frame, registry}; abi -> {frame, registry, local}; nothing -> abi.
// realm, frame, registry and language (what ECMAScript prescribes for functions and generators) are the core under all.
export const RUNTIME: Rules = {
  errors: [],
  clock: [],
  machinery: [],
  options: ["npm fastest-levenshtein"],
  builtins: [],
  realm: ["type frame", "type registry"],
  frame: ["realm", "type registry"],
  language: ["builtins", "realm", "frame", "machinery", "type registry"],
  registry: ["builtins", "realm", "frame", "language"],
  snapshot: ["options", "realm", "frame", "registry", "language", "npm msgpackr"],
  local: ["builtins", "snapshot", "realm", "frame", "registry", "language"],
  abi: ["builtins", "realm", "frame", "registry", "language", "local"],
  toolchain: [],
  uncompiled: ["realm", "registry", "toolchain"],
  coroutine: ["builtins", "uncompiled", "local", "snapshot", "realm", "frame", "registry", "language"],
  capture: [
    "options",
    "coroutine",
    "uncompiled",
    "machinery",
    "local",
    "snapshot",
    "realm",
    "frame",
    "registry",
    "language",
  ],
  engine: [
    "options",
    "uncompiled",
    "local",
    "snapshot",
    "realm",
    "frame",
    "registry",
    "store",
    "clock",
    "machinery",
    "npm ms",
  ],
  "store/store": [],
  "store/memory": ["store/store", "type clock"],
  "store/sqlite": ["store/store", "type clock"],
  "store/postgres": ["store/store", "type clock", "npm pg"],
  "store/open": ["options", "store/store", "store/memory", "store/sqlite", "clock"],
  index: [
    "engine",
    "local",
    "uncompiled",
    "coroutine",
    "capture",
    "snapshot",
    "realm",
    "frame",
    "registry",
    "store",
    "clock",
  ],
  testing: [
    "index",
    "options",
    "engine",
    "local",
    "coroutine",
    "capture",
    "snapshot",
    "realm",
    "frame",
    "registry",
    "store",
    "clock",
  ],
};
