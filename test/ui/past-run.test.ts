import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventEnvelope } from "../../src/envelope/envelope.js";
import { foldEvents } from "../../src/projections/timeline.js";
import { applyToTimeline, initialTimeline } from "../../src/projections/timeline.js";
import { LogSearch } from "../../src/ui/log-view/log-search.js";
import { Keyframes, MAX_KEYFRAMES } from "../../src/ui/run/keyframes.js";
import { Lines } from "../../src/ui/run/lines.js";
import type { Note } from "../../src/ui/run/note.js";
import { MAX_RECORDS, Records } from "../../src/ui/run/records.js";
import { PastRun, type Source } from "../../src/ui/travel/past-run.js";
import { playOn, timeAt as timeThere } from "../../src/ui/travel/player.js";
import { eventOf, timeAt } from "../projections/events.js";
import { log, RUN } from "../projections/logs.js";

/** A timeline as a page has it, of which events come in one by one. */
function newSource(path = RUN) {
  const timeline = initialTimeline(path);
  const source = {
    path,
    correlationId: undefined,
    records: new Records(),
    lines: new Lines(),
    notes: [] as Note[],
    gaps: [] as number[],
    keyframes: new Keyframes(timeline),
    state: undefined,
    isCaughtUp: true,
    firstCorrelationId: undefined,
    version: () => 0,
    subscribe: () => () => undefined,
  } satisfies Source;
  const take = (event: EventEnvelope, sequence: number, text = JSON.stringify(event)) => {
    const { records, lines, keyframes } = source;
    applyToTimeline(timeline, event, sequence);
    if (event.type === "log.appended") lines.add(event, records.end);
    records.add({ kind: "event", sequence, cursor: `${sequence}.e`, event, text } as never);
    keyframes.offer(records.end, records.first, timeline);
  };
  return { source, timeline, take };
}

/** Events of a run, sequences ten apart, each with so many lines of log. */
function told(count: number, lines = 1, from = 1) {
  return Array.from({ length: count }, (_, i) => {
    const index = from + i;
    const entries = Array.from({ length: lines }, (_, j) => ({
      at: timeAt(index),
      level: index % 7 === 0 ? "error" : "info",
      message: `line ${(index - 1) * lines + j + 1}`,
      nodeId: `n${index % 9}`,
    }));
    const type = index % 10 === 1 ? "run.progress" : "log.appended";
    const payload = type === "run.progress" ? { percentage: index % 100 } : { entries };
    const event = eventOf({ type, payload, at: index, scope: RUN, index });
    return { sequence: index * 10, event };
  });
}

test("what was at any time is the fold of all events up to then, from whichever place one comes", () => {
  const moves = fc.array(fc.nat(), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(log, moves, (events, places) => {
      const { source, take } = newSource();
      for (const { event, sequence } of events) take(event, sequence);
      fc.pre(events.length > 0);
      const past = new PastRun(source, 0);
      for (const place of places) {
        const end = 1 + (place % events.length);
        past.goTo(events[end - 1]?.sequence ?? 0);
        expect(past.recordEnd).toBe(end);
        expect(past.state).toEqual(foldEvents(RUN, events.slice(0, end)));
      }
    }),
  );
});

test("it is the same across keyframes, of which there are few and the first is the beginning", () => {
  const events = told(9000, 2);
  const { source, take } = newSource();
  for (const { event, sequence } of events) {
    take(event, sequence);
    expect(source.keyframes.count).toBeLessThanOrEqual(MAX_KEYFRAMES);
  }
  expect(source.keyframes.count).toBeGreaterThan(MAX_KEYFRAMES / 4);
  expect(source.keyframes.before(63)?.end).toBe(0);
  const past = new PastRun(source, 0);
  for (const end of [9000, 8999, 4097, 4096, 4095, 1, 300, 301, 8000]) {
    past.goTo(end * 10);
    expect(past.state).toEqual(foldEvents(RUN, events.slice(0, end)));
  }
});

test("shows the events, lines, notes and counts up to the event, and none behind it", () => {
  const { source, take } = newSource();
  for (const { event, sequence } of told(30, 3)) take(event, sequence);
  source.gaps.push(20);
  source.notes.push({ line: source.lines.firstOfRecord(20), record: 20, text: "a gap" });
  const past = new PastRun(source, 155);
  // There is no event with this sequence: it is as of the one before.
  expect(past.recordEnd).toBe(15);
  expect(past.cursor).toBe("150.e");
  // All but the first and the eleventh are of the log.
  expect(past.lineEnd).toBe(13 * 3);
  expect(past.lines.message(past.lineEnd - 1)).toBe("line 45");
  expect(past.notes).toEqual([]);
  expect(past.gap).toBeUndefined();
  const counts = past.records.countsBefore(past.recordEnd);
  expect(Object.fromEntries(past.records.types.all.map((type, i) => [type, counts[i]]))).toEqual({
    "run.progress": 2,
    "log.appended": 13,
  });
  expect(past.past.now).toBe(Date.parse(timeAt(15)));
  past.goTo(210);
  expect(past.notes).toEqual(source.notes);
  expect(past.gap).toBe("a gap");
  expect(past.notice).toBeUndefined();
});

test("says that it is as of another event than was asked for, and goes on when more comes", () => {
  const { source, take } = newSource();
  for (const { event, sequence } of told(3, 1, 5)) take(event, sequence);
  const past = new PastRun(source, 3);
  expect(past.recordEnd).toBe(1);
  expect(past.notice).toBe(
    "Nothing here is as old as sequence 3. This is as of the first event, 50.",
  );
  past.goTo(85);
  expect(past.recordEnd).toBe(3);
  expect(past.notice).toBe(
    "No event here has come to sequence 85. This is as of the newest one, 70.",
  );
  for (const { event, sequence } of told(3, 1, 8)) take(event, sequence);
  expect(past.recordEnd).toBe(4);
  expect(past.notice).toBeUndefined();
});

test("where the oldest events were let go, it begins where it can still be known what was", () => {
  const { source, take } = newSource();
  const count = MAX_RECORDS + 10;
  const event = (index: number) => eventOf({ type: "deploy.step", scope: RUN, index });
  for (let index = 1; index <= count; index++) take(event(index), index, "{}");
  const { records } = source;
  expect(records.first).toBeGreaterThan(0);
  const past = new PastRun(source, 17);
  expect(past.recordEnd).toBe(past.leastEnd);
  expect(past.leastEnd).toBeGreaterThan(records.first);
  expect(past.notice).toMatch(/^What was at sequence 17 is not kept in this tab any more\./);
  expect(past.beginning).toMatch(/^The first [\d,]+ events are not kept in this tab/);
});

test("begins anew when the log is another one", () => {
  const { source, take } = newSource();
  for (const { event, sequence } of told(100)) take(event, sequence);
  const past = new PastRun(source, 900);
  expect(past.state?.total.counts.events).toBe(90);
  const other = newSource();
  for (const { event, sequence } of told(5)) other.take(event, sequence);
  const { records, lines, keyframes } = other.source;
  Object.assign(source, { records, lines, keyframes });
  expect(past.recordEnd).toBe(5);
  expect(past.state).toEqual(foldEvents(RUN, told(5)));
  expect(past.notice).toMatch(/^No event here has come to sequence 900\./);
});

test("a search that went on past the end finds only what is before it, and goes on from there", () => {
  const { source, take } = newSource();
  for (const { event, sequence } of told(40)) take(event, sequence);
  const { lines } = source;
  const search = new LogSearch(lines, 0, () => true, "line 2");
  const found = () => Array.from({ length: search.matches.length }, (_, i) => search.matches.at(i));
  const messages = () => found().map((place) => lines.message(place));
  search.update(lines.end);
  search.advance(1000);
  const all = messages();
  expect(all).toContain("line 29");
  search.update(lines.firstOfRecord(24));
  expect(search.isDone).toBe(true);
  expect(messages()).toEqual(["line 2", "line 20", "line 22", "line 23", "line 24"]);
  search.update(lines.end);
  expect(search.isDone).toBe(false);
  search.advance(1000);
  expect(messages()).toEqual(all);
});

test("plays at the pace at which it happened, with long waits made shorter", () => {
  const times = [0, 1000, 1000, 500, 61_000, 61_600];
  const records = { time: (place: number) => times[place] ?? 0 };
  const last = times.length;
  const start = { end: 1, waitedMs: 0 };
  expect(playOn(records, start, last, 1, 400)).toEqual({ end: 1, waitedMs: 400 });
  expect(timeThere(records, { end: 1, waitedMs: 400 }, 1)).toBe(400);
  // Three at once, one of them with an earlier time than the one before.
  expect(playOn(records, start, last, 1, 1100)).toEqual({ end: 4, waitedMs: 100 });
  expect(playOn(records, start, last, 10, 150)).toEqual({ end: 4, waitedMs: 50 });
  // A minute, in two seconds.
  expect(timeThere(records, { end: 4, waitedMs: 1000 }, 1)).toBe(500 + 60_500 / 2);
  expect(playOn(records, start, last, 1, 3000)).toEqual({ end: 5, waitedMs: 0 });
  expect(playOn(records, start, last, 60, 10_000)).toEqual({ end: 6, waitedMs: 0 });
});

test("however it is cut into frames, as much is played", () => {
  // Waits of whole milliseconds: on which side of a rounding error one ends says nothing.
  const gap = fc.integer({ min: -50, max: 500 }).map((tens) => tens * 10);
  const gaps = fc.array(gap, { minLength: 2, maxLength: 30 });
  const frames = fc.array(fc.nat({ max: 500 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(gaps, frames, (steps, cuts) => {
      const times = [0];
      for (const step of steps) times.push((times.at(-1) ?? 0) + step);
      const records = { time: (place: number) => times[place] ?? 0 };
      const start = { end: 1, waitedMs: 0 };
      let position = start;
      for (const cut of cuts) position = playOn(records, position, times.length, 10, cut);
      const total = cuts.reduce((sum, cut) => sum + cut, 0);
      const atOnce = playOn(records, start, times.length, 10, total);
      expect(position.end).toBe(atOnce.end);
      expect(position.waitedMs).toBeCloseTo(atOnce.waitedMs, 6);
    }),
  );
});
