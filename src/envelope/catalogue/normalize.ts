import { canonicalPayload, canonicalType } from "./aliases.js";
import { isJsonObject } from "./json-object.js";
import { normalizeLogEntries } from "./log-entry.js";

/** As much of a draft as its type and payload are concerned. */
export interface DraftLike {
  readonly type: string;
  readonly payload: unknown;
}

/**
 * The draft under its canonical type, with the payload in the form in which it is stored. Idempotent; the
 * same object when nothing changes, and whatever else the draft holds is carried over. A payload that is
 * no object stays as it is, for validation to refuse.
 */
export function normalizeDraft<D extends DraftLike>(draft: D): D {
  const type = canonicalType(draft.type);
  let payload = draft.payload;
  if (isJsonObject(payload)) {
    payload = canonicalPayload(draft.type, payload);
    if (type === "log.appended" && isJsonObject(payload)) payload = normalizeLogEntries(payload);
  }
  return type === draft.type && payload === draft.payload ? draft : { ...draft, type, payload };
}
