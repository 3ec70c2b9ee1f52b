import { canonicalize } from "./canonical.js";
import type { Actor, EventEnvelope, JsonObject } from "./envelope.js";
import { hashText, type Hash } from "./hash.js";

/** The newest event of a scope's chain; index 0 and no hash where the scope has no event yet. */
export interface ChainHead {
  index: number;
  hash: Hash | null;
}

export const EMPTY_CHAIN: ChainHead = { index: 0, hash: null };

/** All of an envelope that is known before its place in the chain is. */
export type Unsealed = Omit<EventEnvelope, "index" | "prev" | "hash">;

export interface Sealed {
  index: number;
  hash: Hash;
  /** The envelope's canonical text, hash included: what is stored. */
  text: string;
}

/** A prepared event: all that can be done before its place in the chain is known is done. */
export interface Prepared {
  /** Canonical text of the payload, behind its name. */
  payload: string;
  /** Length of the canonical text in UTF-16 code units, without `hash`, `index` and `prev`. */
  length: number;
  /** The same in bytes of UTF-8; takes a copy of the text to find out. */
  byteLength(): number;
  seal(head: ChainHead): Sealed;
}

/**
 * Does the costly, place-independent part of sealing once, and returns the cheap rest: `seal` puts the
 * event behind a given head. An event that lost a race for its place is sealed again by calling
 * `seal` again.
 *
 * The canonical text is put together member by member in canonical order (actor, causationId,
 * correlationId, hash, id, index, occurredAt, origin, payload, prev, scope, source, tenant, traceparent,
 * type, v), so the hash is taken over two pieces of text and then set between them.
 *
 * @throws NotCanonicalError, its pointer relative to the envelope
 */
export function prepareSeal(event: Unsealed): Prepared {
  const early: { actor?: Actor; causationId?: string; correlationId: string } = {
    correlationId: event.correlationId,
  };
  if (event.actor) early.actor = event.actor;
  if (event.causationId !== undefined) early.causationId = event.causationId;
  const beforeHash = canonicalize(early).slice(0, -1);

  // As a member, so that a flaw's pointer starts at the envelope: `{"payload":…}`.
  const payload = canonicalize({ payload: event.payload } satisfies JsonObject).slice(1, -1);
  const trace = event.traceparent === undefined ? "" : `"traceparent":${quote(event.traceparent)},`;
  const beforeIndex = `"id":${quote(event.id)},"index":`;
  const beforePrev = `,"occurredAt":${quote(event.occurredAt)},"origin":${quote(event.origin)},${payload},"prev":`;
  const rest =
    `,"scope":${quote(event.scope)},"source":${quote(event.source)},` +
    `"tenant":${quote(event.tenant)},${trace}"type":${quote(event.type)},"v":${event.v}}`;

  return {
    payload,
    length: beforeHash.length + beforeIndex.length + beforePrev.length + rest.length,
    byteLength: () => new TextEncoder().encode(beforeHash + beforeIndex + beforePrev + rest).length,
    seal: (head) => {
      const index = head.index + 1;
      const prev = head.hash === null ? "null" : `"${head.hash}"`;
      const afterHash = `${beforeIndex}${index}${beforePrev}${prev}${rest}`;
      const hash = hashText(`${beforeHash},${afterHash}`);
      return { index, hash, text: `${beforeHash},"hash":"${hash}",${afterHash}` };
    },
  };
}

/** The canonical text of a string. JSON.stringify writes it as RFC 8785 has it, if it is well-formed. */
function quote(text: string): string {
  return text.isWellFormed() ? JSON.stringify(text) : canonicalize(text);
}
