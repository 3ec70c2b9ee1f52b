import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { JsonObject } from "../../src/envelope/envelope.js";
import { openForReading, openForWriting } from "../../src/readmodel/database.js";
import { Indexer } from "../../src/readmodel/indexer.js";
import type { LogsRequest } from "../../src/readmodel/logs-request.js";
import { Queries } from "../../src/readmodel/queries.js";
import { eventOf, timeAt } from "../projections/events.js";
import { recordOf } from "./records.js";

const TENANT = "acme";
const folder = mkdtempSync(join(tmpdir(), "runtrail-found-lines-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
let files = 0;

function open() {
  const file = join(folder, `${++files}.db`);
  const db = openForWriting(file, "k3f9q2");
  return { file, db, indexer: new Indexer(db) };
}

/** One event at each second. */
function logged(sequence: number, levels: readonly string[]) {
  const entries = levels.map((level): JsonObject => ({
    at: timeAt(sequence),
    level,
    message: level,
  }));
  const event = eventOf({
    type: "log.appended",
    payload: { entries },
    at: sequence,
    scope: "runs/r",
    index: sequence,
  });
  return recordOf({ sequence, event });
}

const BEGUN_MS = Date.parse(timeAt(0));

const levels = fc.array(fc.constantFrom("info", "warning", "error"), { maxLength: 4 });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ append: fc.array(levels, { maxLength: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ trim: fc.integer({ min: 1, max: 30 }) }) },
);
const second = fc.integer({ min: 0, max: 60 }).map((at) => BEGUN_MS + at * 1000);
const question = fc.record(
  {
    level: fc.constantFrom("info" as const, "warning" as const, "error" as const),
    sinceMs: second,
    untilMs: second,
    after: fc.record({ sequence: fc.integer({ min: 1, max: 40 }), entry: fc.constant(0) }),
  },
  { requiredKeys: [] },
);

test("an answer is the same whatever was asked before, while events come and go", () => {
  const asked = fc.array(question, { minLength: 1, maxLength: 4 });
  const order = fc.constantFrom("asc" as const, "desc" as const);
  const page = fc.record({
    path: fc.constantFrom("", "runs/r", "correlations/r"),
    order,
    offset: fc.constantFrom(0, 0, 2),
    limit: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 8 }), asked, page, (steps, questions, how) => {
      const { file, db, indexer } = open();
      const reader = openForReading(file);
      const queries = new Queries(reader);
      let sequence = 0;
      for (const one of steps) {
        if ("append" in one) indexer.add(one.append.map((each) => logged(++sequence, each)));
        else indexer.trim(one.trim);
        for (const filter of questions) {
          const request: LogsRequest = { ...how, ...filter };
          const fresh = new Queries(reader).logs(TENANT, request);
          expect(queries.logs(TENANT, request)).toEqual(fresh);
          expect(fresh.result.total.isExact).toBe(true);
        }
      }
      reader.close();
      db.close();
    }),
    { numRuns: 100 },
  );
});

const RUN = { path: "runs/r", order: "asc", offset: 0, limit: 2 } as const;

test("of more than a thousand lines it is said that there are at least so many", () => {
  const { file, indexer } = open();
  const four = ["error", "error", "error", "error"];
  indexer.add(Array.from({ length: 250 }, (_, i) => logged(i + 1, four)));
  const queries = new Queries(openForReading(file));
  const ask = (request: Partial<LogsRequest>) =>
    queries.logs(TENANT, { ...RUN, level: "error", ...request }).result;
  expect(ask({}).total).toEqual({ count: 1000, isExact: true });
  indexer.add([logged(251, ["error"])]);
  expect(ask({}).total).toEqual({ count: 1000, isExact: false });
  const [last] = ask({ order: "desc" }).lines;
  expect(last).toMatchObject({ sequence: 251 });
});

test("a very long log is counted bit by bit, and no line is left out for it", () => {
  const { file, indexer } = open();
  indexer.add([logged(1, ["error"]), logged(1_500_000, ["error"]), logged(1_500_001, ["info"])]);
  const queries = new Queries(openForReading(file));
  const ask = () => queries.logs(TENANT, { ...RUN, limit: 1, level: "error" }).result;
  expect(ask()).toMatchObject({ hasMore: true, total: { count: 1, isExact: false } });
  expect(ask()).toMatchObject({ hasMore: true, total: { count: 2, isExact: true } });
});
