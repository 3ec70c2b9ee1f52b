import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { hashEnvelope } from "../../src/envelope/hash.js";
import { canonicalize } from "../../src/envelope/canonical.js";
import {
  MalformedEnvelopeError,
  parseCanonicalObject,
  parseEnvelope,
} from "../../src/envelope/parse.js";
import { EMPTY_CHAIN, prepareSeal, type Unsealed } from "../../src/envelope/seal.js";
import { vectors } from "./vectors.js";

const event: Unsealed = {
  v: 1,
  id: "event-0001",
  type: "run.started",
  origin: "runtrail.example/test",
  tenant: "acme",
  scope: "runs/r-42",
  correlationId: "r-42",
  occurredAt: "2026-03-01T09:30:00.000Z",
  source: "runner/host-3",
  payload: { workflowId: "nightly" },
};

function check(bytes: Uint8Array): string {
  try {
    parseEnvelope(bytes);
  } catch (error) {
    if (error instanceof MalformedEnvelopeError) return `${error.check} ${error.pointer}`.trim();
    throw error;
  }
  return "accepted";
}

describe("stored bytes", () => {
  test("that a strict reader must refuse are refused, each of them", () => {
    const lines = readFileSync(vectors("reject.ndjson"), "utf8").trim().split("\n");
    for (const line of lines) {
      const { id, b64 } = JSON.parse(line) as { id: string; b64: string };
      expect(() => parseCanonicalObject(Buffer.from(b64, "base64")), id).toThrow(
        MalformedEnvelopeError,
      );
    }
    expect(lines).toHaveLength(29);
  });

  test("that are canonical are accepted", () => {
    for (const line of readFileSync(vectors("accept.ndjson"), "utf8").trim().split("\n")) {
      const { b64 } = JSON.parse(line) as { b64: string };
      const bytes = Buffer.from(b64, "base64");
      expect(canonicalize(parseCanonicalObject(bytes))).toBe(bytes.toString());
    }
  });

  const suite = vectors("jsontestsuite/test_parsing");
  test("of the JSON test suite: what is no JSON is refused, what is JSON only in canonical form is accepted", () => {
    let accepted = 0;
    for (const file of readdirSync(suite)) {
      const bytes = readFileSync(`${suite}/${file}`);
      let value;
      try {
        value = parseCanonicalObject(bytes);
      } catch (error) {
        expect(error, file).toBeInstanceOf(MalformedEnvelopeError);
        continue;
      }
      expect(file.startsWith("n_"), file).toBe(false);
      expect(Buffer.from(canonicalize(value)).equals(bytes), file).toBe(true);
      accepted++;
    }
    expect(accepted).toBeGreaterThan(3);
  });

  const transform = vectors("jsontestsuite/test_transform");
  test("that parsers read differently are refused, or accepted as the one text they are", () => {
    const accepted = readdirSync(transform).filter((file) => {
      try {
        parseCanonicalObject(readFileSync(`${transform}/${file}`));
        return true;
      } catch (error) {
        expect(error, file).toBeInstanceOf(MalformedEnvelopeError);
        return false;
      }
    });
    // Composed and decomposed letters are different keys, in canonical order here; nothing is normalized.
    expect(accepted).toEqual(["object_key_nfd_nfc.json"]);
  });
});

describe("an envelope", () => {
  const sealed = JSON.parse(prepareSeal(event).seal(EMPTY_CHAIN).text) as Record<string, unknown>;
  /** The envelope with other members, and a hash that fits them. */
  const withMembers = (members: Record<string, unknown>) => {
    const { hash: _hash, ...rest } = { ...sealed, ...members };
    const kept = Object.fromEntries(
      Object.entries(rest).filter(([, value]) => value !== undefined),
    );
    return Buffer.from(canonicalize({ ...kept, hash: hashEnvelope(kept as never) }));
  };

  test("as sealed is accepted", () => {
    expect(check(withMembers({}))).toBe("accepted");
    expect(check(withMembers({ index: 7, prev: `sha256:${"0".repeat(64)}` }))).toBe("accepted");
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["another version", { v: 2 }, "shape /v"],
    ["a member too many", { extra: 1 }, "shape /extra"],
    ["a member named as Object's own", { constructor: 1 }, "shape /constructor"],
    ["no id", { id: undefined }, "shape /id"],
    ["a scope that is none", { scope: "runs/../x" }, "shape /scope"],
    ["index 0", { index: 0 }, "shape /index"],
    ["a first event with a predecessor", { prev: `sha256:${"0".repeat(64)}` }, "shape /prev"],
    ["a later event without one", { index: 2 }, "shape /prev"],
    ["a predecessor in capitals", { index: 2, prev: `sha256:${"A".repeat(64)}` }, "shape /prev"],
    ["a payload that is a list", { payload: [] }, "shape /payload"],
  ])("with %s is refused", (_, members, expected) => {
    expect(check(withMembers(members))).toBe(expected);
  });

  test("with another hash is refused", () => {
    const hash = `sha256:${"0".repeat(64)}`;
    expect(check(Buffer.from(canonicalize({ ...sealed, hash })))).toBe("hash /hash");
  });
});
