/** Owns: reading an object that may be anything, as what the runtime itself would have written: no getter runs, nothing is inherited. */

/** The elements of a plain array, each an own data property; undefined if it is none. */
export function elementsOf(value: unknown): unknown[] | undefined {
  if (!Array.isArray(value) || Object.getPrototypeOf(value) !== Array.prototype) return undefined;
  const elements: unknown[] = [];
  for (let index = 0; index < value.length; index++) {
    const element = Object.getOwnPropertyDescriptor(value, index);
    if (element === undefined || !("value" in element)) return undefined;
    elements.push(element.value);
  }
  return elements;
}

/** The values of all own properties of an ordinary object, if they are data and these are among them; undefined otherwise. */
export function fieldsOf<K extends string>(value: unknown, keys: readonly K[]): Record<K, unknown> | undefined {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return undefined;
  const fields = Object.entries(Object.getOwnPropertyDescriptors(value));
  if (!fields.every(([, property]) => "value" in property) || !keys.every((key) => Object.hasOwn(value, key)))
    return undefined;
  return Object.fromEntries(fields.map(([key, property]) => [key, property.value])) as Record<K, unknown>;
}
