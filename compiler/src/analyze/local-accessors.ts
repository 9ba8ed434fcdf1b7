// Owns: accessors of object literals that durable code makes (docs/abi.md 8): they become methods of a second literal, which can
// be stored as closures are, and the runtime puts them in the places that the literal has kept for them.
// Does not own: methods, `super` (local-members.ts).
// I1. A property with a sentinel keeps an accessor's place. What stands behind it may define the same key (a spread, a key that only
//     run time knows): then the sentinel is gone, and so is the accessor. Between the two of a pair it leaves all where they are.
// I2. It comes after lift: while the literal is evaluated nothing can see the object.
import * as t from "@babel/types";
import { keyName } from "./fn-name.ts";
import type { LiftContext } from "./lift/index.ts";

type Property = t.ObjectExpression["properties"][number];
type Accessor = t.ObjectMethod & { kind: "get" | "set" };

function isAccessor(property: Property): property is Accessor {
  return t.isObjectMethod(property) && property.kind !== "method";
}

/** `{ get x() { … } }` becomes `$R.accessors({ "x": $R.TDZ }, { "get x"() { … } })`, in place. */
export function moveAccessors(node: t.ObjectExpression, context: LiftContext): void {
  const abi = (name: string) => t.memberExpression(t.identifier(context.abi.R), t.identifier(name));
  const accessors = node.properties.filter(isAccessor);
  if (accessors.length === 0 || !accessors.every(hasText) || !arePaired(node.properties)) return;
  const kept = new Set<string>();
  const properties = node.properties.flatMap((property): Property[] => {
    if (!isAccessor(property)) return [property];
    const name = nameOf(property) as string;
    if (kept.has(name)) return [];
    kept.add(name);
    return [t.objectProperty(t.stringLiteral(name), abi("TDZ"))];
  });
  for (const accessor of accessors) {
    const key = t.stringLiteral(`${accessor.kind} ${nameOf(accessor)}`);
    Object.assign(accessor, { kind: "method", key, computed: false }); // the same node, by which its source is known
  }
  const made = t.callExpression(abi("accessors"), [{ ...node, properties }, t.objectExpression(accessors)]);
  const fields = node as unknown as Record<string, unknown>;
  delete fields.properties;
  delete fields.extra;
  Object.assign(fields, made, { loc: node.loc, start: node.start, end: node.end });
}

/** Is its key a text that is known? `__proto__` as a property would set the prototype. */
function hasText(accessor: Accessor): boolean {
  const name = nameOf(accessor);
  return name !== null && name !== "__proto__" && !(accessor.computed && name.startsWith("["));
}

/** Does nothing between getter and setter of a key define that, too? */
function arePaired(properties: readonly Property[]): boolean {
  const begun = new Map<string, number>();
  return properties.every((property, at) => {
    if (!isAccessor(property)) return true;
    const name = nameOf(property) as string;
    const from = begun.get(name);
    begun.set(name, at);
    if (from === undefined) return true;
    const former = properties[from] as Accessor;
    return former.kind !== property.kind && properties.slice(from + 1, at).every((between) => isOther(between, name));
  });
}

function isOther(property: Property, name: string): boolean {
  if (t.isSpreadElement(property)) return false;
  const other = nameOf(property);
  return other !== null && other !== name;
}

/** The key of a property, if it is known. */
function nameOf(property: t.ObjectProperty | t.ObjectMethod): string | null {
  const name = keyName(property);
  return name !== null && isAccessor(property) ? name.slice("get ".length) : name;
}
