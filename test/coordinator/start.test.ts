import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  framesOf,
  StreamCoordinator,
  type StreamRequest,
} from "../../src/coordinator/coordinator.js";
import { History } from "../../src/coordinator/history.js";
import { Hub } from "../../src/coordinator/hub.js";
import { Snapshots } from "../../src/coordinator/snapshots.js";
import { parseScope, subjectOf } from "../../src/envelope/scope.js";
import type { Log } from "../../src/log/stream.js";
import { ReadModel } from "../../src/readmodel/read-model.js";
import { ProblemError } from "../../src/wire/problem.js";
import { startTestServer, type TestServer } from "../fixtures/nats.js";
import { startPublisher, type TestPublisher } from "../fixtures/publisher.js";

const TENANT = "acme";

let nats: TestServer;
let log: Log;
let hub: Hub;
let started: TestPublisher;
let readModel: ReadModel | undefined;
let coordinator: StreamCoordinator;

async function start(isIndexed: boolean): Promise<void> {
  nats = await startTestServer();
  log = await nats.open();
  // So small that everything but the newest event comes from history.
  hub = new Hub(0, 1);
  started = await startPublisher(log, {}, (record) => {
    hub.publish(record);
  });
  readModel = isIndexed ? openReadModel() : undefined;
  const history = new History(log, hub, readModel?.history);
  coordinator = new StreamCoordinator(history, new Snapshots(history, 10));
}

function openReadModel(): ReadModel {
  const { stream, origin, epoch } = log;
  const source = {
    file: `${nats.dataFolder}/start.db`,
    nats: { ...nats.server.connection, name: "test" },
    log: { stream, origin, epoch },
    durable: "start",
  };
  return new ReadModel(source, () => undefined, 30_000);
}

afterEach(async () => {
  await readModel?.close();
  await started.close();
  await nats.stop();
});

async function append(path: string, type = "test.noted", payload: object = {}) {
  const scope = parseScope(path);
  if (!scope) throw new Error(`${path} is no scope`);
  const result = await started.publisher.append(TENANT, scope, { type, payload });
  if (result.outcome !== "appended") throw new Error(JSON.stringify(result));
  await expect.poll(() => hub.position).toBeGreaterThanOrEqual(result.sequence);
  await readModel?.reached(result.sequence, AbortSignal.timeout(30_000));
  return result;
}

/** What a stream says until it has caught up, or ended. */
async function read(
  path: string,
  start: StreamRequest["start"],
  more: Partial<StreamRequest> = {},
) {
  const stop = new AbortController();
  const request = {
    tenant: TENANT,
    path,
    start,
    wantsSnapshot: false,
    signal: stop.signal,
    ...more,
  };
  const opened = await coordinator.open(request);
  if (opened.outcome === "ended") return "ended";
  const said: unknown[] = [];
  for await (const frame of framesOf(opened, request.signal)) {
    if (frame.kind === "events") said.push(...frame.records.map(({ sequence }) => sequence));
    else said.push(frame);
    const isClosed = frame.kind === "caught-up" && more.to === undefined && !(await hasEnded(path));
    if (isClosed) break;
  }
  stop.abort();
  return said;
}

async function hasEnded(path: string): Promise<boolean> {
  const stop = new AbortController();
  stop.abort();
  const start = {
    at: "cursor",
    cursor: { sequence: hub.position, epoch: undefined },
    isReconnect: false,
  } as const;
  const request = { tenant: TENANT, path, start, wantsSnapshot: false, signal: stop.signal };
  return (await coordinator.open(request)).outcome === "ended";
}

const cursor = (sequence: number, epoch?: string, isReconnect = false): StreamRequest["start"] => ({
  at: "cursor",
  cursor: { sequence, epoch },
  isReconnect,
});
const open = (sequence: number) =>
  expect.objectContaining({ kind: "open", cursor: `${sequence}.${log.epoch}` }) as object;
const checkpoint = (sequence: number) => ({
  kind: "checkpoint",
  cursor: `${sequence}.${log.epoch}`,
});
const caughtUp = (sequence: number) => ({ kind: "caught-up", cursor: `${sequence}.${log.epoch}` });

describe.each([
  ["the log", false],
  ["a read model", true],
])("with history from %s,", (_, isIndexed) => {
  beforeEach(() => start(isIndexed));

  describe("a stream", () => {
    test("starts where it is asked to, and ends where it is asked to", async () => {
      for (let n = 0; n < 5; n++) await append("runs/r");
      await append("runs/other");
      expect(await read("runs/r", { at: "start" })).toEqual([open(0), 1, 2, 3, 4, 5, caughtUp(6)]);
      expect(await read("runs/r", cursor(3, log.epoch))).toEqual([open(3), 4, 5, caughtUp(6)]);
      expect(await read("runs/r", cursor(3))).toEqual([open(3), 4, 5, caughtUp(6)]);
      expect(await read("runs/r", { at: "sequence", sequence: 3 })).toEqual([
        open(2),
        3,
        4,
        5,
        caughtUp(6),
      ]);
      expect(await read("runs/r", { at: "last", count: 2 })).toEqual([open(3), 4, 5, caughtUp(6)]);
      expect(await read("runs/r", { at: "last", count: 50 })).toEqual([
        open(0),
        1,
        2,
        3,
        4,
        5,
        caughtUp(6),
      ]);
      expect(await read("runs/r", { at: "now" })).toEqual([open(6), caughtUp(6)]);
      expect(await read("runs/r", { at: "start" }, { to: 3 })).toEqual([
        open(0),
        1,
        2,
        3,
        checkpoint(3),
      ]);
      expect(await read("runs/r", { at: "sequence", sequence: 2 }, { to: 2 })).toEqual([
        open(1),
        2,
        checkpoint(2),
      ]);
    });

    test("of a scope that has no events opens, is caught up, and waits", async () => {
      await append("runs/r");
      expect(await read("runs/none", { at: "start" })).toEqual([open(0), caughtUp(1)]);
    });

    test("of a scope that has ended says so after its last event, and is not opened again from there", async () => {
      await append("runs/r");
      await append("runs/r/jobs/j");
      const end = await append("runs/r", "run.failed", {
        durationMs: 5,
        error: { code: "x", message: "y", retryable: false },
      });
      const said = await read("runs/r", { at: "start" });
      expect(said).toEqual([
        open(0),
        1,
        2,
        3,
        caughtUp(3),
        {
          kind: "end",
          cursor: `3.${log.epoch}`,
          sequence: 3,
          count: 2,
          headHash: end.hash,
          status: "failed",
        },
      ]);
      expect(await read("runs/r", cursor(3, log.epoch))).toBe("ended");
      expect(await read("runs/r", cursor(2, log.epoch))).toEqual([
        open(2),
        3,
        caughtUp(3),
        expect.objectContaining({ kind: "end" }),
      ]);
    });

    test("brings the state with it, and with a start at now goes on from there", async () => {
      await append("runs/r", "run.started", { workflowId: "w" });
      await append("runs/r/jobs/j", "job.started", { jobType: "shell", attempt: 1 });
      const [first] = (await read("runs/r", { at: "now" }, { wantsSnapshot: true })) as [object];
      expect(first).toMatchObject({
        kind: "open",
        cursor: `2.${log.epoch}`,
        snapshot: {
          asOf: `2.${log.epoch}`,
          state: {
            scope: "runs/r",
            status: "running",
            about: { workflowId: "w" },
            children: { "runs/r/jobs/j": { status: "running", attempt: 1 } },
          },
        },
      });
    });
  });

  describe("a cursor", () => {
    test("of another epoch gets a gap, and everything from the start", async () => {
      await append("runs/r");
      expect(await read("runs/r", cursor(7, "older1"))).toEqual([
        open(0),
        { kind: "gap", reason: "epoch", requested: "7.older1", firstAvailable: 1, lost: [] },
        1,
        caughtUp(1),
      ]);
    });

    test("beyond the end of the log is refused, but gets a gap where a refusal would end the reader for good", async () => {
      await append("runs/r");
      await expect(read("runs/r", cursor(2, log.epoch))).rejects.toThrow(ProblemError);
      expect(await read("runs/r", cursor(2, log.epoch, true))).toEqual([
        open(1),
        { kind: "gap", reason: "ahead", requested: `2.${log.epoch}`, firstAvailable: 1, lost: [] },
        caughtUp(1),
      ]);
    });

    describe("older than the first event that is kept", () => {
      beforeEach(async () => {
        // 1 to 4: a b a b; 5: a; 6: c; 7: b, then the first four are trimmed.
        for (const path of [
          "runs/a",
          "runs/a/jobs/b",
          "runs/a",
          "runs/a/jobs/b",
          "runs/a",
          "jobs/c",
          "runs/a/jobs/b",
        ]) {
          await append(path);
        }
        await log.jsm.streams.purge(log.stream, { seq: 5 });
      });

      test("gets a gap that names exactly what is lost of each scope, then everything that is left", async () => {
        expect(await read("runs/a", { at: "start" })).toEqual([
          open(0),
          {
            kind: "gap",
            reason: "retention",
            requested: "0",
            firstAvailable: 5,
            lost: [
              { scope: "runs/a", fromIndex: 1, toIndex: 2 },
              { scope: "runs/a/jobs/b", fromIndex: 1, toIndex: 2 },
            ],
          },
          5,
          7,
          caughtUp(7),
        ]);
        expect(await read("runs/a", cursor(3, log.epoch))).toEqual([
          open(3),
          {
            kind: "gap",
            reason: "retention",
            requested: `3.${log.epoch}`,
            firstAvailable: 5,
            // The reader has event 3, the last one of runs/a that was trimmed; it has not had event 4.
            lost: [{ scope: "runs/a/jobs/b", toIndex: 2 }],
          },
          5,
          7,
          caughtUp(7),
        ]);
      });

      test("gets no gap where nothing of the scope is lost", async () => {
        expect(await read("jobs/c", { at: "start" })).toEqual([open(0), 6, caughtUp(7)]);
        expect(await read("runs/a", cursor(4, log.epoch))).toEqual([open(4), 5, 7, caughtUp(7)]);
        expect(await read("runs/none", { at: "start" })).toEqual([open(0), caughtUp(7)]);
      });

      test("gets a gap where nothing of the scope is left at all", async () => {
        await log.jsm.streams.purge(log.stream, { filter: subjectOf(TENANT, "jobs/c") });
        const said = await read("jobs/c", cursor(2, log.epoch));
        expect(said).toContainEqual(
          expect.objectContaining({ kind: "gap", reason: "retention", lost: [] }),
        );
      });
    });

    test("behind which events of one scope were purged gets a gap, although the log begins before it", async () => {
      await append("jobs/first");
      for (let n = 0; n < 5; n++) await append("runs/a");
      // Events 2 to 4 of the log are 1 to 3 of the run.
      await log.jsm.streams.purge(log.stream, { filter: subjectOf(TENANT, "runs/a"), seq: 5 });
      expect(await read("runs/a", cursor(3, log.epoch))).toEqual([
        open(3),
        {
          kind: "gap",
          reason: "purge",
          requested: `3.${log.epoch}`,
          firstAvailable: 1,
          lost: [{ scope: "runs/a", toIndex: 3 }],
        },
        5,
        6,
        caughtUp(6),
      ]);
      expect(await read("runs/a", cursor(4, log.epoch))).toEqual([open(4), 5, 6, caughtUp(6)]);
      expect(await read("jobs/first", { at: "start" })).toEqual([open(0), 1, caughtUp(6)]);
    });

    test("to which a stream is to end is reached by events of other scopes too", async () => {
      await append("runs/a");
      const reading = read("runs/a", { at: "start" }, { to: 3 });
      await append("jobs/other");
      await append("jobs/other");
      expect((await reading).at(-1)).toEqual(checkpoint(3));
    });

    test("gets a gap where the oldest events of one scope were purged", async () => {
      for (let n = 0; n < 3; n++) await append("runs/a/jobs/b");
      await append("jobs/other");
      for (let n = 0; n < 2; n++) await append("runs/a/jobs/b");
      await log.jsm.streams.purge(log.stream, {
        filter: subjectOf(TENANT, "runs/a/jobs/b"),
        seq: 3,
      });
      const said = await read("runs/a", cursor(0));
      expect(said).toEqual([
        open(0),
        expect.objectContaining({
          kind: "gap",
          lost: [{ scope: "runs/a/jobs/b", fromIndex: 1, toIndex: 2 }],
        }),
        3,
        5,
        6,
        caughtUp(6),
      ]);
    });
  });
});
