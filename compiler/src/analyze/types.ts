// Owns: what the passes of the compiler hand to each other. Types only.
// Does not own: any behaviour; the protocol of emitted code (docs/abi.md).
//
// Order per module: find -> supported -> reserve names and records -> erase -> hash -> lift -> lower -> print, manifest.
// I1. Only the outermost durable functions are in the list of find.ts. Functions nested in them belong to lower/.
// I2. Names that `ModuleContext` hands out are free in every scope of the file, and the same for the same input.
// I3. Nothing here holds a clock, a random number or an absolute path.
// I4. Lines count from 1, columns from 0, as in Babel's `loc`; where they are printed (records, manifest), both from 1.

import type { NodePath } from "@babel/traverse";
import type * as t from "@babel/types";
import type { ColdframeError } from "../errors.ts";
import type { Home } from "./home.ts";
import type { Settings } from "./settings.ts";

/** What a durable function is. */
export type DurableKind = "async" | "generator" | "asyncGenerator";

/** What stands in a tag: `@durable id=pay renamedFrom=charge,settle version=2`. */
export interface MarkOptions {
  /** In place of the lexical path. */
  id?: string;
  /** Earlier ids, the newest first. */
  renamedFrom?: string[];
  /** Salt of the stamp and of every fingerprint: a change makes stored runs incompatible. */
  version?: string;
}

/** The head of a function as the user declared it, cloned before types were erased. */
export interface Signature {
  params: t.Function["params"];
  /** Of each parameter. */
  decorators: t.Decorator[][];
  /** The function or a parameter has decorators, the mark aside. */
  isDecorated: boolean;
  /** The file may have types. */
  isTyped: boolean;
  returnType: t.Function["returnType"];
  typeParameters: t.Function["typeParameters"];
}

/** An outermost durable function, one that no other durable function encloses, as find.ts sees it. */
export interface FoundFunction {
  path: NodePath<t.Function>;
  kind: DurableKind;
  /** What `fn.name` is in JavaScript; "" for an anonymous function, or if only run time knows. */
  name: string;
  /** Number of parameters before the first with a default or the rest: what `fn.length` is in JavaScript. */
  length: number;
  /** Labels of what encloses it, and its own, "" if it has none. */
  lexicalPath: { scope: string[]; label: string };
  mark: MarkOptions;
  /** The mark is its own; not the module's, not that of an option for all. */
  isExplicit: boolean;
  /** A function declaration, `export default function` included; otherwise an expression, arrow or method. */
  isDeclaration: boolean;
  /** It is made once, by the module's own code: its run function may stand at module level, under its name. */
  isModuleLevel: boolean;
  /** The class in whose text it stands, if the module makes that class once. */
  cls: NodePath<t.Class> | null;
  signature: Signature;
  loc: t.SourceLocation;
}

/** A found function with the names and numbers that index.ts has reserved for it. */
export interface DurableFunction extends FoundFunction {
  /** Lexical path, e.g. "fulfil", "Order.pay", "outer.inner", or the id that the mark gives. Unique in the module. */
  id: string;
  /** Reserved name of the run function ("sum$"), at module level or, if not `isModuleLevel`, where lower/ puts it. */
  run: string;
  /** Reserved index of its record: `$m.f[record]`. lower/ fills it by `ModuleContext.setRecord`. */
  record: number;
}

/** Names of the module's scope by which emitted code reaches the runtime (docs/abi.md). */
export interface AbiNames {
  /** The realm record, `$R`. */
  R: string;
  /** The function that makes the module record, `$M`. */
  M: string;
  /** The variable that holds it, `$m`. */
  m: string;
}

/** One suspension point; its number is its index in `FunctionRecord.points`. Point 0 is the entry: arguments only. */
export interface PointRecord {
  /** Hash of what can still run from there. */
  fingerprint: string;
  /** The await or yield in the user's source; for point 0 the function. */
  loc: t.SourceLocation;
  /** Source text of what is awaited, for point 0 the function's name; shortened when printed. */
  of: string;
  /** What is awaited there is what the function returns. */
  isReturned?: boolean;
  /** From here it can only sleep, compute on its own variables and settle: 1: it only hands values on, 2: it also computes with them. */
  quiet?: 1 | 2 | undefined;
}

/** A variable that a frame keeps. */
export interface SlotRecord {
  /** Field of the frame; `$this` and hidden temporaries have one as well. */
  field: string;
  /** Canonical key: what it stands for. A field that temporaries share stands for another at another point. */
  key: string;
  /** Where it is live: first and last point of each stretch of points, in turn. */
  live: number[];
}

/** One entry of the module record (docs/abi.md 13) and of the manifest. Names are identifiers at module level. */
export interface FunctionRecord {
  /** Unique in the module: lexical path, or parent + body hash + capture signature for nested functions. */
  id: string;
  name: string;
  length: number;
  /** 0 async, 3 generator, 4 async generator, -1 plain closure. */
  kind: 0 | 3 | 4 | -1;
  loc: t.SourceLocation;
  /** `ModuleContext.hashOf` of the user's function. */
  hash: string;
  /** Frame constructor. */
  F?: string;
  /** Run function, if it stands at module level. */
  run?: string;
  /** The wrapper, if it is a function declaration at module level. */
  self?: string;
  /** It is a method that uses `this`. */
  receiver?: true;
  /** Factory of a nested function. */
  make?: string;
  /** Names of what a factory takes, in order. */
  captures?: string[];
  /** Why the function cannot be restored; a sentence for the snapshot error. */
  reason?: string;
  /** Of a plain closure: what `quiet` is of a point. */
  quiet?: 1 | 2 | undefined;
  slots?: SlotRecord[];
  points?: PointRecord[];
}

/** What the passes of one module share. Made by index.ts. */
export interface ModuleContext {
  readonly abi: AbiNames;
  readonly source: string;
  readonly filename: string;
  readonly moduleId: string;
  readonly sourceType: "module" | "script";
  /** The form of frames, as the options say. */
  readonly layout: "auto" | "large";
  readonly settings: Settings;
  /**
   * Durable function declarations of the module's scope that are never reassigned, by name: those that may be called
   * statically. The caller checks that the name is not shadowed where it stands.
   */
  readonly declared: ReadonlyMap<string, DurableFunction>;
  /** What only the text of a class or object literal can do that the module makes once. @param base of its names */
  homeOf(owner: t.Class | t.ObjectExpression, base: string): Home;
  /**
   * A name that nothing in the file uses, deterministic: `base`, else `base` with a number.
   * @param base a valid identifier, e.g. "sum$1"
   */
  unique(base: string): string;
  /** Adds a record for a nested function. @returns its index k in `$m.f[k]` */
  addRecord(record: FunctionRecord): number;
  /** Reserves an index before the record is known, e.g. for recursion. */
  reserveRecord(): number;
  /** Fills a reserved index. */
  setRecord(index: number, record: FunctionRecord): void;
  /**
   * Hash (16 hex digits) of a function's source without layout, comments and types, as it was before `lift`.
   * For a function node that was not in the source, of the node as it is.
   */
  hashOf(node: t.Function | t.Class): string;
  /** The user's source text of a node; of one that lift made, what it stands for. */
  textOf(node: t.Node): string;
  /** Adds a warning. */
  warn(node: t.Node, error: ColdframeError): void;
  /** Ends the work on this function with an error at `node`: `throw ctx.refuse(node, errors.x({…}))`. */
  refuse(node: t.Node, error: ColdframeError): Error;
}

/** What lower/ makes of a durable function. */
export interface LoweredFunction {
  /** Statements for the end of the module: frame constructors, run functions, saves, factories. */
  hoisted: t.Statement[];
  /**
   * What stands in place of the function: the wrapper declaration (for a declaration of the module's scope), an
   * expression (for an expression or arrow), or an empty statement if `prelude` declares the name.
   */
  replacement: t.Node;
  /**
   * Of a method. method: `replacement` is a function whose parameters and body become those of the method; value: it is
   * the value of a property with the method's key; put: as method, of one whose function the class puts in its place.
   */
  form?: "method" | "value" | "put";
  /**
   * Statements for the head of the block in whose scope a declaration stands that is not of the module's scope:
   * `let inner = $R.closure(…).self` has there the reach and the time of the declaration.
   */
  prelude?: t.Statement[];
}
