import assert from "node:assert/strict";
import { canonicalHash, canonicalText } from "./json.js";
import type { Envelope } from "./requests.js";

/**
 * The envelopes that texts in the order of a timeline are, once it is shown that each is canonical, that
 * its hash is its own, and that it follows the event before it in its scope.
 */
export function verified(texts: readonly string[]): Envelope[] {
  const heads = new Map<string, Envelope>();
  return texts.map((text) => {
    const envelope = JSON.parse(text) as Envelope;
    const at = `${envelope.scope} ${envelope.index}`;
    assert.equal(canonicalText(envelope), text, `${at} is not in canonical form`);
    const { hash, ...rest } = envelope;
    assert.equal(hash, canonicalHash(rest), `the hash of ${at}`);
    const head = heads.get(envelope.scope);
    assert.equal(envelope.index, (head?.index ?? 0) + 1, `the index of ${at}`);
    assert.equal(envelope.prev, head?.hash ?? null, `what is before ${at}`);
    heads.set(envelope.scope, envelope);
    return envelope;
  });
}
