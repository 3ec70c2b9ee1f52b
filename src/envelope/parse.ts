import { isCanonicalJson } from "./canonical-bytes.js";
import { findUncanonical, MAX_DEPTH } from "./canonical.js";
import type { EventEnvelope, JsonObject } from "./envelope.js";
import { HASH_PATTERN, hashText } from "./hash.js";
import { isScopePath, TENANT_PATTERN } from "./scope.js";

/** Stored bytes that are not what was sealed. */
export class MalformedEnvelopeError extends Error {
  override readonly name = "MalformedEnvelopeError";
  constructor(
    readonly check: "canonical" | "shape" | "hash",
    readonly pointer: string,
    readonly reason: string,
  ) {
    super(`${check}: ${pointer === "" ? "the envelope" : pointer} ${reason}`);
  }
}

/** Fatal, so that bytes that are no UTF-8 are refused; and a byte order mark is kept, to be refused as JSON. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads canonical JSON strictly: the bytes must be the one canonical text (RFC 8785) of the object that
 * they hold. That one comparison finds duplicate keys, odd escapes, white space and number forms.
 *
 * @throws MalformedEnvelopeError (`canonical`)
 */
export function parseCanonicalObject(bytes: Uint8Array): JsonObject {
  return readCanonicalObject(bytes).object;
}

/** The same, and the text; `depth` is how deeply arrays and objects may be nested. */
export function readCanonicalObject(
  bytes: Uint8Array,
  depth = MAX_DEPTH,
): { object: JsonObject; text: string } {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
    value = JSON.parse(text);
  } catch (cause) {
    throw new MalformedEnvelopeError("canonical", "", `is not JSON in UTF-8: ${String(cause)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new MalformedEnvelopeError("canonical", "", "is not a JSON object");
  }
  if (!isCanonicalJson(bytes, depth)) throw notCanonical(value);
  return { object: value as JsonObject, text };
}

/** Says why the text of a value is not canonical. */
function notCanonical(value: unknown): MalformedEnvelopeError {
  const { pointer, reason } = findUncanonical(value) ?? {
    pointer: "",
    reason: "is not in canonical form (RFC 8785)",
  };
  return new MalformedEnvelopeError("canonical", pointer, reason);
}

/**
 * The envelope that stored bytes hold. Guarantees canonical bytes, the shape of an envelope, and a hash
 * that fits its content; its place in the chain is for the caller to check.
 *
 * @throws MalformedEnvelopeError
 */
export function parseEnvelope(bytes: Uint8Array): EventEnvelope {
  const { object, text } = readCanonicalObject(bytes);
  return demandEnvelope(object, text);
}

/**
 * The envelope that an object is, of which the text is known to be canonical.
 *
 * @throws MalformedEnvelopeError (`shape`, `hash`)
 */
export function demandEnvelope(object: JsonObject, text: string): EventEnvelope {
  for (const key in object) {
    if (!Object.hasOwn(MEMBERS, key))
      throw new MalformedEnvelopeError("shape", `/${key}`, "is not a member of an envelope");
  }
  for (const [key, fits] of MEMBER_CHECKS) {
    if (!fits(object[key]))
      throw new MalformedEnvelopeError("shape", `/${key}`, "is missing or malformed");
  }
  const envelope = object as unknown as EventEnvelope;
  if ((envelope.index === 1) !== (envelope.prev === null)) {
    throw new MalformedEnvelopeError("shape", "/prev", "is null at index 1, and only there");
  }
  // The text is canonical, so without its hash member it is the canonical form of all the rest. Before
  // that member only actor, causationId and correlationId can stand, and a quote in them is escaped.
  const member = `,"hash":"${envelope.hash}"`;
  const at = text.indexOf(member);
  if (hashText(text.slice(0, at) + text.slice(at + member.length)) === envelope.hash) {
    return envelope;
  }
  throw HASH_PATTERN.test(envelope.hash)
    ? new MalformedEnvelopeError("hash", "/hash", "is not the hash of this envelope")
    : new MalformedEnvelopeError("shape", "/hash", "is missing or malformed");
}

type Fits = (value: unknown) => boolean;
const nonEmpty: Fits = (value) => typeof value === "string" && value !== "";
const optional =
  (fits: Fits): Fits =>
  (value) =>
    value === undefined || fits(value);
const object: Fits = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const matching =
  (pattern: RegExp): Fits =>
  (value) =>
    typeof value === "string" && pattern.test(value);

const MEMBERS: Record<keyof EventEnvelope, Fits> = {
  v: (value) => value === 1,
  id: nonEmpty,
  type: nonEmpty,
  origin: nonEmpty,
  tenant: matching(TENANT_PATTERN),
  scope: (value) => typeof value === "string" && isScopePath(value),
  index: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  prev: (value) => value === null || matching(HASH_PATTERN)(value),
  correlationId: nonEmpty,
  causationId: optional(nonEmpty),
  traceparent: optional(nonEmpty),
  occurredAt: nonEmpty,
  source: nonEmpty,
  actor: optional(object),
  payload: object,
  // Its form shows when it is compared.
  hash: nonEmpty,
};

const MEMBER_CHECKS = Object.entries(MEMBERS);
