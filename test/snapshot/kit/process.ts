/** Owns: what of this process a snapshot could reach: the intrinsics, as one text that is the same as long as nothing has changed. */
import { intrinsicName } from "../../../runtime/src/snapshot/intrinsics.ts";

const ids = new Map<unknown, number>();
function idOf(value: unknown): string {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return String(value);
  if (!ids.has(value)) ids.set(value, ids.size);
  return `#${ids.get(value)}`;
}

/** Objects that can be reached from the globals that are stored by name. Own properties of the process's are its own matter. */
function reachable(more: readonly object[]): object[] {
  const found = new Set<object>(more);
  for (const key of Object.getOwnPropertyNames(globalThis)) {
    const value: unknown = Object.getOwnPropertyDescriptor(globalThis, key)?.value;
    if (intrinsicName(value) !== undefined && key !== "process" && key !== "globalThis") found.add(value as object);
  }
  for (const object of found) {
    if (found.size > 20_000) throw new Error("too much to look at");
    for (const { value, get, set } of Object.values(Object.getOwnPropertyDescriptors(object)))
      for (const part of [value, get, set]) if (typeof part === "function" || isPlain(part)) found.add(part);
    const proto: unknown = Object.getPrototypeOf(object);
    if (proto !== null) found.add(proto as object);
  }
  return [...found];
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && intrinsicName(value) !== undefined && value !== process;
}

/** @param more what is to be watched beside the intrinsics */
export function stateOfProcess(more: readonly object[] = []): string {
  return reachable(more)
    .map((object) => {
      const properties = Reflect.ownKeys(object).map((key) => {
        const { value, get, set, ...attributes } = Object.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
        return `${String(key)}:${[value, get, set].map(idOf).join()}:${Object.values(attributes).join()}`;
      });
      const frozen = `${Object.isExtensible(object)} ${idOf(Object.getPrototypeOf(object))}`;
      return `${idOf(object)} ${frozen} ${properties.join(" ")}`;
    })
    .join("\n");
}
