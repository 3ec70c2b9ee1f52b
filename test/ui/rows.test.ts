import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventEnvelope } from "../../src/envelope/envelope.js";
import { RowsByStep } from "../../src/ui/log-view/log-rows.js";
import { Lines, MAX_LINES } from "../../src/ui/run/lines.js";
import type { Note } from "../../src/ui/run/note.js";
import { RowsInOrder } from "../../src/ui/run/rows-in-order.js";

const passes = (place: number) => place % 3 !== 1;

function logged(scope: string, count: number): EventEnvelope {
  const entries = Array.from({ length: count }, (_, i) => ({
    at: "2026-03-01T09:30:00.000Z",
    level: "info",
    message: `${scope} ${i}`,
  }));
  return {
    scope,
    type: "log.appended",
    occurredAt: "2026-03-01T09:30:00.000Z",
    payload: { entries },
  } as unknown as EventEnvelope;
}

test("rows that grow and shrink are those of a list made at once, whatever comes and goes when", () => {
  const more = fc.nat({ max: 5 });
  const end = fc.record({ end: fc.nat({ max: 40 }) });
  const steps = fc.array(fc.oneof(more, end, fc.constant("note" as const)));
  fc.assert(
    fc.property(steps, (schedule) => {
      let end = 0;
      let shown = 0;
      const notes: Note[] = [];
      const grown = new RowsInOrder(0, notes, ({ line }) => line, passes);
      for (const step of schedule) {
        if (step === "note") notes.push({ line: end, record: 0, text: `${notes.length}` });
        else if (typeof step === "number") end += step;
        shown = typeof step === "object" ? Math.min(end, step.end) : end;
        grown.update(shown);
      }
      const expected: (number | Note)[] = [];
      for (let place = 0; place <= shown; place++) {
        expected.push(...notes.filter(({ line }) => line === place));
        if (place < shown && passes(place)) expected.push(place);
      }
      expect(Array.from({ length: grown.count }, (_, i) => grown.at(i))).toEqual(expected);
      for (const [index, row] of expected.entries()) {
        if (typeof row === "number") expect(grown.indexOf(row)).toBe(index);
      }
    }),
  );
});

test("a line that is left out is found at the next one that is not", () => {
  const rows = new RowsInOrder(0, [], ({ line }) => line, passes);
  rows.update(10);
  expect(rows.at(rows.indexOf(4))).toBe(5);
});

test("rows by step find every line, and leave out those of a step that is folded", () => {
  const lines = new Lines();
  const closed = new Set(["runs/r/jobs/b#"]);
  const rows = new RowsByStep(
    lines,
    0,
    [],
    () => true,
    (key) => closed.has(key),
  );
  const scopes = ["runs/r/jobs/a", "runs/r/jobs/b", "runs/r/jobs/a", "runs/r/jobs/c"];
  for (const [record, scope] of scopes.entries()) {
    lines.add(logged(scope, 2), record);
    rows.update(lines.end);
  }
  const all = () =>
    Array.from({ length: rows.count }, (_, i) => {
      const row = rows.at(i);
      return row?.kind === "line" ? row.place : row?.kind === "group" ? row.group.scope : undefined;
    });
  const whole = ["runs/r/jobs/a", 0, 1, 4, 5, "runs/r/jobs/b", "runs/r/jobs/c", 6, 7];
  expect(all()).toEqual(whole);
  expect(rows.indexOfLine(5)).toBe(4);
  // Where it is folded: its heading.
  expect(rows.indexOfLine(3)).toBe(5);
  // And as it was before, when one of the steps had said nothing yet.
  rows.update(5);
  expect(all()).toEqual(["runs/r/jobs/a", 0, 1, 4, "runs/r/jobs/b"]);
  rows.update(1);
  expect(all()).toEqual(["runs/r/jobs/a", 0]);
  rows.update(8);
  expect(all()).toEqual(whole);
});

test("a tab keeps the newest lines, under the numbers that they had", () => {
  const lines = new Lines();
  const pieces = MAX_LINES / 1000 + 1;
  for (let i = 0; i < pieces; i++) lines.add(logged(`runs/r/jobs/${i}`, 1000), i);
  expect(lines.end).toBe(pieces * 1000);
  expect(lines.end - lines.first).toBeLessThanOrEqual(MAX_LINES);
  expect(lines.first).toBeGreaterThan(0);
  const last = lines.end - 1;
  expect(lines.message(last)).toBe(`runs/r/jobs/${pieces - 1} 999`);
  expect(lines.scope(last)).toBe(`runs/r/jobs/${pieces - 1}`);
  expect(lines.record(lines.first)).toBe(Math.floor(lines.first / 1000));
});
