import stringify from "fast-json-stable-stringify";
import { findUncanonical } from "./canonical.js";
import type { EventEnvelope, JsonObject } from "./envelope.js";
import { HASH_PATTERN, hashText } from "./hash.js";
import { parseScope, TENANT_PATTERN } from "./scope.js";

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

function readCanonicalObject(bytes: Uint8Array): { object: JsonObject; text: string } {
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
  const flaw = findUncanonical(value);
  if (flaw) throw new MalformedEnvelopeError("canonical", flaw.pointer, flaw.reason);
  if (stringify(value) !== text) {
    throw new MalformedEnvelopeError("canonical", "", "is not in canonical form (RFC 8785)");
  }
  return { object: value as JsonObject, text };
}

/**
 * The envelope that stored bytes hold. Guarantees canonical bytes, the shape of an envelope, and a hash
 * that fits its content; its place in the chain is for the caller to check.
 *
 * @throws MalformedEnvelopeError
 */
export function parseEnvelope(bytes: Uint8Array): EventEnvelope {
  const { object, text } = readCanonicalObject(bytes);
  for (const key of Object.keys(object)) {
    if (!Object.hasOwn(MEMBERS, key))
      throw new MalformedEnvelopeError("shape", `/${key}`, "is not a member of an envelope");
  }
  for (const [key, fits] of Object.entries(MEMBERS)) {
    if (!fits(object[key]))
      throw new MalformedEnvelopeError("shape", `/${key}`, "is missing or malformed");
  }
  const envelope = object as unknown as EventEnvelope;
  if ((envelope.index === 1) !== (envelope.prev === null)) {
    throw new MalformedEnvelopeError("shape", "/prev", "is null at index 1, and only there");
  }
  // The text is canonical, so without its hash member it is the canonical form of all the rest. Before
  // that member only actor, causationId and correlationId can stand, and a quote in them is escaped.
  if (hashText(text.replace(`,"hash":"${envelope.hash}"`, "")) !== envelope.hash) {
    throw new MalformedEnvelopeError("hash", "/hash", "is not the hash of this envelope");
  }
  return envelope;
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
  scope: (value) => typeof value === "string" && parseScope(value) !== undefined,
  index: (value) => Number.isSafeInteger(value) && (value as number) >= 1,
  prev: (value) => value === null || matching(HASH_PATTERN)(value),
  correlationId: nonEmpty,
  causationId: optional(nonEmpty),
  traceparent: optional(nonEmpty),
  occurredAt: nonEmpty,
  source: nonEmpty,
  actor: optional(object),
  payload: object,
  hash: matching(HASH_PATTERN),
};
