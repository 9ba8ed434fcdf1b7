// Owns: what every coded error is. scripts/errors.ts copies everything below the marker, as it stands, to the head of
// each package's errors.ts, since the packages may not import each other. Not here: the texts (docs/errors/*.md).
// I1. A coded error is recognized by its brand, never by instanceof: two copies of a package must agree.
// I2. The message alone tells all: what, where, why, how to fix it, link.
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

const brand = Symbol.for("coldframe.error");

/** Every error that Coldframe itself raises. Match on `code`, by {@link isColdframeError}; never on the text. */
export class ColdframeError extends Error {
  /** Stable and never used again for anything else, e.g. `CF1101`. */
  readonly code: ErrorCode;
  /** What happened, in one sentence. */
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

  constructor(text: ErrorText, params: ErrorParams = {}, context: ErrorContext = {}) {
    const what = fill(text.what, params);
    const why = fill(text.why, params);
    const fix = fill(text.fix, params);
    const link = linkOf(text.code);
    const { where } = context;
    const parts = { where, why, fix, link };
    const lines = Object.entries(parts).map(([key, value]) => value && `\n  ${key}:${indent(value)}`);
    super(`[${text.code}] ${what}${lines.join("")}`, "cause" in context ? { cause: context.cause } : undefined);
    this.code = text.code;
    // Not enumerable: the message has them already, and a console would print them twice.
    for (const [key, value] of Object.entries({ what, ...parts, params })) Object.defineProperty(this, key, { value });
  }
}
Object.defineProperty(ColdframeError.prototype, "name", {
  value: "ColdframeError",
  writable: true,
  configurable: true,
});
Object.defineProperty(ColdframeError.prototype, brand, { value: true });

/**
 * Tells whether a value is an error of Coldframe, also one made by another copy of the package.
 * @param value anything, as caught
 * @param code the code it must have; any if absent
 * @example try { restore(bytes) } catch (e) { if (isColdframeError(e, errors.corruptSnapshot.code)) report(e.where) }
 */
export function isColdframeError<C extends ErrorCode = ErrorCode>(
  value: unknown,
  code?: C,
): value is ColdframeError & { code: C } {
  if (typeof value !== "object" || value === null || !(brand in value)) return false;
  return code === undefined || ("code" in value && value.code === code);
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
  const make = (...[params, context]: ErrorArguments<P>): ColdframeError => {
    const error = new Class({ code, what, why, fix }, params, context);
    Error.captureStackTrace?.(error, make); // the stack begins at the thrower
    return error;
  };
  return Object.assign(make, { code });
}
