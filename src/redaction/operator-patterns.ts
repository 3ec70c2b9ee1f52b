import { isJsonObject } from "../envelope/catalogue/json-object.js";
import { PATTERN_NAME, type RedactionPattern } from "./pattern.js";
import { BUILT_IN_NAMES } from "./redactor.js";

/** Each is tried on every text of every event. */
export const MAX_OPERATOR_PATTERNS = 100;
const MAX_PATTERN_LENGTH = 2000;

/** A list of patterns that cannot be used: which one, and what is wrong with it. */
export class PatternError extends Error {
  override readonly name = "PatternError";
}

/**
 * The operator's own patterns, from a list of `{name, pattern, flags?}`: `pattern` as in JavaScript, `flags`
 * any of i, m, s and u. What a group named `keep` matches at the start of a match is left.
 *
 * @param list of which nothing is known yet
 * @throws PatternError
 */
export function readPatterns(list: unknown): Pick<RedactionPattern, "name" | "regex">[] {
  if (!Array.isArray(list)) throw new PatternError("it must be a list of {name, pattern, flags?}");
  if (list.length > MAX_OPERATOR_PATTERNS) {
    throw new PatternError(`it has ${list.length} patterns; ${MAX_OPERATOR_PATTERNS} are taken`);
  }
  const patterns = list.map(readPattern);
  const names = new Set<string>();
  for (const { name } of patterns) {
    if (BUILT_IN_NAMES.has(name)) fail(name, "a built-in pattern has this name; use another one");
    if (names.has(name)) fail(name, "another one has this name");
    names.add(name);
  }
  return patterns;
}

function readPattern(item: unknown, place: number): Pick<RedactionPattern, "name" | "regex"> {
  const position = `item ${place + 1}`;
  if (!isJsonObject(item)) fail(position, "it must have the members name and pattern");
  const { name, pattern, flags = "", ...others } = item;
  if (typeof name !== "string" || !PATTERN_NAME.test(name)) {
    fail(position, "name must be lower-case letters, digits and -, such as order-key");
  }
  const [other] = Object.keys(others);
  if (other !== undefined) fail(name, `remove ${other}: it is not known here`);
  if (typeof pattern !== "string" || pattern === "" || pattern.length > MAX_PATTERN_LENGTH) {
    fail(name, `pattern must be a text of 1 to ${MAX_PATTERN_LENGTH} characters`);
  }
  if (typeof flags !== "string" || !/^[imsu]*$/.test(flags)) {
    fail(name, "flags may hold i, m, s and u");
  }
  return { name, regex: compile(name, pattern, flags) };
}

function compile(name: string, pattern: string, flags: string): RegExp {
  let regex: RegExp;
  try {
    regex = new RegExp(pattern, `g${flags}`);
  } catch (error) {
    return fail(name, error instanceof Error ? error.message : String(error));
  }
  if ("".search(regex) >= 0)
    fail(name, "pattern matches an empty text, so it would match everywhere");
  return regex;
}

function fail(which: string, what: string): never {
  throw new PatternError(`${which}: ${what}`);
}
