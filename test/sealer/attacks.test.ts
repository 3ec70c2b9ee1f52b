import { DiscardPolicy, jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { connectNats } from "../../src/log/connect.js";
import type { Log } from "../../src/log/stream.js";
import type { AlarmKind } from "../../src/sealer/alarms.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { startTestServer, type TestServer } from "../fixtures/nats.js";
import { until } from "../fixtures/until.js";
import { append, draft } from "../http/requests.js";

const EVENTS = 20;

let server: TestServer;
let served: TestGateway;
let log: Log;

async function start(seal: { isOn?: boolean } = {}): Promise<void> {
  const started = await startGateway({ nodeId: "a", seal: { intervalMs: 100, ...seal } }, server);
  onTestFinished(() => started.stop());
  served = started;
  ({ log } = started.gateway);
}

const drafts = (count: number) => Array.from({ length: count }, (_, i) => draft(i));
const sealed = (size: number) => served.gateway.sealer.sealed(size, AbortSignal.timeout(20_000));

/** What the alarm of a kind says; it stands on /readyz, in the metrics and in the log as well. */
async function alarm(kind: AlarmKind): Promise<string> {
  const { detail } = await until(`the alarm ${kind}`, () =>
    served.gateway.sealer.alarms.all.find((one) => one.kind === kind),
  );
  const readiness = (await (await fetch(`${served.url}/readyz`)).json()) as object;
  expect(JSON.stringify(readiness)).toContain(JSON.stringify(detail));
  const metrics = await (await fetch(`${served.url}/metrics`)).text();
  expect(metrics).toContain(`runtrail_audit_alarms{kind="${kind}"} 1`);
  expect(served.gatewayLog.some((line) => line["alarm"] === kind)).toBe(true);
  return detail;
}

/** Somebody with access to NATS, beside the gateway. */
async function attacker() {
  return jetstreamManager(log.nc);
}

async function configuration(): Promise<StreamConfig> {
  return (await (await attacker()).streams.info(log.stream)).config;
}

beforeEach(async () => {
  server = await startTestServer();
  onTestFinished(() => server.stop());
});

describe("an alarm names what was done to the store", () => {
  beforeEach(async () => {
    await start();
    await append(served.url, "runs/r-1", drafts(EVENTS / 2));
    await append(served.url, "runs/r-2", drafts(EVENTS / 2));
    await sealed(EVENTS);
    expect(served.gateway.sealer.alarms.all).toEqual([]);
  });

  test("max_msgs lowered", async () => {
    await (await attacker()).streams.update(log.stream, { max_msgs: 5 });
    expect(await alarm("configuration")).toContain("max_msgs must be unlimited");
  });

  test("max_msgs lowered so that old events go", async () => {
    const jsm = await attacker();
    await jsm.streams.update(log.stream, { max_msgs: 5, discard: DiscardPolicy.Old });
    expect(await alarm("trimmed")).toBe("sequences 1–15 are gone from the start of the log");
    expect(await alarm("configuration")).toContain("max_msgs must be unlimited");
  });

  test("a time limit set", async () => {
    await (
      await attacker()
    ).streams.update(log.stream, {
      max_age: 300e6,
      duplicate_window: 200e6,
    });
    expect(await alarm("trimmed")).toMatch(/^sequences 1–\d+ are gone from the start of the log$/);
    expect(await alarm("configuration")).toContain("max_age must be unlimited");
  });

  test("the start of the log purged", async () => {
    await (await attacker()).streams.purge(log.stream, { seq: 8 });
    expect(await alarm("trimmed")).toBe("sequences 1–7 are gone from the start of the log");
  });

  test("a scope purged from the middle", async () => {
    await append(served.url, "runs/r-1", drafts(1));
    await sealed(EVENTS + 1);
    await (await attacker()).streams.purge(log.stream, { filter: "ev.default.runs.r-2" });
    expect(await alarm("deleted")).toBe("10 sequences are gone from the log: 11–20");
  });

  test("everything purged", async () => {
    await (await attacker()).streams.purge(log.stream);
    expect(await alarm("trimmed")).toBe("sequences 1–20 are gone from the start of the log");
  });

  test("the stream deleted and made anew where it ended", async () => {
    const config = await configuration();
    const jsm = await attacker();
    await jsm.streams.delete(log.stream);
    await jsm.streams.add({ ...config, first_seq: EVENTS + 1 });
    expect(await alarm("trimmed")).toBe("sequences 1–20 are gone from the start of the log");
  });

  test("the stream deleted and made anew from the start", async () => {
    const config = await configuration();
    const jsm = await attacker();
    await jsm.streams.delete(log.stream);
    await jsm.streams.add(config);
    expect(await alarm("truncated")).toBe("sequences 1–20 are gone from the end of the log");
  });

  test("the stream deleted and made anew as another one", async () => {
    const { metadata, ...config } = await configuration();
    const jsm = await attacker();
    await jsm.streams.delete(log.stream);
    await jsm.streams.add({ ...config, metadata: { ...metadata, "runtrail.epoch": "abc123" } });
    expect(await alarm("replaced")).toContain("sequences 1–20, which are sealed, are gone");
  });

  test("the stream deleted", async () => {
    await (await attacker()).streams.delete(log.stream);
    expect(await alarm("replaced")).toContain(
      "is gone: sequences 1–20, which are sealed, are gone",
    );
  });

  test("a message that is no event written to it", async () => {
    log.nc.publish("ev.default.runs.r-1", "not an event");
    expect(await alarm("foreign")).toBe("1 messages in the log are no events: 21");
    await sealed(EVENTS + 1);
  });

  test("and messages cannot be deleted one by one", async () => {
    const jsm = await attacker();
    await expect(jsm.streams.deleteMessage(log.stream, 5)).rejects.toThrow(/delete/);
  });
});

test("events that vanish before they are sealed are sealed as missing, and named", async () => {
  await start({ isOn: false });
  await append(served.url, "runs/r-1", drafts(5));
  await append(served.url, "runs/r-2", drafts(5));
  await append(served.url, "runs/r-1", [draft(5)]);
  await (await attacker()).streams.purge(log.stream, { filter: "ev.default.runs.r-2" });
  await served.stop();
  await start();
  await sealed(11);
  expect(await alarm("missing")).toBe("5 sequences were gone before they were sealed: 6–10");
});

test("a log that was made anew is not sealed on top of the old one", async () => {
  await start();
  await append(served.url, "runs/r-1", drafts(5));
  await sealed(5);
  const { note } = served.gateway.sealer.state;
  await served.stop();
  const nc = await connectNats({ ...server.server.connection, name: "attacker" });
  await (await jetstreamManager(nc)).streams.delete(log.stream);
  await nc.close();
  await start();
  await append(served.url, "runs/r-1", drafts(7));
  expect(await alarm("replaced")).toContain("sequences 1–5, which are sealed, are gone");
  expect(served.gateway.sealer.state).toMatchObject({ size: 5, note });
});
