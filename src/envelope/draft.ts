import { explain } from "./catalogue/explain.js";
import type { Catalogue } from "./catalogue/validate.js";
import { draftValidator } from "./catalogue/validators.js";
import type { Actor, JsonObject } from "./envelope.js";

/** What a producer sends; the publisher fills in the rest of the envelope. */
export interface Draft {
  type: string;
  payload: JsonObject;
  /** Needed where the request does not name one scope for all. */
  scope?: string;
  /** Unique in its scope: sent again, the event is stored once. Default: a UUIDv7. */
  id?: string;
  correlationId?: string;
  causationId?: string;
  traceparent?: string;
  /** RFC 3339; stored in UTC with milliseconds. Default: the time of the append. */
  occurredAt?: string;
  source?: string;
  actor?: Actor;
  /** Append only if the scope is at this index; 0: only if it has no event. */
  expect?: { index: number };
}

/** Why something is not a draft. */
export interface DraftFlaw {
  code: "invalid-event" | "unknown-type";
  /** RFC 6901 pointer into the draft. */
  pointer: string;
  detail: string;
}

export type DraftVerdict = { ok: true; draft: Draft } | { ok: false; flaw: DraftFlaw };

/**
 * The draft that `value` is, under its canonical type and in the form in which it is stored; or the first
 * thing that is wrong with it. A member that a draft does not have is refused, so that a misspelt one is
 * noticed.
 */
export function parseDraft(value: unknown, catalogue: Catalogue): DraftVerdict {
  const validate = draftValidator();
  if (!validate(value)) {
    const { pointer, message } = explain(validate.errors ?? [], "the draft");
    // Verbose errors hold on to the draft.
    validate.errors = null;
    return flawed("invalid-event", pointer, message);
  }
  const draft = catalogue.normalize(value as Draft);
  const verdict = catalogue.validatePayload(draft.type, draft.payload);
  if (!verdict.ok) {
    const [{ code, pointer, message }] = verdict.problems;
    return code === "invalid-payload"
      ? flawed("invalid-event", `/payload${pointer}`, message)
      : flawed(code === "unknown-type" ? code : "invalid-event", "/type", message);
  }
  if (draft.occurredAt === undefined || UTC_MILLISECONDS.test(draft.occurredAt)) {
    return { ok: true, draft };
  }
  return { ok: true, draft: { ...draft, occurredAt: new Date(draft.occurredAt).toISOString() } };
}

const UTC_MILLISECONDS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function flawed(code: DraftFlaw["code"], pointer: string, detail: string): DraftVerdict {
  return { ok: false, flaw: { code, pointer, detail } };
}
