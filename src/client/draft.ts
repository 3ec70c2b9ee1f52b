import { v7 as uuidv7 } from "uuid";
import type { Actor, JsonObject } from "../envelope/envelope.js";
import { problem, type Problem } from "../wire/problem.js";

/** An event to append. The publisher fills in the rest of its envelope. */
export interface Draft {
  type: string;
  payload: JsonObject;
  /** Needed where `append` is not told one scope for all. */
  scope?: string;
  /** Unique in its scope: sent again, the event is stored once. Default: a UUIDv7, made by the client. */
  id?: string;
  correlationId?: string;
  causationId?: string;
  traceparent?: string;
  /** RFC 3339, UTC, milliseconds. Default: when the server takes it. */
  occurredAt?: string;
  source?: string;
  actor?: Actor;
  /** Append only if the scope's last index is this one; 0 means that the scope must not exist yet. */
  expect?: { index: number };
}

/** The longest text of one draft that the server takes. */
const MAX_DRAFT_BYTES = 1024 * 1024;
/** The server takes no more in one request. */
const MAX_DRAFTS = 1000;
/** Well below what the server takes in one request, 16 MiB. */
const MAX_REQUEST_LENGTH = 4 * 1024 * 1024;

const utf8 = new TextEncoder();

/** An id made before the first attempt is what lets the next one be recognised. */
export function withId(draft: Draft): Draft {
  return draft.id === undefined ? { ...draft, id: uuidv7() } : draft;
}

/** Drafts, as JSON, in requests that the server takes. */
export function* batchesOf(texts: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let length = 0;
  for (const text of texts) {
    if (
      batch.length === MAX_DRAFTS ||
      (batch.length > 0 && length + text.length > MAX_REQUEST_LENGTH)
    ) {
      yield batch;
      batch = [];
      length = 0;
    }
    batch.push(text);
    length += text.length;
  }
  if (batch.length > 0) yield batch;
}

/** Whether the server would refuse the draft for its length. */
export function isTooLarge(text: string): boolean {
  // A code unit is at most three bytes of UTF-8: nearly every draft is known to fit without encoding it.
  return text.length * 3 > MAX_DRAFT_BYTES && utf8.encode(text).length > MAX_DRAFT_BYTES;
}

export function tooLarge(): Problem {
  const detail = "A draft may have 1 MiB; put large content elsewhere and refer to it.";
  return problem("too-large", detail, { pointer: "" });
}
