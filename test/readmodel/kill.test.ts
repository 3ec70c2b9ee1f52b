import { randomInt } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { metaOf, openForReading } from "../../src/readmodel/database.js";
import { ReadModel } from "../../src/readmodel/read-model.js";
import { startGateway } from "../fixtures/gateway.js";
import { startTestServer } from "../fixtures/nats.js";
import { until } from "../fixtures/until.js";
import { append, draft } from "../http/requests.js";
import { startServerProcess } from "../http/server-process.js";
import { dump } from "./dump.js";

const KILLS = 8;

/** How far the log is in a read model that another process writes; 0 while there is none. */
function positionIn(file: string): number {
  try {
    const db = openForReading(file);
    try {
      return Number(metaOf(db, "position"));
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof Database.SqliteError) return 0;
    throw error;
  }
}

test(
  "a read model whose process is killed at any moment holds every event once",
  { timeout: 300_000 },
  async () => {
    const nats = await startTestServer();
    onTestFinished(() => nats.stop());
    const folder = await mkdtemp(join(tmpdir(), "runtrail-read-model-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const writer = await startGateway({ nodeId: "writer" }, nats);
    onTestFinished(() => writer.stop());

    const over = new AbortController();
    const appending = (async () => {
      for (let i = 0; !over.signal.aborted; i++) {
        const events = Array.from({ length: randomInt(1, 60) }, (_, n) => draft(n));
        await append(writer.url, `runs/r-${i % 5}/jobs/j-${i % 7}`, events);
        await delay(5);
      }
    })();

    const { user, pass } = nats.server.connection;
    const file = join(folder, "killed.db");
    const env = {
      NATS_URL: `nats://127.0.0.1:${nats.server.port}`,
      NATS_USER: user,
      NATS_PASSWORD: pass,
      RUNTRAIL_NODE_ID: "killed",
      RUNTRAIL_SEAL: "off",
      RUNTRAIL_ORIGIN: writer.gateway.log.origin,
      RUNTRAIL_READ_MODEL_FILE: file,
    };
    const positions: number[] = [];
    for (let killed = 0; killed < KILLS; killed++) {
      const server = await startServerProcess(env);
      const before = positions.at(-1) ?? 0;
      // While it finds out where to go on, and while it writes.
      if (killed % 2 === 1) await until("it writes", () => positionIn(file) > before, 30_000);
      await delay(randomInt(0, 200));
      await server.kill();
      positions.push(positionIn(file));
    }
    over.abort();
    await appending;
    // It has gone on each time from where it was, and was killed amid its work.
    expect(positions).toEqual(positions.toSorted((one, other) => one - other));
    expect(new Set(positions).size).toBeGreaterThanOrEqual(KILLS / 2);

    const { stream, origin, epoch } = writer.gateway.log;
    const source = {
      nats: { ...nats.server.connection, name: "test" },
      log: { stream, origin, epoch },
    };
    const last = writer.gateway.hub.position;
    const contents: string[][] = [];
    for (const name of ["killed", "anew"]) {
      const path = join(folder, `${name}.db`);
      const trouble: unknown[] = [];
      const readModel = new ReadModel(
        { ...source, file: path, durable: `test-${name}` },
        (reason) => {
          trouble.push(reason);
        },
        30_000,
      );
      expect(await readModel.reached(last, AbortSignal.timeout(30_000))).toBe(true);
      await readModel.close();
      expect(trouble).toEqual([]);
      const db = openForReading(path);
      expect(db.prepare("SELECT count(*) FROM events").pluck().get()).toBe(last);
      contents.push(dump(db));
      db.close();
    }
    expect(contents[0]).toEqual(contents[1]);
  },
);
