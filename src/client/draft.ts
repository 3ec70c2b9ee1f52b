import { v7 as uuidv7 } from "uuid";
import type { Draft } from "../envelope/draft.js";
import { problem, type Problem } from "../wire/problem.js";

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
export function* batchesOf(texts: Iterable<string>): Generator<string[]> {
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
