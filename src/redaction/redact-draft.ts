import type { Catalogue } from "../envelope/catalogue/validate.js";
import type { Draft } from "../envelope/draft.js";
import { markEntries } from "./mark-entries.js";
import type { Redactor } from "./redactor.js";

/**
 * The draft without the secrets in its payload, in the form in which it is stored; the same object where
 * there are none.
 *
 * Secrets are looked for in what was sent: normalizing cuts long messages, and half a token no longer looks
 * like one. What was sent has been found valid, and is not held against its schema again: a placeholder may
 * be longer than what it stands for, and that must not keep the event from being stored.
 *
 * @param draft valid and normalized
 * @param sent what it was made of
 */
export function redactDraft(
  draft: Draft,
  sent: Draft,
  redactor: Redactor,
  catalogue: Catalogue,
): Draft {
  const redacted = redactor.redact(sent.payload);
  if (redacted === sent.payload) return draft;
  const { payload } = catalogue.normalize({ ...sent, payload: redacted });
  const isKnown = (name: string) => redactor.counts.has(name);
  return {
    ...draft,
    payload: draft.type === "log.appended" ? markEntries(payload, isKnown) : payload,
  };
}
