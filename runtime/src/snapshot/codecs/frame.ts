/**
 * Owns: frames: function, caller, what is awaited, and the slots that are live at the point (forms of docs/formats.md: frame; kind 24).
 * Does not own: which point of changed code a frame goes on at (match).
 *
 * I1 Slots are stored under canonical keys, so that another build finds them whatever its fields are called.
 * I2 A restored frame has every live slot of its point, and no other; dead slots keep the dummies of the constructor.
 */
import { type Frame, metaOf } from "../../frame.ts";
import { AsyncDelegate } from "../../language/async-delegate.ts";
import { type AsyncGeneratorFrame, Request } from "../../language/async-generator.ts";
import { DURABLE } from "../../realm.ts";
import { type FunctionMeta, type PointMeta, slotsAt } from "../../registry.ts";
import type { Family } from "../families.ts";
import type { GraphReader } from "../graph-reader.ts";
import type { GraphWriter } from "../graph-writer.ts";
import { type Layout, makeLayout, writeLayout } from "../layout.ts";
import { elementsOf } from "../own-fields.ts";
import { FRAME_FORM } from "../shapes.ts";
import { tags } from "../tags.ts";
import type { Kind } from "../types.ts";

/** Keys of a frame beside its slots; no slot begins with these, since `$` names are the compiler's own. */
export const FRAME_KEYS = ["$d", "$up", "$wait"] as const;

/** Fields of an async generator's frame that are stored before its slots; they are live at every point. */
const GENERATOR_FIELDS = ["$queue", "$delegate", "$state"] as const;

/** What a frame keeps at a point: fields, and the canonical keys under which they are stored. */
export function storedAt(meta: FunctionMeta, pc: number): { field: string; key: string }[] {
  const own = slotsAt(meta, pc);
  return meta.kind === 4 ? [...GENERATOR_FIELDS.map((field) => ({ field, key: field })), ...own] : own;
}

/** A point in words: line and column, and the source text of what is awaited; at its entry a function awaits nothing. */
export function textOfPoint({ at, of }: PointMeta, pc: number): string {
  return pc === 0 ? at : `${at} ${of}`;
}

/** What a check of a hidden slot says of a value that compiled code relies on. */
export type CheckSlot = (value: unknown, graph: GraphReader, frame: Frame, field: string) => void;

/** Slots of a stored frame: the fields that they go to, and those that compiled code takes for what they are. */
export interface StoredSlots {
  readonly fields: readonly string[];
  readonly hidden: readonly { readonly at: number; readonly check: CheckSlot }[];
}

interface FrameLayout extends Layout {
  readonly fields: readonly string[];
  readonly code: number;
}

/** Writes the node of a frame. */
export function writeFrame(writer: GraphWriter, frame: Frame, family: Family): void {
  const meta = family.meta as FunctionMeta;
  family.layouts[frame.$pc] ??= layoutOf(writer, meta, frame.$pc);
  const layout = family.layouts[frame.$pc] as FrameLayout;
  const { fields } = layout;
  const value = (index: number): unknown => {
    if (index === 0) return frame.$d.self;
    if (index === 1) return frame.$up;
    return index === 2 ? frame.$wait : frame[fields[index - 3] as string];
  };
  if (layout.root !== null) writeLayout(writer, layout, value);
  else writeWide(writer, frame.$pc, layout, value);
}

/** What a frame at a point is stored as, whatever the snapshot. */
interface PointLayout {
  readonly fields: readonly string[];
  readonly keys: readonly string[];
  readonly text: string;
}

/** By function and point: each is the same in every snapshot. */
const pointLayouts = new WeakMap<FunctionMeta, (PointLayout | undefined)[]>();

function pointLayoutOf(meta: FunctionMeta, point: PointMeta, pc: number): PointLayout {
  const known = pointLayouts.get(meta) ?? [];
  if (known.length === 0) pointLayouts.set(meta, known);
  const slots = known[pc] === undefined ? storedAt(meta, pc) : [];
  known[pc] ??= {
    fields: slots.map(({ field }) => field),
    keys: [...FRAME_KEYS, ...slots.map(({ key }) => key)],
    text: textOfPoint(point, pc),
  };
  return known[pc];
}

function layoutOf(writer: GraphWriter, meta: FunctionMeta, pc: number): FrameLayout {
  const point = meta.points[pc];
  if (point === undefined) writer.refuse("a frame at a point that its code does not have", "report this as a fault");
  const { fields, keys, text } = pointLayoutOf(meta, point as PointMeta, pc);
  const code = writer.codes.add("frame", meta.key, meta.stamp, (point as PointMeta).fp, text);
  return { ...makeLayout(writer, FRAME_FORM, code, pc, keys), fields, code };
}

/** A frame with more slots than a shape holds. */
function writeWide(writer: GraphWriter, pc: number, layout: FrameLayout, value: (index: number) => unknown): void {
  writer.begin(tags.frame);
  writer.value(layout.code);
  writer.value(pc);
  layout.keys.forEach((key, index) => {
    if (index >= FRAME_KEYS.length) writer.value(key);
    writer.value(value(index));
  });
  writer.end();
}

/** Fills a restored frame; `value` gives the value of each key, the first three are those of FRAME_KEYS. */
export function fillFrame(
  frame: Frame,
  { fields, hidden }: StoredSlots,
  value: (index: number) => unknown,
  graph: GraphReader,
): void {
  const fn = value(0);
  const descriptor = typeof fn === "function" ? (fn as { [DURABLE]?: Frame["$d"] })[DURABLE] : undefined;
  if (descriptor === undefined || descriptor.self !== fn || descriptor.meta !== metaOf(frame))
    throw graph.corrupt("a frame without its function");
  const up = value(1);
  if (up !== null) graph.stacks.add(frame, up);
  frame.$d = descriptor;
  frame.$up = up as Frame | null;
  frame.$wait = value(2);
  if (descriptor.kind === 4) checkGenerator(frame as AsyncGeneratorFrame, value, graph);
  for (let i = 0; i < fields.length; i++) frame[fields[i] as string] = value(i + FRAME_KEYS.length);
  for (const { at, check } of hidden) check(value(at + FRAME_KEYS.length), graph, frame, fields[at] as string);
}

function checkGenerator(frame: AsyncGeneratorFrame, value: (index: number) => unknown, graph: GraphReader): void {
  const [queue, delegate, state] = [0, 1, 2].map((index) => value(FRAME_KEYS.length + index));
  const isSound = Array.isArray(queue) && (delegate === null || delegate instanceof AsyncDelegate);
  if (!isSound || ![0, 1, 2, 3, 5, 6].includes(state as number)) throw graph.corrupt("a frame of an async generator");
  graph.finally(() => {
    // At rest somebody has asked exactly if it is under way (language/async-generator, I2).
    const requests = elementsOf(queue);
    const isSound = requests?.every((request) => request instanceof Request);
    if (requests === undefined || !isSound || requests.length > 0 !== (state as number) > 1)
      throw graph.corrupt("requests of an async generator");
    frame.$queue = requests as Request[]; // of its own: it is written into, and this one may be a module's
  });
}

export const wideFrameKind: Kind<Frame> = {
  name: "frame",
  tag: tags.frame,
  is: () => false,
  encode() {},
  allocate: (node) => node.graph.codes.point(node.int(0, 0, 2 ** 32), node.int(1, 0, 2 ** 32)).make(),
  fill(shell, node) {
    const keys: string[] = [...FRAME_KEYS];
    const values = [node.value(2), node.value(3), node.value(4)];
    for (let at = 5; at < node.size; at += 2) {
      keys.push(node.text(at));
      values.push(node.value(at + 1));
    }
    const point = node.graph.codes.point(node.int(0, 0, 2 ** 32), node.int(1, 0, 2 ** 32));
    fillFrame(shell, point.slotsOf(keys), (index) => values[index], node.graph);
  },
};
