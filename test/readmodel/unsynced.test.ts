import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { metaOf, openForWriting } from "../../src/readmodel/database.js";
import { Indexer } from "../../src/readmodel/indexer.js";
import { MARK_SUFFIX, startSyncing, stopSyncing } from "../../src/readmodel/unsynced.js";
import { eventOf } from "../projections/events.js";
import { recordOf } from "./records.js";

const EPOCH = "k3f9q2";
const folder = mkdtempSync(join(tmpdir(), "runtrail-unsynced-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const CREATED = recordOf({
  sequence: 1,
  event: eventOf({ type: "run.created", index: 1 }),
});

/** A read model of one event that was written without waiting for the disk, and closed as by the end of the process. */
function writeUnsynced(name: string): string {
  const file = join(folder, name);
  const db = openForWriting(file, EPOCH);
  stopSyncing(db);
  new Indexer(db).add([CREATED]);
  db.close();
  return file;
}

function positionAfterOpening(file: string): unknown {
  const db = openForWriting(file, EPOCH);
  const position = metaOf(db, "position");
  db.close();
  return position;
}

test("what was not brought to the disk is gone on with while the machine has not gone down", () => {
  const file = writeUnsynced("same-boot.db");
  expect(positionAfterOpening(file)).toBe(1);
  expect(positionAfterOpening(file)).toBe(1);
});

test.each([
  ["of another start of the machine", "00000000-0000-4000-8000-000000000000\n"],
  ["of a machine that does not tell its starts apart", ""],
])("with a mark %s, the file is made anew", (which, mark) => {
  const file = writeUnsynced(`${which.length}.db`);
  writeFileSync(file + MARK_SUFFIX, mark);
  expect(positionAfterOpening(file)).toBe(0);
  // The new one has no mark.
  expect(existsSync(file + MARK_SUFFIX)).toBe(false);
});

test("there is no mark once everything is on the disk", () => {
  const file = join(folder, "synced.db");
  const db = openForWriting(file, EPOCH);
  stopSyncing(db);
  expect(readFileSync(file + MARK_SUFFIX, "utf8")).not.toBe("");
  expect(db.pragma("synchronous", { simple: true })).toBe(0);
  new Indexer(db).add([CREATED]);
  startSyncing(db);
  expect(existsSync(file + MARK_SUFFIX)).toBe(false);
  expect(db.pragma("synchronous", { simple: true })).toBe(1);
  db.close();
  expect(positionAfterOpening(file)).toBe(1);
});
