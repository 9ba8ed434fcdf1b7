/**
 * Owns: prototypes of the errors that Node makes with a code (`Buffer.alloc(-1)`, a failed `import()`): classes that nothing
 *   exports, one for each code, whose `constructor` is that of the class they extend.
 * Does not own: the errors (codecs/error).
 *
 * I1 A prototype is Node's if it holds what Node's do and nothing else, by the text of its functions. They are pure.
 * I2 Where the prototype of a name has not been met in this process, one that does the same stands in for it. The names are few,
 *    and so are the stand-ins that are kept, whatever a snapshot asks for.
 */
import { shared } from "../../realm.ts";

const bases: Readonly<Record<string, Function>> = {
  ...{ Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError },
};

const ofConstructor = /^get (?:constructor|\[["']constructor["']\])\(\) \{\s*return \w+;\s*\}$/;
const ofText = /^toString\(\) \{\s*return `\$\{this\.name\} \[\$\{\w+\}\]: \$\{this\.message\}`;\s*\}$/;
const ofMark = /^get \[kIsNodeError\]\(\) \{\s*return true;\s*\}$/;
const ofCode = /^[A-Z][A-Z0-9_]{0,63}$/;
const ofName = /^node (\w+) ([A-Z][A-Z0-9_]{0,63}) (plain|text|hiding)$/;
const MOST_STAND_INS = 1000;

interface Known {
  readonly names: WeakMap<object, string>;
  readonly prototypes: Map<string, object>;
  /** Key of the mark that Node's console asks for. */
  mark: symbol | undefined;
}

const known = () =>
  shared("snapshot.nodeErrors", (): Known => ({ names: new WeakMap(), prototypes: new Map(), mark: undefined }));

/** The name of the prototype of one of Node's errors: its base, its code, what it has; undefined for all others. */
export function nameOfNodeError(error: object): string | undefined {
  return nameOf(Object.getPrototypeOf(error), Object.getOwnPropertyDescriptor(error, "code")?.value);
}

function nameOf(proto: object, code: unknown): string | undefined {
  const { names, prototypes } = known();
  const former = names.get(proto);
  if (former !== undefined) return former;
  const name = read(proto, code);
  if (name === undefined) return undefined;
  if (!prototypes.has(name)) prototypes.set(name, proto);
  names.set(proto, name);
  return name;
}

function textOf(fn: unknown): string {
  return typeof fn === "function" ? Function.prototype.toString.call(fn) : "";
}

function read(proto: object, own: unknown): string | undefined {
  const get = Object.getOwnPropertyDescriptor(proto, "constructor")?.get;
  if (!ofConstructor.test(textOf(get))) return undefined;
  const base: unknown = get?.call(proto);
  const [name] = Object.entries(bases).find(([, cls]) => cls === base) ?? [];
  const others = Reflect.ownKeys(proto).filter((key) => key !== "constructor");
  if (name === undefined) return undefined;
  const under = Object.getPrototypeOf(proto);
  if (under === bases[name]?.prototype) {
    if (others.length > 0) return readText(proto, name, others);
    return `node ${name} ${typeof own === "string" && ofCode.test(own) ? own : "NONE"} plain`;
  }
  // One that hides frames of its stack stands on the one that prints the code.
  const text = others.length > 0 || under === null ? undefined : nameOf(under, own);
  return text?.startsWith(`node ${name} `) && text.endsWith(" text") ? text.replace(/text$/, "hiding") : undefined;
}

/** One that prints its code has two members more. */
function readText(proto: object, name: string, [first, mark, ...more]: (string | symbol)[]): string | undefined {
  const text: unknown = Object.getOwnPropertyDescriptor(proto, "toString")?.value;
  if (first !== "toString" || typeof text !== "function" || !ofText.test(textOf(text))) return undefined;
  const isMarked = typeof mark === "symbol" && ofMark.test(textOf(Object.getOwnPropertyDescriptor(proto, mark)?.get));
  if (!isMarked || more.length > 0) return undefined;
  known().mark = mark;
  const [, code = ""] = /^ \[(.*)\]: $/.exec(text.call({ name: "", message: "" })) ?? [];
  return ofCode.test(code) ? `node ${name} ${code} text` : undefined;
}

/** The prototype of this name; undefined if it is no name. */
export function prototypeOfNodeError(name: string): object | undefined {
  const [, base = "", code = "", form = ""] = ofName.exec(name) ?? [];
  if (!Object.hasOwn(bases, base)) return undefined;
  const { names, prototypes } = known();
  const former = prototypes.get(name);
  if (former !== undefined) return former;
  const made = standIn(bases[base] as Function, code, form);
  names.set(made, name);
  if (prototypes.size < MOST_STAND_INS) prototypes.set(name, made);
  return made;
}

function standIn(Base: Function, code: string, form: string): object {
  const under = form === "hiding" ? prototypeOfNodeError(`node ${Base.name} ${code} text`) : Base.prototype;
  const made = Object.create(under as object) as object;
  Object.defineProperty(made, "constructor", { get: () => Base, configurable: true });
  if (form !== "text") return made;
  Object.assign(made, {
    toString(this: Error) {
      return `${this.name} [${code}]: ${this.message}`;
    },
  });
  Object.defineProperty(made, "toString", { enumerable: false });
  const mark = known().mark ?? findMark();
  if (mark !== undefined) Object.defineProperty(made, mark, { get: () => true, configurable: true });
  return made;
}

/** Node's own symbol, of an error of its own. */
function findMark(): symbol | undefined {
  try {
    new TextDecoder("none"); // it throws one
  } catch (error) {
    nameOfNodeError(error as object);
  }
  return known().mark;
}
