/**
 * Owns: one text for a value, so that values of two realms or processes can be compared: prototypes, holes, -0, cycles
 * and shared references show; identity and function sources do not.
 */

type Show = (value: object, inner: (value: unknown) => string) => string;

const fields: Show = (value, inner) => {
  const keys = Reflect.ownKeys(value).filter((key) => Object.getOwnPropertyDescriptor(value, key)?.enumerable);
  return `{${keys.map((key) => `${String(key)}: ${inner((value as Record<PropertyKey, unknown>)[key])}`).join(", ")}}`;
};

const items: Show = (value, inner) => {
  const list = value as unknown[];
  const shown = Array.from({ length: list.length }, (_, index) => (index in list ? inner(list[index]) : "hole"));
  return `[${shown.join(", ")}]`;
};

const kinds: [string, Show][] = [
  ["[object Array]", items],
  [
    "[object Map]",
    (value, inner) =>
      `{${[...(value as Map<unknown, unknown>)].map(([k, v]) => `${inner(k)} => ${inner(v)}`).join(", ")}}`,
  ],
  ["[object Set]", (value, inner) => `{${[...(value as Set<unknown>)].map(inner).join(", ")}}`],
  ["[object Date]", (value) => `(${(value as Date).getTime()})`],
  ["[object Error]", showError],
  ["[object Uint8Array]", (value) => `(${[...(value as Uint8Array)].join(" ")})`],
  ["[object Function]", (value) => `(${(value as () => void).name})`],
  ["[object AsyncFunction]", (value) => `(${(value as () => void).name})`],
  ["[object GeneratorFunction]", (value) => `(${(value as () => void).name})`],
  ["[object Promise]", () => ""],
];

function showError(value: object, inner: (value: unknown) => string): string {
  const error = value as Error;
  const own = Object.fromEntries(Object.entries(error).filter(([key]) => key !== "stack" && key !== "message"));
  const cause = Object.hasOwn(error, "cause") ? ` cause ${inner(error.cause)}` : "";
  return `(${JSON.stringify(showMessage(error))}${cause} ${inner(own)})`;
}

/**
 * Messages of the engine quote source text, which lowering changes (temporaries) or which differs by the way a value is
 * reached: only what they say is kept, not of which expression.
 */
const quoting: [RegExp, string][] = [
  [/^.* is not (a function|iterable|a constructor)\b.*$/s, "… is not $1"],
  [/^Cannot (read|set) properties of (undefined|null).*$/s, "Cannot $1 properties of $2"],
  [/^Cannot destructure .*$/s, "Cannot destructure"],
  [/^(undefined|null|object null|.*) is not iterable.*$/s, "… is not iterable"],
  [/^Spread syntax requires .*$/s, "… is not iterable"],
];

function showMessage(error: Error): string {
  if (!(error instanceof TypeError)) return error.message;
  for (const [pattern, replacement] of quoting)
    if (pattern.test(error.message)) return error.message.replace(pattern, replacement);
  return error.message;
}

function nameOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null;
  return prototype === null ? "null-prototype" : (prototype.constructor?.name ?? "anonymous");
}

const primitives: Partial<Record<string, (value: never) => string>> = {
  string: (value: string) => JSON.stringify(value),
  bigint: (value: bigint) => `${value}n`,
  symbol: (value: symbol) => value.toString(),
  number: (value: number) => (Object.is(value, -0) ? "-0" : String(value)),
};

/** @returns a text that is equal for values that are equal in all that a program can see of them. */
export function show(value: unknown): string {
  const numbers = new Map<object, number>();
  const inner = (value: unknown): string => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null)
      return (primitives[typeof value] as ((value: unknown) => string) | undefined)?.(value) ?? String(value);
    const known = numbers.get(value);
    if (known !== undefined) return `#${known}`;
    numbers.set(value, numbers.size + 1);
    const tag = value instanceof Error ? "[object Error]" : Object.prototype.toString.call(value);
    const kind = kinds.find(([name]) => name === tag)?.[1] ?? fields;
    return `${nameOf(value)}${kind(value, inner)}`;
  };
  return inner(value);
}
