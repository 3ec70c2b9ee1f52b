import { canonicalize, NotCanonicalError } from "../envelope/canonical.js";
import type { Catalogue } from "../envelope/catalogue/validate.js";
import { parseDraft, type Draft } from "../envelope/draft.js";
import type { Scope } from "../envelope/scope.js";
import { prepareSeal, type Prepared, type Unsealed } from "../envelope/seal.js";
import { encryptedLength } from "../personal/cipher.js";
import { holdsPersonal, readPersonal, type PersonalMember } from "../personal/personal-member.js";
import { redactDraft } from "../redaction/redact-draft.js";
import type { Redactor } from "../redaction/redactor.js";
import { eventIdGenerator } from "./event-id.js";
import { scopeKey, type PendingDraft } from "./pending.js";
import type { Invalid } from "./result.js";

/** What the publisher adds to a draft, and holds it against. */
export interface AdmissionContext {
  catalogue: Catalogue;
  origin: string;
  /** `source` of events whose draft names none. */
  source: string;
  /** Takes secrets out of payloads; undefined: they are stored as they come. */
  redactor: Redactor | undefined;
  /** Whether personal data can be encrypted. */
  takesPersonal: boolean;
  /** The largest envelope that the log takes. */
  maxBytes: number;
}

const newEventId = eventIdGenerator();

/** `hash`, `prev` and `index`, with their names. */
const PLACE_BYTES = 256;

/** Turns what a producer sent into a draft that can be committed, or says what is wrong with it. */
export function admit(
  tenant: string,
  scope: Scope,
  value: unknown,
  context: AdmissionContext,
): PendingDraft | Invalid {
  const verdict = parseDraft(value, context.catalogue);
  if (!verdict.ok) return { outcome: "invalid", ...verdict.flaw };
  try {
    const sent = value as Draft;
    const {
      draft,
      unsealed,
      prepared: plain,
    } = prepare(verdict.draft, sent, tenant, scope, context);
    const { maxBytes, takesPersonal } = context;
    const personal = holdsPersonal(plain.payload) ? readPersonal(draft.payload) : NONE;
    if (!personal.ok) return invalidAt(personal.flaw.pointer, personal.flaw.detail);
    const { members } = personal;
    const [first] = members;
    if (first && !takesPersonal) return invalidAt(first.pointer, "personal data is not taken here");
    const prepared = first ? unencrypted(plain, members) : plain;
    const room = maxBytes - PLACE_BYTES;
    // A code unit is at most three bytes, so most drafts need not be measured.
    if (prepared.length * 3 > room && prepared.byteLength() > room) {
      return {
        outcome: "invalid",
        code: "too-large",
        pointer: "",
        detail: `the event is larger than ${room} bytes; put large content elsewhere and refer to it`,
      };
    }
    return {
      tenant,
      scope,
      keys: [scope.path, ...scope.ancestors].map((path) => scopeKey(tenant, path)),
      id: unsealed.id,
      draft,
      personal: members,
      unsealed,
      prepared,
      sentHashes: [],
      stored: undefined,
    };
  } catch (error) {
    if (!(error instanceof NotCanonicalError)) throw error;
    const { pointer, reason } = error;
    return { outcome: "invalid", code: "invalid-event", pointer, detail: `${pointer} ${reason}` };
  }
}

const NONE = { ok: true as const, members: [] };

function invalidAt(pointer: string, detail: string): Invalid {
  const at = `/payload${pointer}`;
  return { outcome: "invalid", code: "invalid-event", pointer: at, detail: `${at}: ${detail}` };
}

/** As long as the event will be at most, and not to be sealed: personal data must not be stored as it is. */
function unencrypted(plain: Prepared, members: readonly PersonalMember[]): Prepared {
  const growth = members.reduce((sum, { value }) => {
    return sum + encryptedLength(Buffer.byteLength(canonicalize(value)));
  }, 0);
  return {
    payload: plain.payload,
    length: plain.length + growth,
    byteLength: () => plain.byteLength() + growth,
    seal: () => {
      throw new Error("personal data is to be encrypted before it is sealed");
    },
  };
}

/** The draft without its secrets, and the event that it makes. */
function prepare(
  draft: Draft,
  sent: Draft,
  tenant: string,
  scope: Scope,
  { catalogue, origin, source, redactor }: AdmissionContext,
): { draft: Draft; unsealed: Unsealed; prepared: Prepared } {
  const unsealed = complete(draft, tenant, scope, origin, source);
  const prepared = prepareSeal(unsealed);
  if (!redactor?.mayHold(prepared.payload)) return { draft, unsealed, prepared };
  const redacted = redactDraft(draft, sent, redactor, catalogue);
  if (redacted === draft) return { draft, unsealed, prepared };
  const event = { ...unsealed, payload: redacted.payload };
  return { draft: redacted, unsealed: event, prepared: prepareSeal(event) };
}

function complete(
  draft: Draft,
  tenant: string,
  scope: Scope,
  origin: string,
  source: string,
): Unsealed {
  const unsealed: Unsealed = {
    v: 1,
    id: draft.id ?? newEventId(),
    type: draft.type,
    origin,
    tenant,
    scope: scope.path,
    correlationId: draft.correlationId ?? scope.rootId,
    occurredAt: draft.occurredAt ?? new Date().toISOString(),
    source: draft.source ?? source,
    payload: draft.payload,
  };
  if (draft.causationId !== undefined) unsealed.causationId = draft.causationId;
  if (draft.traceparent !== undefined) unsealed.traceparent = draft.traceparent;
  if (draft.actor !== undefined) unsealed.actor = draft.actor;
  return unsealed;
}
