import { setImmediate as nextTurn } from "node:timers/promises";
import { problem, ProblemError } from "../../wire/problem.js";
import type { Gateway } from "../gateway.js";
import { parseJson, type Parsed } from "../json.js";
import { appendAllOrNone, appendDraft, type Target } from "./append-draft.js";
import { arrayItems } from "./array-items.js";
import { MAX_ARRAY_DRAFTS, MAX_DRAFT_BYTES } from "./limits.js";
import type { DraftResult, UnstoredResult } from "./result.js";

/**
 * Appends the drafts of a JSON array, each for itself or all or none. One result a draft, in order.
 *
 * @throws ProblemError `malformed-json`, `too-large`: then nothing is stored
 */
export async function appendArray(
  gateway: Gateway,
  target: Target,
  text: Uint8Array,
  isAtomic: boolean,
): Promise<DraftResult[]> {
  const drafts = text.length <= MAX_DRAFT_BYTES ? parseSmall(text) : await splitLarge(text);
  if (drafts.length > MAX_ARRAY_DRAFTS) {
    throw new ProblemError(
      problem(
        "too-large",
        `An array may hold ${MAX_ARRAY_DRAFTS} drafts. Send more of them as application/x-ndjson.`,
      ),
    );
  }
  if (isAtomic) {
    const oversized = drafts.findIndex((draft) => draft.isTooLarge);
    if (oversized >= 0) throw new ProblemError(draftTooLarge().problem);
    return appendAllOrNone(
      gateway,
      target,
      drafts.map((draft) => draft.value()),
    );
  }
  const results: Promise<DraftResult>[] = [];
  for await (const draft of paced(drafts)) {
    const result = draft.isTooLarge
      ? Promise.resolve(draftTooLarge())
      : appendDraft(gateway, target, draft.value());
    results.push(result);
  }
  return Promise.all(results);
}

/** A draft whose text is known to be JSON; large ones are held as text until their turn comes. */
interface ReadDraft {
  bytes: number;
  isTooLarge: boolean;
  value: () => unknown;
}

function parseSmall(text: Uint8Array): ReadDraft[] {
  const values = valueOf(parseJson(text)) as unknown[];
  return values.map((value) => ({ bytes: 0, isTooLarge: false, value: () => value }));
}

async function splitLarge(text: Uint8Array): Promise<ReadDraft[]> {
  const items = arrayItems(text, MAX_ARRAY_DRAFTS);
  if (!items) throw malformed("Its brackets do not match.");
  if (items.length > MAX_ARRAY_DRAFTS) return items.map(heldAsText);
  const drafts = items.map(heldAsText);
  // All are parsed once before any is stored: an array that is not JSON has no drafts.
  let place = 0;
  for await (const draft of paced(drafts)) {
    const parsed = draft.isTooLarge ? undefined : parseJson(items[place] ?? new Uint8Array());
    if (parsed?.ok === false) throw malformed(`Item ${place}: ${parsed.problem.detail}`);
    place++;
  }
  return drafts;
}

function heldAsText(text: Uint8Array): ReadDraft {
  return {
    bytes: text.length,
    isTooLarge: text.length > MAX_DRAFT_BYTES,
    value: () => valueOf(parseJson(text)),
  };
}

/** The drafts, with a pause for everyone else's requests after each MiB of text. */
async function* paced(drafts: readonly ReadDraft[]): AsyncGenerator<ReadDraft> {
  let bytes = 0;
  for (const draft of drafts) {
    yield draft;
    bytes += draft.bytes;
    if (bytes < MAX_DRAFT_BYTES) continue;
    bytes = 0;
    await nextTurn();
  }
}

function valueOf(parsed: Parsed): unknown {
  if (!parsed.ok) throw new ProblemError(parsed.problem);
  return parsed.value;
}

function malformed(detail: string): ProblemError {
  return new ProblemError(problem("malformed-json", detail));
}

export function draftTooLarge(): UnstoredResult {
  const detail = "A draft may have 1 MiB; put large content elsewhere and refer to it.";
  return { outcome: "invalid", problem: problem("too-large", detail, { pointer: "" }) };
}
