import { expect, onTestFinished, test } from "vitest";
import { parseCheckpoint } from "../../src/audit/checkpoint.js";
import { leafText, type Leaf } from "../../src/audit/leaf.js";
import { CompactRange, leafHash } from "../../src/audit/merkle-tree.js";
import { parseNote } from "../../src/audit/note.js";
import { scan, type Place } from "../../src/log/scan.js";
import type { Log } from "../../src/log/stream.js";
import { readCheckpoints } from "../../src/sealer/checkpoint-history.js";
import { startGateway } from "../fixtures/gateway.js";
import { startTestServer } from "../fixtures/nats.js";
import { append, draft } from "../http/requests.js";

const EVENTS = 6000;
const AT_ONCE = 500;

/** What stands at a place, written down as the contract says, and not by the sealer. */
function leafAt(place: Place): Leaf {
  const { sequence } = place;
  if (place.is !== "event") return { missing: true, sequence };
  const { hash, subject, recordedAtMs, recordedAtNanos } = place.record;
  return {
    hash,
    sequence,
    subject,
    time: `${BigInt(recordedAtMs) * 1_000_000n + BigInt(recordedAtNanos)}`,
  };
}

async function rootsOf(log: Log): Promise<string[]> {
  const tree = new CompactRange();
  const roots: string[] = [];
  for await (const places of scan(log, 1, EVENTS, AbortSignal.timeout(30_000))) {
    for (const place of places) {
      tree.append(leafHash(leafText(leafAt(place))));
      roots[tree.size] = Buffer.from(tree.root()).toString("base64");
    }
  }
  return roots;
}

test("what was not sealed is sealed piece by piece while it is read, and each piece as a whole", async () => {
  const nats = await startTestServer();
  onTestFinished(() => nats.stop());
  const idle = await startGateway({ nodeId: "idle", seal: { isOn: false } }, nats);
  for (let at = 0; at < EVENTS; at += 1000) {
    const drafts = Array.from({ length: 1000 }, (_, i) => draft(at + i));
    await append(idle.url, at === 2000 ? "runs/lost" : "runs/kept", drafts);
  }
  const { log } = idle.gateway;
  await log.jsm.streams.purge(log.stream, { filter: "ev.default.runs.lost" });
  await idle.stop();

  const seal = { intervalMs: 100, leavesAtOnce: AT_ONCE };
  const sealing = await startGateway({ nodeId: "sealing", seal }, nats);
  onTestFinished(() => sealing.stop());
  const { gateway } = sealing;
  await gateway.sealer.sealed(EVENTS, AbortSignal.timeout(30_000));

  expect(gateway.sealer.state.missing.ranges).toEqual([[2001, 3000]]);
  const roots = await rootsOf(gateway.log);
  const published = await readCheckpoints(gateway.sealer.store, 1, EVENTS);
  expect(published.length).toBeGreaterThan(3);
  expect(published.at(-1)?.size).toBe(EVENTS);
  for (const { size, note } of published) {
    const { root } = parseCheckpoint(parseNote(note).text);
    expect(Buffer.from(root).toString("base64"), `at ${size}`).toBe(roots[size]);
  }
});
