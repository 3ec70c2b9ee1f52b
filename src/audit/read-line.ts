import { MAX_DEPTH } from "../envelope/canonical.js";
import type { JsonObject } from "../envelope/envelope.js";
import { demandEnvelope, MalformedEnvelopeError, readCanonicalObject } from "../envelope/parse.js";
import { isScopePath, TENANT_PATTERN } from "../envelope/scope.js";
import type { BundleHeader } from "./bundle-line.js";
import { hasOnly, isCount, isObject, isTexts } from "./json-shape.js";
import { readPlace, type Place } from "./place.js";
import { MalformedVerifierKeyError, parseVerifierKey } from "./verifier-key.js";

/** Why a line is none of a bundle, or holds no event. */
export interface LineFlaw {
  check: "canonical" | "shape" | "hash";
  detail: string;
}

/** A line of a bundle as it is read: what can be known from the line alone is checked. */
export type ReadLine =
  | { kind: "bundle"; header: BundleHeader }
  | { kind: "place"; place: Place; flaw: LineFlaw | undefined }
  | { kind: "receipt" | "checkpoint"; note: string }
  | { kind: "consistency"; from: number; proof: readonly string[] }
  /** `was` is what it says that it is. */
  | { kind: "unreadable"; flaw: LineFlaw; was: string | undefined };

/** Where the event starts in its line. */
const EVENT = '{"event":';
/** What stands behind it. Neither the leaf nor the proof can hold that again. */
const BEHIND_EVENT = ',"kind":"event","leaf":{';

/** Reads a line, without its line end. */
export function readBundleLine(bytes: Uint8Array): ReadLine {
  try {
    // The event may be nested as deeply as events may be, and is itself in the line.
    const { object, text } = readCanonicalObject(bytes, MAX_DEPTH + 1);
    return readObject(object, text);
  } catch (error) {
    if (!(error instanceof MalformedEnvelopeError)) throw error;
    return readUncanonical(bytes, flawOf(error));
  }
}

function readObject(object: JsonObject, text: string): ReadLine {
  const { kind, note, from, proof } = object;
  switch (kind) {
    case "event":
    case "redacted":
    case "trimmed":
    case "missing":
    case "foreign":
    case "hidden": {
      const place = readPlace(object);
      if (!place) return unreadable(kind, "what it holds besides the event is malformed");
      return kind === "event" ? readEvent(place, object, text) : placed(place);
    }
    case "receipt":
    case "checkpoint":
      return typeof note === "string" && hasOnly(object, "kind", "note")
        ? { kind, note }
        : unreadable(kind, "it holds no note");
    case "consistency":
      return isCount(from) && isTexts(proof) && hasOnly(object, "from", "kind", "proof")
        ? { kind, from, proof }
        : unreadable(kind, "its size or its proof is malformed");
    case "bundle":
      return readHeader(object);
    default:
      return unreadable(undefined, "it is none of the kinds of lines that a bundle has");
  }
}

function readEvent(place: Place, { event }: JsonObject, text: string): ReadLine {
  const eventText = text.slice(EVENT.length, text.lastIndexOf(BEHIND_EVENT));
  try {
    // The place has shown that it is an object.
    return placed({ ...place, event: demandEnvelope(event as JsonObject, eventText) });
  } catch (error) {
    if (!(error instanceof MalformedEnvelopeError)) throw error;
    return placed(place, flawOf(error));
  }
}

function readHeader(object: JsonObject): ReadLine {
  const { v, origin, tenant, scope, size, verifierKeys } = object;
  const isHeader =
    v === 1 &&
    typeof origin === "string" &&
    origin !== "" &&
    typeof tenant === "string" &&
    TENANT_PATTERN.test(tenant) &&
    typeof scope === "string" &&
    (scope === "" || isScopePath(scope)) &&
    isCount(size) &&
    isTexts(verifierKeys) &&
    hasOnly(object, "kind", "origin", "scope", "size", "tenant", "v", "verifierKeys");
  if (!isHeader) return unreadable("bundle", "a member of the header is missing or malformed");
  try {
    verifierKeys.forEach(parseVerifierKey);
  } catch (error) {
    if (!(error instanceof MalformedVerifierKeyError)) throw error;
    return unreadable("bundle", error.message);
  }
  const header: BundleHeader = { kind: "bundle", v, origin, tenant, scope, size, verifierKeys };
  return { kind: "bundle", header };
}

/** What can still be made out of a line that is not canonical: where it stands, so that it is one finding. */
function readUncanonical(bytes: Uint8Array, flaw: LineFlaw): ReadLine {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return { kind: "unreadable", flaw, was: undefined };
  }
  if (!isObject(value)) return { kind: "unreadable", flaw, was: undefined };
  const place = readPlace(value);
  const { kind } = value;
  if (place) return placed(place, flaw);
  return { kind: "unreadable", flaw, was: typeof kind === "string" ? kind : undefined };
}

function placed(place: Place, flaw?: LineFlaw): ReadLine {
  return { kind: "place", place, flaw };
}

function unreadable(was: string | undefined, detail: string): ReadLine {
  return { kind: "unreadable", flaw: { check: "shape", detail }, was };
}

function flawOf({ check, pointer, reason }: MalformedEnvelopeError): LineFlaw {
  return { check, detail: `${pointer || "it"} ${reason}` };
}
