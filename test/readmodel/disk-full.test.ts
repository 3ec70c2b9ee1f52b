import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import type { EventEnvelope } from "../../src/envelope/envelope.js";
import type { Readiness } from "../../src/http/gateway.js";
import { foldEvents } from "../../src/projections/timeline.js";
import type { TimelineState } from "../../src/projections/timeline-state.js";
import { openForReading } from "../../src/readmodel/database.js";
import { ReadModel } from "../../src/readmodel/read-model.js";
import { parseCursor } from "../../src/wire/cursor.js";
import type { Problem } from "../../src/wire/problem.js";
import { runCommand } from "../cli/command.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { startTestServer } from "../fixtures/nats.js";
import { mountSmallDisk, type SmallDisk } from "../fixtures/small-disk.js";
import { until } from "../fixtures/until.js";
import { append, draft, getJson, post } from "../http/requests.js";
import { startServerProcess } from "../http/server-process.js";
import { indicesOf, openStream, readUntil } from "../http/sse-reader.js";
import { dump } from "./dump.js";

const RUN = "runs/r-1";
/** Longer than the longest pause between two attempts. */
const PATIENCE_MS = 40_000;

interface Page {
  events: { sequence: number; cursor: string; event: EventEnvelope }[];
}

/** A gateway whose read model is on a small disk, and nothing else of it; no history comes out of memory. */
async function startOn(disk: SmallDisk): Promise<TestGateway & { file: string }> {
  const file = join(disk.folder, "read-model.db");
  const served = await startGateway({ readModel: { isOn: true, file }, ringBytes: 1 });
  onTestFinished(async () => {
    await served.stop();
    await disk.unmount();
  });
  return { ...served, file };
}

const readiness = async (url: string) => {
  const { status, body } = await getJson<Readiness>(`${url}/readyz`);
  return { status, ...body };
};

/** Appends to the run until its read model says that it does not go on. */
async function appendUntil(url: string, state: string): Promise<void> {
  await until(
    state,
    async () => {
      await append(
        url,
        RUN,
        Array.from({ length: 20 }, (_, n) => draft(n)),
      );
      return (await readiness(url)).readModel?.state === state;
    },
    PATIENCE_MS,
  );
}

const caughtUp = ({ gateway }: TestGateway) =>
  until(
    "all of the log is in the read model",
    () => {
      const { state, position } = gateway.readModel?.status ?? {};
      return state === "following" && position === gateway.hub.position;
    },
    PATIENCE_MS,
  );

const eventsOf = async (url: string) => {
  const { body } = await getJson<Page>(`${url}/v1/${RUN}/events?limit=1000`);
  return body.events;
};

const linesOf = ({ gatewayLog }: TestGateway, text: string) =>
  gatewayLog.filter(({ msg }) => String(msg).includes(text));

test("a full disk stops the read model and nothing else, and when there is room it catches up", async () => {
  const disk = await mountSmallDisk(8);
  const served = await startOn(disk);
  const { url, gateway, file } = served;
  await append(url, RUN, [{ type: "run.started", payload: { workflowId: "nightly" } }]);
  await caughtUp(served);
  disk.fill();
  await appendUntil(url, "disk-full");

  // It can append and deliver, says in words what it cannot, and what is stored is delivered.
  expect(await readiness(url)).toMatchObject({
    status: 200,
    ready: true,
    readModel: { state: "disk-full", trouble: `the disk of ${file} is full` },
  });
  const [newest] = await append(url, RUN, [draft(0)]);
  if (newest?.outcome !== "appended") throw new Error("it was not stored");
  const stream = await openStream(`${url}/v1/${RUN}/stream`);
  const blocks = await readUntil(stream.blocks, ({ id }) => id === newest.cursor);
  stream.leave();
  const indices = Array.from({ length: newest.index }, (_, i) => i + 1);
  expect(indicesOf(blocks)).toEqual(indices);

  // What it has it tells, as of when, and it is whole as of then.
  const state = await fetch(`${url}/v1/${RUN}`);
  expect(state.headers.get("x-runtrail-trouble")).toBe("disk-full");
  const asOf = parseCursor(state.headers.get("x-runtrail-as-of") ?? "")?.sequence ?? 0;
  expect(asOf).toBeLessThan(gateway.hub.position);
  const past = (await eventsOf(url)).filter(({ sequence }) => sequence <= asOf);
  const { asOf: cursor, ...told } = (await state.json()) as TimelineState & { asOf: string };
  expect(cursor).toBe(state.headers.get("x-runtrail-as-of"));
  expect(told).toEqual(foldEvents(RUN, past));
  const runs = await getJson<{ runs: unknown[] }>(`${url}/v1/runs`);
  expect(runs.body.runs).toHaveLength(1);
  const late = await getJson<Problem>(`${url}/v1/runs?consistent=${newest.cursor}`);
  expect([late.status, late.body.code]).toEqual([503, "unavailable"]);
  expect(late.body.detail).toContain("is full");
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
    /^runtrail_read_model_state\{state="disk-full"\} 1$/m,
  );

  // It is not thrown away for one that could not be written.
  const refused = await post<Problem>(`${url}/v1/reindex`, undefined);
  expect([refused.status, refused.body.code]).toEqual([507, "disk-full"]);
  const command = await runCommand(["reindex"], { env: { RUNTRAIL_URL: url } });
  expect(command).toMatchObject({ status: 1, stdout: "" });
  expect(command.stderr).toBe(`runtrail: ${refused.body.detail}\n`);

  const list = await runCommand(["runs"], { env: { RUNTRAIL_URL: url } });
  expect(list.stdout).toContain("nightly");
  expect(list.stderr).toMatch(/^runtrail: the newest events may be missing: .*\(disk-full\).*\n$/);

  // It was tried several times meanwhile, and said once.
  expect(linesOf(served, "the read model cannot go on")).toHaveLength(1);
  expect(linesOf(served, "the read model goes on")).toHaveLength(0);

  disk.free();
  await caughtUp(served);
  expect((await readiness(url)).readModel).toEqual({
    state: "following",
    position: gateway.hub.position,
  });
  expect(linesOf(served, "the read model cannot go on")).toHaveLength(1);
  expect(linesOf(served, "the read model goes on")).toHaveLength(1);
  await demandAsIfMadeAnew(served, file);
});

/** Every row is as in a read model of the same log that had all the room it wanted. */
async function demandAsIfMadeAnew(served: TestGateway, file: string): Promise<void> {
  const { stream, origin, epoch } = served.gateway.log;
  const anew = join(served.nats.dataFolder, "anew.db");
  const readModel = new ReadModel(
    {
      file: anew,
      nats: { ...served.nats.server.connection, name: "test" },
      log: { stream, origin, epoch },
      durable: "anew",
    },
    () => undefined,
    30_000,
  );
  const { position } = served.gateway.hub;
  expect(await readModel.reached(position, AbortSignal.timeout(PATIENCE_MS))).toBe(true);
  await readModel.close();
  const [wanted, found] = [anew, file].map((one) => {
    const db = openForReading(one);
    const rows = dump(db);
    db.close();
    return rows;
  });
  expect(found).toEqual(wanted);
}

test("a read model that finds its disk full from the start begins when there is room", async () => {
  const disk = await mountSmallDisk(8);
  disk.fill();
  const served = await startOn(disk);
  const { url } = served;
  await appendUntil(url, "disk-full");
  expect((await readiness(url)).status).toBe(200);
  const { status, body } = await getJson<Problem>(`${url}/v1/runs`);
  expect([status, body.code]).toEqual([503, "unavailable"]);
  expect(body.detail).toContain("is full");
  expect((await eventsOf(url)).length).toBeGreaterThan(0);
  disk.free();
  await caughtUp(served);
  expect((await getJson<{ runs: unknown[] }>(`${url}/v1/runs`)).body.runs).toHaveLength(1);
});

test("who removes the file of a read model to make room is given that room", async () => {
  const disk = await mountSmallDisk(8);
  const served = await startOn(disk);
  const { url, file } = served;
  // One at a time, they take many times the room in the write-ahead log that they take when it is made anew.
  for (let n = 0; n < 40; n++) {
    await append(url, RUN, [draft(n)]);
    await caughtUp(served);
  }
  disk.fill();
  await appendUntil(url, "disk-full");
  for (const suffix of ["", "-wal", "-shm"]) await rm(file + suffix);
  await caughtUp(served);
  await demandAsIfMadeAnew(served, file);
});

test("a disk that takes nothing, without being full, stops the read model only until it does", async () => {
  const nats = await startTestServer();
  onTestFinished(() => nats.stop());
  const { user, pass } = nats.server.connection;
  const server = await startServerProcess({
    NATS_URL: `nats://127.0.0.1:${nats.server.port}`,
    NATS_USER: user,
    NATS_PASSWORD: pass,
  });
  onTestFinished(() => server.stop());
  const { url } = server;
  // As a quota does: no file may grow beyond that.
  const limit = async (bytes: string) => {
    const args = ["--pid", String(server.pid), `--fsize=${bytes}:unlimited`];
    await promisify(execFile)("prlimit", args);
  };
  await append(url, RUN, [draft(0)]);
  await limit("65536");
  await appendUntil(url, "failing");
  const stopped = await readiness(url);
  expect(stopped).toMatchObject({ status: 200, ready: true });
  expect(stopped.readModel?.trouble).toContain("does not take what is written to it");
  await limit("unlimited");
  const [newest] = await append(url, RUN, [draft(0)]);
  if (newest?.outcome !== "appended") throw new Error("it was not stored");
  await until(
    "it goes on",
    async () => (await fetch(`${url}/v1/${RUN}?consistent=${newest.cursor}`)).ok,
    PATIENCE_MS,
  );
  expect((await readiness(url)).readModel?.state).toBe("following");
});
