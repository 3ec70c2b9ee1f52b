import fc from "fast-check";
import { CATALOGUE_TYPES, type CatalogueType } from "../../src/envelope/catalogue/catalogue.js";
import { schemas } from "../../src/envelope/catalogue/schemas.generated.js";
import type { EventEnvelope, JsonObject, JsonValue } from "../../src/envelope/envelope.js";
import { eventOf } from "./events.js";

/** The timeline that {@link log} is of. */
export const RUN = "runs/r";
export const SCOPES = [
  RUN,
  "runs/r/jobs/a",
  "runs/r/jobs/__proto__",
  "runs/r/pack-runs/p",
  "runs/r/pack-runs/p/jobs/b",
  "runs/r/pack-runs/q/jobs/c",
];

const name = fc.constantFrom("a", "b", "__proto__", "constructor", "10", "2", "");
const odd: fc.Arbitrary<JsonValue> = fc.oneof(
  name,
  fc.constantFrom(0, 1, 2, 3, 100, -1, 0.5, 1e300),
  fc.constantFrom("error", "WARN", "stdout", "business", "2026-03-01T09:30:00+02:00"),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as JsonValue),
);
const MEMBERS = [
  ...["nodeId", "approvalId", "stepId", "leaseId", "attempt", "percentage", "error", "durationMs"],
  ...["entries", "exitCode", "reason", "name", "droppedEntries", "__proto__", "decidedBy"],
];
const entry = fc.dictionary(
  fc.constantFrom("at", "level", "message", "nodeId", "isMilestone", "category", "stream"),
  fc.oneof(odd, fc.constant(true)),
);
const payloadOf = (type: CatalogueType): fc.Arbitrary<JsonObject> => {
  const examples = schemas[`payloads/${type}.json`].examples as JsonObject[];
  const others = fc.array(fc.tuple(fc.constantFrom(...MEMBERS), odd), { maxLength: 2 });
  const entries = fc.array(entry, { maxLength: 4 });
  return fc
    .tuple(fc.constantFrom(...examples), others, fc.oneof(fc.constant(undefined), entries))
    .map(([example, members, list]): JsonObject => {
      // As JSON.parse makes it: an own `__proto__` included.
      const payload: JsonObject = Object.fromEntries([...Object.entries(example), ...members]);
      return list ? { ...payload, entries: list } : payload;
    });
};
const told = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .constantFrom(...CATALOGUE_TYPES)
      .chain((type) => fc.record({ type: fc.constant<string>(type), payload: payloadOf(type) })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom("deploy.step", "__proto__", "run.exploded", "7"),
      payload: fc.dictionary(fc.constantFrom(...MEMBERS), odd),
    }),
  },
);

export interface Placed {
  sequence: number;
  event: EventEnvelope;
}

/** Events in the order of the log, with holes in chains and repeated ones, and times that go back. */
export const log: fc.Arbitrary<Placed[]> = fc
  .array(
    fc.record({
      told,
      scope: fc.constantFrom(...SCOPES),
      step: fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 0, -1),
      at: fc.integer({ min: 0, max: 100 }),
    }),
    { maxLength: 80 },
  )
  .map((items) => {
    const indices = new Map<string, number>();
    return items.map(({ told: { type, payload: given }, scope, step, at }, i) => {
      const index = Math.max(1, (indices.get(scope) ?? 0) + step);
      indices.set(scope, Math.max(index, indices.get(scope) ?? 0));
      return { sequence: i + 1, event: eventOf({ type, payload: given, at, scope, index }) };
    });
  });
