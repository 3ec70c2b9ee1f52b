import stringify from "fast-json-stable-stringify";

/** Deepest nesting of arrays and objects that is stored: deep enough for data, shallow enough to recurse over. */
export const MAX_DEPTH = 64;

/** A value that JSON cannot hold, or that two different texts would hash alike. */
export class NotCanonicalError extends TypeError {
  override readonly name = "NotCanonicalError";
  constructor(
    /** RFC 6901 pointer to the offending place. */
    readonly pointer: string,
    /** What is wrong there and what to send instead. */
    readonly reason: string,
  ) {
    super(`${pointer === "" ? "the value" : pointer}: ${reason}`);
  }
}

/**
 * The canonical JSON text of `value`, exactly as RFC 8785 (JCS) has it: members ordered by UTF-16 code
 * units, ECMAScript number text, minimal escapes, no white space. Two values that mean the same have
 * the same text, whatever order their members were written in.
 *
 * @throws NotCanonicalError for what {@link findUncanonical} refuses
 */
export function canonicalize(value: unknown): string {
  const flaw = findUncanonical(value);
  if (flaw) throw new NotCanonicalError(flaw.pointer, flaw.reason);
  return stringify(value);
}

export interface Flaw {
  pointer: string;
  reason: string;
}

/**
 * The first place in `value` that has no canonical form, or `undefined` when all of it has.
 *
 * Accepted: null, booleans, well-formed strings (keys too), finite numbers, dense arrays, plain objects.
 * Refused: NaN and infinities, −0, integers that a double cannot tell from their neighbours, lone
 * surrogates, undefined, functions, symbols, BigInt, class instances, sparse arrays, cycles, and nesting
 * deeper than {@link MAX_DEPTH}.
 */
export function findUncanonical(value: unknown): Flaw | undefined {
  return inspect(value, 0);
}

function inspect(value: unknown, depth: number): Flaw | undefined {
  switch (typeof value) {
    case "string":
      return value.isWellFormed()
        ? undefined
        : flaw("holds a lone surrogate, which no UTF-8 text can");
    case "number":
      return inspectNumber(value);
    case "boolean":
      return undefined;
    case "object":
      if (value === null) return undefined;
      // A cycle is infinitely deep, so this bound finds it too.
      if (depth >= MAX_DEPTH) return flaw(`is nested deeper than ${MAX_DEPTH} levels`);
      return Array.isArray(value) ? inspectArray(value, depth) : inspectObject(value, depth);
    case "undefined":
    case "function":
    case "symbol":
    case "bigint":
      return flaw(`is a JavaScript ${typeof value}, which JSON does not have`);
  }
}

function inspectNumber(value: number): Flaw | undefined {
  if (!Number.isFinite(value)) return flaw("is not a finite number");
  if (Object.is(value, -0)) return flaw("is negative zero; send 0");
  // From 1e21 on, canonical text is in exponent form and so says itself that it is an approximation;
  // below, it is digits that look exact while 2^53 + 1 has already become 2^53.
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21) {
    return flaw("is an integer beyond ±(2^53 − 1), which loses digits; send it as a string");
  }
  return undefined;
}

function inspectArray(value: readonly unknown[], depth: number): Flaw | undefined {
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    if (item === undefined && !(i in value)) return flaw("is a hole in a sparse array", String(i));
    const found = inspect(item, depth + 1);
    if (found) return within(String(i), found);
  }
  return undefined;
}

function inspectObject(value: object, depth: number): Flaw | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    return flaw("is an instance of a class; send plain JSON");
  }
  for (const key of Object.keys(value)) {
    if (!key.isWellFormed()) return flaw("has a key that holds a lone surrogate");
    const found = inspect((value as Record<string, unknown>)[key], depth + 1);
    if (found) return within(key, found);
  }
  return undefined;
}

function flaw(reason: string, at?: string): Flaw {
  return { pointer: at === undefined ? "" : `/${at}`, reason };
}

/** Pointers are put together on the way out, so that data without a flaw pays nothing for them. */
function within(key: string, inner: Flaw): Flaw {
  const token = key.replaceAll("~", "~0").replaceAll("/", "~1");
  return { pointer: `/${token}${inner.pointer}`, reason: inner.reason };
}
