import { describe, expect, onTestFinished, test } from "vitest";
import { join } from "node:path";
import { parseCheckpoint } from "../../src/audit/checkpoint.js";
import { parseNote, verifyNote } from "../../src/audit/note.js";
import { parseHeadsBelow } from "../../src/audit/receipt.js";
import { parseVerifierKey } from "../../src/audit/verifier-key.js";
import { readCheckpoints } from "../../src/sealer/checkpoint-history.js";
import { receiptEntry } from "../../src/sealer/receipts.js";
import type { Gateway } from "../../src/gateway.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { startTestServer, type TestServer } from "../fixtures/nats.js";
import { until } from "../fixtures/until.js";
import { append, draft } from "../http/requests.js";

const COMPLETED = { type: "run.completed", payload: { durationMs: 5 } };
const JOB_COMPLETED = { type: "job.completed", payload: { attempt: 1, durationMs: 5 } };
const within = (ms: number) => AbortSignal.timeout(ms);
const drafts = (count: number) => Array.from({ length: count }, (_, i) => draft(i));

async function nats(): Promise<TestServer> {
  const server = await startTestServer();
  onTestFinished(() => server.stop());
  return server;
}

interface Settings {
  nodeId?: string;
  intervalMs?: number;
  isOn?: boolean;
}

async function gatewayOn(
  server: TestServer,
  { nodeId = "a", ...seal }: Settings = {},
): Promise<TestGateway> {
  const served = await startGateway({ nodeId, seal: { intervalMs: 100, ...seal } }, server);
  onTestFinished(() => served.stop());
  return served;
}

async function sealedBy({ gateway }: TestGateway, size: number) {
  await gateway.sealer.sealed(size, within(30_000));
}

/** The receipt of a scope, when it says that the scope has so many events. */
function receiptOf({ sealer, tenant }: Gateway, scope: string, count: number) {
  return until(`a receipt of ${count} events`, async () => {
    const entry = await sealer.store.read(receiptEntry({ tenant, scope }, "").name);
    const receipt = entry && parseCheckpoint(parseNote(entry.text).text);
    return receipt?.size === count ? receipt : undefined;
  });
}

describe("a sealer", () => {
  test("covers every event by a signed checkpoint", async () => {
    const served = await gatewayOn(await nats());
    const { sealer, log } = served.gateway;
    await append(served.url, "runs/r-1", drafts(3));
    await sealedBy(served, 3);
    const { note, keys, size } = sealer.state;
    expect(size).toBe(3);
    const parsed = parseNote(note ?? "");
    expect(parseCheckpoint(parsed.text)).toMatchObject({ size: 3, origin: log.origin });
    const key = parseVerifierKey(keys[0]?.verifierKey ?? "");
    expect(verifyNote(parsed, [key])).toMatchObject({ outcome: "signed" });
    expect(sealer.alarms.all).toEqual([]);
  });

  test("goes on after a restart where it was left, with what came meanwhile", async () => {
    const server = await nats();
    const first = await gatewayOn(server);
    await append(first.url, "runs/r-1", drafts(700));
    await sealedBy(first, 700);
    const { note, keys } = first.gateway.sealer.state;
    await first.stop();
    const idle = await gatewayOn(server, { isOn: false });
    await append(idle.url, "runs/r-2", drafts(300));
    await idle.stop();

    const second = await gatewayOn(server);
    await sealedBy(second, 1000);
    const { sealer } = second.gateway;
    expect(sealer.state.keys).toEqual(keys);
    const checkpoints = await readCheckpoints(sealer.store, 700, 10);
    expect(checkpoints[0]?.note).toBe(note);
    expect(checkpoints.at(-1)?.size).toBe(1000);
    expect(sealer.alarms.all).toEqual([]);
  });

  test("is one of several, and another one goes on when it has gone", async () => {
    const server = await nats();
    const first = await gatewayOn(server, { nodeId: "a" });
    const second = await gatewayOn(server, { nodeId: "b" });
    await append(first.url, "runs/r-1", drafts(5));
    await sealedBy(second, 5);
    expect([first, second].filter(({ gateway }) => gateway.sealer.isLeading)).toHaveLength(1);
    const [leader, other] = first.gateway.sealer.isLeading ? [first, second] : [second, first];
    await leader.stop();
    await append(other.url, "runs/r-1", drafts(5));
    await sealedBy(other, 10);
    expect(other.gateway.sealer.isLeading).toBe(true);
  });

  test("names a new key from the size on from which it signs", async () => {
    const server = await nats();
    const first = await gatewayOn(server);
    await append(first.url, "runs/r-1", drafts(2));
    await sealedBy(first, 2);
    await first.stop();
    const keyFile = join(server.dataFolder, "seal-2.key");
    const second = await startGateway({ nodeId: "a", seal: { keyFile } }, server);
    onTestFinished(() => second.stop());
    await append(second.url, "runs/r-1", drafts(2));
    await sealedBy(second, 4);
    const { keys, note } = second.gateway.sealer.state;
    expect(keys.map(({ fromSize }) => fromSize)).toEqual([0, 2]);
    const newest = parseVerifierKey(keys[1]?.verifierKey ?? "");
    expect(verifyNote(parseNote(note ?? ""), [newest])).toMatchObject({ outcome: "signed" });
  });
});

describe("a receipt", () => {
  test("is made when a scope ends, and names everything below it", async () => {
    const served = await gatewayOn(await nats());
    const { url, gateway } = served;
    await append(url, "runs/r-1/jobs/b", [...drafts(2), JOB_COMPLETED]);
    await append(url, "runs/r-1", [draft(1)]);
    await append(url, "runs/r-1/jobs/a", [JOB_COMPLETED]);
    await append(url, "runs/r-1", [COMPLETED]);
    const receipt = await receiptOf(gateway, "runs/r-1", 2);
    expect(receipt.origin).toBe(`${gateway.log.origin}/default/runs/r-1`);
    expect(parseHeadsBelow(receipt)).toMatchObject({
      heads: [
        { scope: "runs/r-1/jobs/a", count: 1 },
        { scope: "runs/r-1/jobs/b", count: 3 },
      ],
    });
    await receiptOf(gateway, "runs/r-1/jobs/a", 1);
    await receiptOf(gateway, "runs/r-1/jobs/b", 3);
  });

  test("is the same for a scope that was open while the gateway was started again", async () => {
    const roots: string[] = [];
    for (const restarts of [false, true]) {
      const server = await nats();
      const first = await gatewayOn(server);
      const half = drafts(40).map((one, i) => ({
        ...one,
        id: `event-${i}-of-it`,
        occurredAt: "2026-01-01T00:00:00.000Z",
        source: "test",
      }));
      await append(first.url, "runs/r-1/jobs/a", half.slice(0, 3));
      await append(first.url, "runs/r-1", half);
      await sealedBy(first, 43);
      let served = first;
      if (restarts) {
        await first.stop();
        served = await gatewayOn(server);
      }
      const end = { ...COMPLETED, id: "the-end-of-it", occurredAt: "2026-01-01T00:00:00.000Z" };
      await append(served.url, "runs/r-1", [{ ...end, source: "test" }]);
      const { root, extensions } = await receiptOf(served.gateway, "runs/r-1", 41);
      roots.push(Buffer.from(root).toString("hex") + extensions.join());
    }
    expect(roots[0]).toBe(roots[1]);
    expect(roots[0]).toContain("runs/r-1/jobs/a 3 sha256:");
  });
});
