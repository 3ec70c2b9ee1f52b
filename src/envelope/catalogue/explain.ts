import type { ErrorObject } from "ajv/dist/2020.js";
import { isJsonObject } from "./json-object.js";

/** Where a value does not fit its schema, and what to do about it. */
export interface SchemaFlaw {
  /** RFC 6901 pointer to the offending place, or to the place of what is missing. */
  readonly pointer: string;
  readonly message: string;
}

/**
 * Says in plain words what Ajv (with `verbose`, without `allErrors`) found in `whole`, which is what the
 * value is called where it does not fit as a whole.
 */
export function explain(errors: readonly ErrorObject[], whole = "the payload"): SchemaFlaw {
  // Errors inside a branch come before that of the keyword that holds the branches.
  const [first] = errors;
  const outermost = errors.at(-1);
  if (first === undefined || outermost === undefined) {
    return { pointer: "", message: `${whole} does not fit the schema` };
  }
  if (outermost.keyword === "anyOf") {
    const missing = missingAlternative(errors.slice(0, -1), outermost);
    if (missing !== undefined) return missing;
  }
  return explainOne(outermost.keyword === "if" ? first : outermost, whole);
}

/** Where each alternative only lacks a member, the first of those is what is missing. */
function missingAlternative(
  branches: readonly ErrorObject[],
  anyOf: ErrorObject,
): SchemaFlaw | undefined {
  const lacking = branches.filter(({ keyword }) => keyword === "required").map(parametersOf);
  const [first] = lacking;
  if (first === undefined || lacking.length < branches.length) return undefined;
  const members = lacking.map(({ missingProperty }) => missingProperty);
  return {
    pointer: `${anyOf.instancePath}/${token(first.missingProperty)}`,
    message: `add ${members.join(" or ")}`,
  };
}

/** What Ajv's keywords tell; which of these is there depends on the keyword. */
interface Parameters {
  missingProperty: string;
  additionalProperty: string;
  type: string | string[];
  limit: number;
}

function parametersOf(error: ErrorObject): Parameters {
  return error.params as Parameters;
}

function explainOne(error: ErrorObject, whole: string): SchemaFlaw {
  const { missingProperty, additionalProperty, type, limit } = parametersOf(error);
  const at = error.instancePath;
  const name = at === "" ? whole : nameOf(at);
  switch (error.keyword) {
    case "required":
      return {
        pointer: `${at}/${token(missingProperty)}`,
        message: `add ${missingProperty}${meaningOf(error, missingProperty)}`,
      };
    case "additionalProperties":
      return {
        pointer: `${at}/${token(additionalProperty)}`,
        message: `remove ${additionalProperty}: it is not known here`,
      };
    case "type":
      return { pointer: at, message: `${name} must be ${wanted(type)}, but is ${given(error)}` };
    case "enum":
      return { pointer: at, message: `${name} must be one of ${JSON.stringify(error.schema)}` };
    case "minLength":
      return { pointer: at, message: `${name} is too short: give at least ${limit} character(s)` };
    case "maxLength":
      return { pointer: at, message: `${name} is too long: give at most ${limit} characters` };
    case "minItems":
      return { pointer: at, message: `${name} has too few items: give at least ${limit}` };
    case "maxItems":
      return { pointer: at, message: `${name} has too many items: send at most ${limit} an event` };
    case "format":
    case "pattern":
      return { pointer: at, message: `${name} is not in the form expected${exampleOf(error)}` };
    default:
      // "must be >= 0", "must NOT have duplicate items" and the like say all there is to say.
      return { pointer: at, message: `${name} ${error.message ?? "does not fit the schema"}` };
  }
}

/** What the schema says about a member: `: how long it took, in whole milliseconds`. */
function meaningOf(error: ErrorObject, member: string): string {
  const properties: unknown = error.parentSchema?.["properties"];
  const property =
    isJsonObject(properties) && Object.hasOwn(properties, member) && properties[member];
  if (!isJsonObject(property) || typeof property["description"] !== "string") return "";
  const meaning = property["description"];
  return `: ${meaning.charAt(0).toLowerCase()}${meaning.slice(1).replace(/\.$/, "")}`;
}

function exampleOf(error: ErrorObject): string {
  const examples: unknown = error.parentSchema?.["examples"];
  if (Array.isArray(examples)) return `, such as ${JSON.stringify(examples[0])}`;
  const meaning: unknown = error.parentSchema?.["description"];
  return typeof meaning === "string" ? `: ${meaning}` : "";
}

/** What is called what in a message; an item of a list has no name of its own. */
function nameOf(pointer: string): string {
  const last = pointer.slice(pointer.lastIndexOf("/") + 1);
  return /^\d+$/.test(last) ? `item ${last}` : last.replaceAll("~1", "/").replaceAll("~0", "~");
}

function token(member: string): string {
  return member.replaceAll("~", "~0").replaceAll("/", "~1");
}

const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ["string", "a string"],
  ["integer", "a whole number"],
  ["number", "a number"],
  ["boolean", "true or false"],
  ["array", "a list"],
  ["object", "an object"],
]);

function wanted(type: string | readonly string[]): string {
  const types = typeof type === "string" ? type.split(",") : type;
  return types.map((name) => TYPE_WORDS.get(name) ?? name).join(" or ");
}

/** Numbers as they are, of anything else only what it is: it may be long, or a secret. */
function given({ data }: ErrorObject): string {
  if (data === null) return "null";
  if (typeof data === "number" || typeof data === "boolean") return String(data);
  if (typeof data === "string") return "a string";
  return Array.isArray(data) ? "a list" : "an object";
}
