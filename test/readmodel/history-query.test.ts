import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { isWithin } from "../../src/envelope/scope.js";
import type { HistoryQuery } from "../../src/log/history-index.js";
import type { LogRecord } from "../../src/log/record.js";
import { openForReading, openForWriting } from "../../src/readmodel/database.js";
import { HistoryQueries, type PackedPiece } from "../../src/readmodel/history-query.js";
import { Indexer } from "../../src/readmodel/indexer.js";
import { unpackEvents } from "../../src/readmodel/packed-events.js";
import { eventOf } from "../projections/events.js";
import { recordOf } from "./records.js";

const folder = mkdtempSync(join(tmpdir(), "runtrail-history-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const SCOPES = ["runs/a", "runs/a/jobs/x", "runs/a/pack-runs/p", "runs/ab", "jobs/z"];
const TENANTS = ["acme", "other"];
const PATHS = ["", ...SCOPES, "runs/none", "correlations/c", "correlations/none"];

/** What of an event is of interest, and how many sequences before it hold no event. */
const told = fc.record({
  tenant: fc.constantFrom(...TENANTS),
  scope: fc.constantFrom(...SCOPES),
  correlationId: fc.constantFrom("c", "d"),
  length: fc.integer({ min: 0, max: 3000 }),
  hole: fc.constantFrom(0, 0, 0, 1, 7),
});
const events = fc.array(told, { maxLength: 60 }).map((list) => {
  let sequence = 0;
  return list.map(({ tenant, scope, correlationId, length, hole }, i): LogRecord => {
    sequence += 1 + hole;
    const told = { type: "test.noted", scope, index: i + 1, payload: { text: "x".repeat(length) } };
    return recordOf({ sequence, event: { ...eventOf(told), tenant, correlationId } });
  });
});

function isOn(path: string, { scope, correlationId }: LogRecord): boolean {
  return isWithin(scope, path) || path === `correlations/${correlationId}`;
}

let files = 0;
function queriesOn(records: readonly LogRecord[], trimBefore: number): HistoryQueries {
  const file = join(folder, `${++files}.db`);
  const db = openForWriting(file, "k3f9q2");
  const indexer = new Indexer(db);
  indexer.add(records);
  indexer.trim(trimBefore);
  db.close();
  return new HistoryQueries(openForReading(file));
}

/** Sequence, time, scope and text of each event. */
function unpack(piece: PackedPiece): unknown[] {
  return Array.from(unpackEvents(piece), (event) => {
    const { sequence, recordedAtMs, recordedAtNanos, name, bytes } = event;
    return [
      sequence,
      recordedAtMs,
      recordedAtNanos,
      piece.names[name],
      Buffer.from(bytes).toString(),
    ];
  });
}

test("a timeline is what the log has of it, whichever way and in however large pieces it is read", () => {
  const request = fc.record({
    tenant: fc.constantFrom(...TENANTS),
    path: fc.constantFrom(...PATHS),
    from: fc.integer({ min: 1, max: 80 }),
    to: fc.integer({ min: 1, max: 150 }),
    bytes: fc.constantFrom(1, 1000, 10_000, 1_000_000),
    trimBefore: fc.constantFrom(1, 1, 20),
  });
  fc.assert(
    fc.property(events, request, (log, { trimBefore, ...wanted }) => {
      const queries = queriesOn(log, trimBefore);
      const position = log.at(-1)?.sequence ?? 0;
      const to = Math.min(wanted.to, position);
      const expected = log
        .filter(
          (record) =>
            record.tenant === wanted.tenant &&
            isOn(wanted.path, record) &&
            record.sequence >= Math.max(wanted.from, trimBefore) &&
            record.sequence <= to,
        )
        .map((record) => [
          record.sequence,
          record.recordedAtMs,
          record.recordedAtNanos,
          record.scope,
          Buffer.from(record.bytes).toString(),
        ]);

      const upward: unknown[] = [];
      let query: HistoryQuery = { ...wanted, order: "ascending" };
      for (;;) {
        const piece = queries.read(query);
        upward.push(...unpack(piece));
        expect(piece.position).toBe(position);
        if (piece.reached < query.from) break;
        expect(piece.reached).toBeLessThanOrEqual(to);
        query = { ...query, from: piece.reached + 1 };
        if (query.from > query.to) break;
      }
      expect(upward).toEqual(expected);

      const downward: unknown[] = [];
      query = { ...wanted, to, order: "descending" };
      while (query.to >= query.from) {
        const piece = queries.read(query);
        downward.push(...unpack(piece));
        expect(piece.reached).toBeLessThanOrEqual(query.to);
        query = { ...query, to: piece.reached - 1 };
      }
      expect(downward).toEqual(expected.toReversed());
    }),
    { numRuns: 150 },
  );
});

test("nothing is given of what would come before what is there", () => {
  const [first] = fc.sample(events, { numRuns: 1, seed: 7 });
  const records = first ?? [];
  const position = records.at(-1)?.sequence ?? 0;
  const queries = queriesOn(records, 1);
  const query = { tenant: "acme", path: "", from: 1, bytes: 1000 };
  const behind = position + 5;
  expect(queries.read({ ...query, to: behind, order: "descending" })).toMatchObject({
    position,
    reached: behind + 1,
    names: [],
  });
  expect(queries.read({ ...query, from: behind, to: behind, order: "ascending" })).toMatchObject({
    position,
    reached: behind - 1,
    names: [],
  });
});

test("what a piece may be made of is bounded, also where all of it is another tenant's", () => {
  const others = Array.from({ length: 2500 }, (_, i) => ({
    sequence: i + 1,
    event: { ...eventOf({ type: "test.noted", index: i + 1 }), tenant: "other" },
  }));
  const queries = queriesOn(others.map(recordOf), 1);
  const query = { tenant: "acme", path: "", from: 1, to: 2500, bytes: 1e9 } as const;
  const piece = queries.read({ ...query, order: "ascending" });
  expect(unpack(piece)).toEqual([]);
  expect(piece.reached).toBeGreaterThan(0);
  expect(piece.reached).toBeLessThan(2500);
});
