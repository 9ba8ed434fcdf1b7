/**
 * Owns: what is said when a value can't be stored: in which function, under which variable, by which path, and what to do.
 * Does not own: which values these are (brands, codecs/).
 *
 * I1 Paths cost nothing until they are needed: the graph is then written again by a writer that keeps which node led to which.
 * I2 Nothing of the user's runs: getters are named, not called.
 */
import { errors } from "../errors.ts";
import { type Frame, isFrame, metaOf } from "../frame.ts";
import { closureOf, slotsAt } from "../registry.ts";
import type { Foreign } from "./foreign.ts";
import { kinds } from "./kinds.ts";
import type { Edge, Kind } from "./types.ts";

/** What of a writer is needed to find a path (I1). */
interface Trail {
  /** Values by place, and the place of the one that led to each. */
  readonly values: readonly unknown[];
  readonly parents: readonly number[];
  readonly current: number;
}

/** The error for the value that is being written. */
export function refuse(trail: Trail, { what, advice }: Foreign): Error {
  const { path, frame } = findPath(trail);
  const kind = capital(what);
  const name = frame === null ? "the snapshot" : metaOf(frame).key;
  const point = frame === null ? undefined : metaOf(frame).points[frame.$pc];
  const where =
    frame === null || point === undefined ? undefined : `${metaOf(frame).module.id}:${point.at}, await ${point.of}`;
  const reason =
    frame === null
      ? "It is part of what is stored"
      : "It is still needed after the await at which the function is parked";
  const fixes = /\((?:getter|setter)\)$/.test(path) ? ofAccessors : advice;
  return errors.unserializableValue({ kind, path, function: name, advice: listOf(fixes), reason }, { where });
}

const ofAccessors = ["make it a plain property, or a method", "keep what the accessor gives, instead of the object"];

/** One thing to do as a sentence; of several each helps alone. */
function listOf(advice: readonly string[]): string {
  const [only = "", ...more] = advice;
  if (more.length === 0) return `${capital(only)}.`;
  return advice.map((one, at) => `- ${capital(one)}${at < more.length ? "; or" : "."}`).join("\n");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The path from the nearest frame, or from the root. */
function findPath({ values, parents, current }: Trail): { path: string; frame: Frame | null } {
  const labels: string[] = [];
  let place = current;
  // Place 0 is the array around the root.
  while (place > 0) {
    const child = values[place];
    place = parents[place] as number;
    const parent = values[place];
    if (place === 0) break;
    labels.unshift(labelOf(parent, child));
    if (isObject(parent) && isFrame(parent)) return { path: join(labels), frame: parent };
  }
  return { path: join(["root", ...labels]), frame: null };
}

/** A cell is the variable itself, and says nothing of its own. */
function join(labels: readonly string[]): string {
  return labels
    .filter((label, index) => label !== ".v" || index === 0 || !/^[\w$ ]+$/.test(labels[index - 1] as string))
    .join("")
    .replace(/^\./, "");
}

function labelOf(parent: unknown, child: unknown): string {
  for (const [label, value] of edgesOf(parent)) if (Object.is(value, child)) return label;
  return ".(inside)";
}

function edgesOf(parent: unknown): Iterable<Edge> {
  if (typeof parent === "function") return closureEdges(parent);
  if (!isObject(parent)) return [];
  if (isFrame(parent)) return frameEdges(parent);
  const kind = kinds().byPrototype.get(Object.getPrototypeOf(parent)) ?? kinds().byBrand.find((it) => it.is(parent));
  const own = (kind as Kind<object> | undefined)?.edges?.(parent) ?? [];
  return chain(own, propertyEdges(parent));
}

function* chain(...lists: Iterable<Edge>[]): Iterable<Edge> {
  for (const list of lists) yield* list;
}

function* frameEdges(frame: Frame): Iterable<Edge> {
  const meta = metaOf(frame);
  for (const { field, key } of slotsAt(meta, frame.$pc)) yield [variable(key), frame[field]];
  if (meta.kind === 4) {
    yield ["(its requests)", frame.$queue];
    yield ["(its yield*)", frame.$delegate];
  }
  yield ["(what it awaits)", frame.$wait];
  yield ["(its function)", frame.$d?.self];
  yield ["(its caller)", frame.$up];
}

function* closureEdges(fn: Function): Iterable<Edge> {
  const { meta, captures = [] } = closureOf(fn) ?? {};
  for (const [index, capture] of captures.entries()) {
    yield [`(captured ${variable(meta?.captures?.[index] ?? `#${index}`)})`, capture];
  }
}

function* propertyEdges(value: object): Iterable<Edge> {
  for (const key of Reflect.ownKeys(value)) {
    const { value: item, get, set } = Object.getOwnPropertyDescriptor(value, key) ?? {};
    const label = property(key);
    yield [label, item];
    if (get !== undefined) yield [`${label} (getter)`, get];
    if (set !== undefined) yield [`${label} (setter)`, set];
    yield [`${label} (key)`, key];
  }
  yield [".constructor.prototype", Object.getPrototypeOf(value)];
}

function property(key: string | symbol): string {
  if (typeof key === "symbol") return `[${String(key)}]`;
  if (/^\d+$/.test(key)) return `[${key}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** A canonical key without what tells it from others of the same name. */
function variable(key: string): string {
  return (key.split("@")[0] as string).replace(/^\$this$/, "this");
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
