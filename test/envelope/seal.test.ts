import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalize } from "../../src/envelope/canonical.js";
import { hashEnvelope, hashText, portableSha256, sha256Hex } from "../../src/envelope/hash.js";
import { MalformedEnvelopeError, parseEnvelope } from "../../src/envelope/parse.js";
import { peekEnvelope } from "../../src/log/peek.js";
import { EMPTY_CHAIN, prepareSeal, type ChainHead } from "../../src/envelope/seal.js";
import { unsealed } from "./arbitraries.js";

const head: fc.Arbitrary<ChainHead> = fc.oneof(
  fc.constant(EMPTY_CHAIN),
  fc.record({ index: fc.integer({ min: 1, max: 1e12 }), hash: fc.string().map(hashText) }),
);

test("what is sealed is the canonical text of the whole envelope, with the hash of all the rest", () => {
  fc.assert(
    fc.property(unsealed, head, (event, behind) => {
      const { text, hash, index } = prepareSeal(event).seal(behind);
      const envelope = { ...event, index: behind.index + 1, prev: behind.hash };
      expect(index).toBe(behind.index + 1);
      expect(hash).toBe(hashEnvelope(envelope));
      expect(text).toBe(canonicalize({ ...envelope, hash }));
    }),
  );
});

test("what is sealed is read back as it was", () => {
  fc.assert(
    fc.property(unsealed, head, (event, behind) => {
      const { text, hash, index } = prepareSeal(event).seal(behind);
      const bytes = new TextEncoder().encode(text);
      // Through text, because a parsed `__proto__` member and a written one compare unlike.
      expect(canonicalize(parseEnvelope(bytes))).toBe(text);
      const { id, type, correlationId } = event;
      expect(peekEnvelope(bytes)).toEqual({ id, type, correlationId, hash, index });
    }),
  );
});

test("an event sealed again behind another head differs in index, prev and hash only", () => {
  fc.assert(
    fc.property(unsealed, head, (event, behind) => {
      const prepared = prepareSeal(event);
      const again = JSON.parse(prepared.seal(behind).text) as Record<string, unknown>;
      expect({ ...again, index: 1, prev: null, hash: "" }).toEqual({
        ...(JSON.parse(prepared.seal(EMPTY_CHAIN).text) as object),
        hash: "",
      });
    }),
  );
});

test("any one-byte tamper is found", () => {
  fc.assert(
    fc.property(unsealed, fc.nat(), fc.integer({ min: 1, max: 255 }), (event, at, change) => {
      const bytes = new TextEncoder().encode(prepareSeal(event).seal(EMPTY_CHAIN).text);
      const place = at % bytes.length;
      bytes[place] = (bytes[place] ?? 0) ^ change;
      expect(() => parseEnvelope(bytes)).toThrow(MalformedEnvelopeError);
    }),
    { numRuns: 500 },
  );
});

test("the portable SHA-256 and the native one agree", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.uint8Array(), (text, bytes) => {
      expect(portableSha256(text)).toBe(sha256Hex(text));
      expect(portableSha256(bytes)).toBe(sha256Hex(bytes));
    }),
  );
});
