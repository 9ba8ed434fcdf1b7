/**
 * Owns: the text of typed arrays, Buffers and ArrayBuffers.
 * Does not own: their sections (index.ts).
 */
import type { Item } from "./node-table.ts";
import type { Section, StandIns } from "./stand-ins.ts";

const MOST_ELEMENTS = 20;

type Read = (view: DataView, at: number) => number | bigint;

/** In the order of docs/formats.md: name, bytes of an element, how one is read. */
const types: readonly (readonly [name: string, size: number, read: Read])[] = [
  ["DataView", 1, (view, at) => view.getUint8(at)],
  ["Buffer", 1, (view, at) => view.getUint8(at)],
  ["Int8Array", 1, (view, at) => view.getInt8(at)],
  ["Uint8Array", 1, (view, at) => view.getUint8(at)],
  ["Uint8ClampedArray", 1, (view, at) => view.getUint8(at)],
  ["Int16Array", 2, (view, at) => view.getInt16(at, true)],
  ["Uint16Array", 2, (view, at) => view.getUint16(at, true)],
  ["Int32Array", 4, (view, at) => view.getInt32(at, true)],
  ["Uint32Array", 4, (view, at) => view.getUint32(at, true)],
  ["Float32Array", 4, (view, at) => view.getFloat32(at, true)],
  ["Float64Array", 8, (view, at) => view.getFloat64(at, true)],
  ["BigInt64Array", 8, (view, at) => view.getBigInt64(at, true)],
  ["BigUint64Array", 8, (view, at) => view.getBigUint64(at, true)],
  [
    "Float16Array",
    2,
    (view, at) => (view as DataView & { getFloat16(at: number, le: boolean): number }).getFloat16(at, true),
  ],
];

const none: Section = { bytes: new Uint8Array(), anchor: 0 };

function sectionOf(all: StandIns, buffer: Item | undefined): Section {
  return all.sections[Number(all.table.at(buffer)?.items[0]?.token)] ?? none;
}

/** `Uint8Array(3) [ 1, 2, 3 ]`, as Node prints it. */
export function viewText(all: StandIns, [type, buffer, offset, length]: readonly Item[]): string {
  const [name, size, read] = types[Number(type?.token)] ?? ["View", 1, () => 0];
  const { bytes: section, anchor } = sectionOf(all, buffer);
  const from = Math.min(Math.max(0, (Number(offset?.token) || 0) + anchor), section.byteLength);
  const most = Math.floor((section.byteLength - from) / size);
  const count = Math.max(0, Math.min(length?.token === null ? most : Number(length?.token) || 0, most));
  const view = new DataView(section.buffer, section.byteOffset + from, count * size);
  const elements = Array.from({ length: Math.min(count, MOST_ELEMENTS) }, (_, index) => read(view, index * size));
  const more = count - elements.length;
  if (name === "Buffer") {
    const shown = elements.map((byte) => ` ${byte.toString(16).padStart(2, "0")}`).join("");
    return `<Buffer${shown}${more > 0 ? ` ... ${more} more bytes` : ""}>`;
  }
  if (name === "DataView") return `DataView { byteLength: ${count} }`;
  const texts = elements.map((element) =>
    typeof element === "bigint" ? `${element}n` : Object.is(element, -0) ? "-0" : `${element}`,
  );
  if (more > 0) texts.push(`... ${more} more item${more === 1 ? "" : "s"}`);
  return `${name}(${count}) [${texts.length === 0 ? "" : ` ${texts.join(", ")} `}]`;
}

export function bufferText(all: StandIns, [section]: readonly Item[]): string {
  if (section?.token === null) return "ArrayBuffer { (detached), byteLength: 0 }";
  return `ArrayBuffer { byteLength: ${all.sections[Number(section?.token)]?.bytes.byteLength ?? 0} }`;
}
