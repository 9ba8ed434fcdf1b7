// Owns: what every coded error is. scripts/errors.ts copies everything below the marker, as it stands, to the head of
// each package's errors.ts, since the packages may not import each other. Not here: the texts (docs/errors/*.md).
// I1. A coded error is recognized by its brand, never by instanceof: two copies of a package must agree.
// I2. The message is one sentence: what and where. The stack, and so every console, tells the rest too: why, fix, link.
type ErrorCode = string;
// ---- copied from here ----

/** What a placeholder of an error text may be filled with. */
export type ErrorParam = string | number | bigint | boolean;

/** What the thrower knows beside the parameters of the text. */
export interface ErrorContext {
  /** Place of the fault: `file:line:col`, or run id, frame and value path. */
  where?: string;
  /** The error that led to this one. */
  cause?: unknown;
}

type ErrorText = { code: ErrorCode; what: string; why: string; fix: string };
type ErrorParams = Readonly<Record<string, ErrorParam>>;

/** What a stack begins above. */
// biome-ignore lint/complexity/noBannedTypes: also a class, as `captureStackTrace` takes it
type Callee = Function;

const brand = Symbol.for("coldframe.error");

/** Every error that Coldframe itself raises. Match on `code`, by {@link isColdframeError}; never on the text. */
export class ColdframeError extends Error {
  /** Stable and never used again for anything else, e.g. `CF1101`. */
  readonly code: ErrorCode;
  /** What happened, in one sentence; the message is this and the place. */
  declare readonly what: string;
  /** Place of the fault, if there is one. */
  declare readonly where: string | undefined;
  /** Why this is an error. */
  declare readonly why: string;
  /** What to do about it. */
  declare readonly fix: string;
  /** Page of this code. */
  declare readonly link: string;
  /** What the placeholders of the text were filled with. */
  declare readonly params: ErrorParams;

  constructor(text: ErrorText, params: ErrorParams = {}, context: ErrorContext = {}, from: Callee = new.target) {
    const what = fill(text.what, params).replace(/\s*\n\s*/g, " ");
    const { where } = context;
    super(`[${text.code}] ${placed(what, where)}`, "cause" in context ? { cause: context.cause } : undefined);
    this.code = text.code;
    const parts = { why: fill(text.why, params), fix: fill(text.fix, params), link: linkOf(text.code) };
    // Not enumerable: logs take what is, and a console would print the parts twice.
    for (const [key, value] of Object.entries({ what, where, ...parts, params }))
      Object.defineProperty(this, key, { value });
    beginStack(this, from);
  }
}
Object.defineProperty(ColdframeError.prototype, "name", {
  value: "ColdframeError",
  writable: true,
  configurable: true,
});
Object.defineProperty(ColdframeError.prototype, brand, { value: true });

/**
 * Tells whether a value is an error of Coldframe, also one made by another copy of the package. What fails when it is looked at
 * is none.
 * @param value anything, as caught
 * @param code the code it must have; any if absent
 * @example try { restore(bytes) } catch (e) { if (isColdframeError(e, errors.corruptSnapshot.code)) report(e.where) }
 */
export function isColdframeError<C extends ErrorCode = ErrorCode>(
  value: unknown,
  code?: C,
): value is ColdframeError & { code: C } {
  if (typeof value !== "object" || value === null) return false;
  try {
    return brand in value && (code === undefined || ("code" in value && value.code === code));
  } catch {
    return false;
  }
}

/** The page of a code. */
export function linkOf(code: string): string {
  return `https://coldframe.dev/errors/${code}`;
}

/** A class that only errors of one code have. */
export type ErrorClass<C extends ErrorCode> = Omit<typeof ColdframeError, "prototype"> & {
  new (...args: ConstructorParameters<typeof ColdframeError>): ColdframeError & { readonly code: C };
  readonly prototype: ColdframeError & { readonly code: C };
  [Symbol.hasInstance](value: unknown): value is ColdframeError & { readonly code: C };
};

/** Makes the class; `instanceof` goes by brand and code, so that an error of another copy of the package is an instance too. */
export function defineClass<C extends ErrorCode>(code: C, name: string): ErrorClass<C> {
  const cls = class extends ColdframeError {
    static override [Symbol.hasInstance](value: unknown): boolean {
      return isColdframeError(value, code);
    }
  };
  Object.defineProperty(cls, "name", { value: name });
  Object.defineProperty(cls.prototype, "name", { value: name, writable: true, configurable: true });
  return cls as unknown as ErrorClass<C>;
}

/** The place stands within the sentence, unless it is named there already. */
function placed(what: string, where: string | undefined): string {
  return where === undefined || what.includes(where) ? what : what.replace(/\.?$/, () => ` (${where}).`);
}

/** What V8 makes the text of a stack from; it does so when the text is first asked for, since few are ever read. */
interface Trace {
  readonly name: string;
  readonly message: string;
  stack?: string;
}

const traces = new WeakMap<object, Trace>();

/** By this another copy of the package knows the getter of a stack. */
const ofStack = Symbol.for("coldframe.stack");

const stackAccessor = {
  get: Object.assign(
    function stack(this: object): unknown {
      return traces.get(this)?.stack;
    },
    { [ofStack]: true },
  ),
  set(this: object, value: unknown): void {
    Object.defineProperty(this, "stack", { value, writable: true, configurable: true });
  },
  configurable: true,
};

/** Is this the getter that coded errors have for their stacks? Asked of own accessors only, and of no Proxy. */
export function isStackGetter(getter: object): boolean {
  return Object.hasOwn(getter, ofStack);
}

/**
 * Lets the stack of an error begin where a function was called. What the message leaves out stands above the frames (I2).
 *
 * @param from the function; frames above it are left out
 */
export function beginStack(error: ColdframeError, from: Callee): void {
  if (Error.captureStackTrace === undefined) return;
  const trace: Trace = { name: error.name, message: error.message + detailsOf(error) };
  Error.captureStackTrace(trace, from);
  traces.set(error, trace);
  Object.defineProperty(error, "stack", stackAccessor);
}

/** What the message leaves out, as lines to print below it. */
export function detailsOf({ why, fix, link }: Pick<ColdframeError, "why" | "fix" | "link">): string {
  return Object.entries({ why, fix, link })
    .map(([key, text]) => `\n  ${key}:${indent(text)}`)
    .join("");
}

function indent(text: string): string {
  return (text.includes("\n") ? `\n${text}` : ` ${text}`).replaceAll("\n", "\n    ");
}

function fill(text: string, params: ErrorParams): string {
  return text.replace(/\{([a-z]\w*)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

type ErrorArguments<P extends string> = [P] extends [never]
  ? [params?: Record<string, never>, context?: ErrorContext]
  : [params: Readonly<Record<P, ErrorParam>>, context?: ErrorContext];

/** Makes one error of its code; it is returned, not thrown. */
export interface ErrorFactory<P extends string> {
  (...args: ErrorArguments<P>): ColdframeError;
  /** The code of the errors it makes, to match on. */
  readonly code: ErrorCode;
}

export function define<P extends string = never>(
  code: ErrorCode,
  what: string,
  why: string,
  fix: string,
  Class: new (...args: ConstructorParameters<typeof ColdframeError>) => ColdframeError = ColdframeError,
): ErrorFactory<P> {
  const make = (...[params, context]: ErrorArguments<P>): ColdframeError =>
    new Class({ code, what, why, fix }, params, context, make); // the stack begins at the thrower
  return Object.assign(make, { code });
}
