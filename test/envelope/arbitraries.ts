import fc from "fast-check";
import { findUncanonical } from "../../src/envelope/canonical.js";
import type { JsonObject } from "../../src/envelope/envelope.js";
import type { Unsealed } from "../../src/envelope/seal.js";

export const payload = fc
  .dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }))
  .filter((value): value is JsonObject => findUncanonical(value) === undefined);

const reference = fc.stringMatching(/^[!#-[\]-~]{1,128}$/);

/** Events as the publisher makes them of drafts. */
export const unsealed: fc.Arbitrary<Unsealed> = fc.record(
  {
    v: fc.constant(1 as const),
    id: fc.stringMatching(/^[A-Za-z0-9_:-]{8,64}$/),
    type: fc.stringMatching(/^[a-z][a-z0-9_]{0,20}\.[a-z][a-z0-9_]{0,20}$/),
    origin: fc.constant("runtrail.example/test"),
    tenant: fc.stringMatching(/^[a-z0-9-]{1,63}$/),
    scope: fc.constantFrom("runs/r-1", "runs/r-1/jobs/build", "pack-runs/p@1/jobs/x~y", "jobs/j"),
    correlationId: reference,
    causationId: reference,
    traceparent: fc.constant("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    occurredAt: fc.constant("2026-03-01T09:30:00.000Z"),
    source: fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
    actor: fc.record(
      {
        subject: fc.string({ unit: "grapheme", minLength: 1 }),
        scopes: fc.array(fc.string({ unit: "grapheme" })),
      },
      { requiredKeys: ["subject"] },
    ),
    payload,
  },
  {
    requiredKeys: [
      "v",
      "id",
      "type",
      "origin",
      "tenant",
      "scope",
      "correlationId",
      "occurredAt",
      "source",
      "payload",
    ],
  },
);
