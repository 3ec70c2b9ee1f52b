import fc from "fast-check";
import { expect, test } from "vitest";
import { CATALOGUE_TYPES, type CatalogueType } from "../../src/envelope/catalogue/catalogue.js";
import { schemas } from "../../src/envelope/catalogue/schemas.generated.js";
import type { EventEnvelope, JsonObject, JsonValue } from "../../src/envelope/envelope.js";
import {
  applyToTimeline,
  foldEvents,
  initialTimeline,
  timelineState,
  type Timeline,
} from "../../src/projections/timeline.js";
import { rollUp } from "../../src/projections/timeline-state.js";
import { eventOf } from "./events.js";

const RUN = "runs/r";
const SCOPES = [
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

interface Placed {
  sequence: number;
  event: EventEnvelope;
}

/** Events in the order of the log, with holes in chains and repeated ones, and times that go back. */
const log: fc.Arbitrary<Placed[]> = fc
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

const RUNS = { numRuns: 1000 };

test("a state goes on the same when it is stored and read back in between", () => {
  fc.assert(
    fc.property(log, fc.nat(), (events, at) => {
      const through = initialTimeline(RUN);
      let stored = initialTimeline(RUN);
      events.forEach(({ event, sequence }, i) => {
        if (i === at % (events.length + 1)) {
          stored = JSON.parse(JSON.stringify(stored)) as Timeline;
        }
        applyToTimeline(through, event, sequence);
        applyToTimeline(stored, event, sequence);
      });
      expect(JSON.stringify(stored)).toBe(JSON.stringify(through));
      expect(JSON.parse(JSON.stringify(through))).toEqual(through);
      expect(JSON.stringify(timelineState(stored))).toBe(JSON.stringify(timelineState(through)));
    }),
    RUNS,
  );
});

test("a timeline is the same from its events as from the states of its scopes, in any order", () => {
  fc.assert(
    fc.property(log, fc.infiniteStream(fc.nat()), (events, random) => {
      const timeline = initialTimeline(RUN);
      for (const { event, sequence } of events) applyToTimeline(timeline, event, sequence);
      const { own, below } = JSON.parse(JSON.stringify(timeline)) as Timeline;
      const shuffled = Object.values(below)
        .map((state) => ({ state, place: random.next().value as number }))
        .sort((one, other) => one.place - other.place)
        .map(({ state }) => state);
      const folded = JSON.stringify(foldEvents(RUN, events));
      expect(JSON.stringify(rollUp(own, shuffled))).toBe(folded);
      expect(JSON.stringify(JSON.parse(folded))).toBe(folded);
    }),
    RUNS,
  );
});

test("events that come again change nothing", () => {
  fc.assert(
    fc.property(log, fc.nat(), fc.nat(), (events, from, to) => {
      const again = events.slice(0, to % (events.length + 1));
      const repeated = [...again, ...again.slice(from % (again.length + 1))];
      const once = JSON.stringify(foldEvents(RUN, again));
      expect(JSON.stringify(foldEvents(RUN, repeated))).toBe(once);
    }),
    RUNS,
  );
});

test("a scope never leaves its end, and every event is counted or missing", () => {
  fc.assert(
    fc.property(log, (events) => {
      const timeline = initialTimeline(RUN);
      for (const { event, sequence } of events) {
        const before = event.scope === RUN ? timeline.own : timeline.below[event.scope];
        const ended = before?.endedAt ? structuredClone(before) : undefined;
        applyToTimeline(timeline, event, sequence);
        const state = event.scope === RUN ? timeline.own : timeline.below[event.scope];
        if (!state) throw new Error("the scope has no state");
        expect(state.counts.events + state.missing).toBe(state.index);
        expect(state.counts.late).toBeLessThan(state.counts.events);
        if (!ended) continue;
        const { status, percentage, endedAt, error, about, timings, attempts, lease } = ended;
        expect(state).toMatchObject({ status, percentage, endedAt, error });
        expect({ about, timings, attempts, lease }).toEqual({
          about: state.about,
          timings: state.timings,
          attempts: state.attempts,
          lease: state.lease,
        });
      }
    }),
    RUNS,
  );
});
