import fc from "fast-check";
import { expect, test } from "vitest";
import {
  applyToTimeline,
  foldEvents,
  initialTimeline,
  timelineState,
  type Timeline,
} from "../../src/projections/timeline.js";
import { rollUp } from "../../src/projections/timeline-state.js";
import { log, RUN } from "./logs.js";

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
