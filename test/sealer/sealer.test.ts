import { expect, test, onTestFinished } from "vitest";
import { parseCheckpoint } from "../../src/audit/checkpoint.js";
import { parseNote, verifyNote } from "../../src/audit/note.js";
import { parseVerifierKey } from "../../src/audit/verifier-key.js";
import { startGateway } from "../fixtures/gateway.js";
import { append, draft } from "../http/requests.js";

const within = (ms: number) => AbortSignal.timeout(ms);

test("every event is covered by a checkpoint soon after it was stored", async () => {
  const served = await startGateway();
  onTestFinished(() => served.stop());
  const { sealer } = served.gateway;
  await append(served.url, "runs/r-1", [draft(1), draft(2), draft(3)]);
  await sealer.sealed(3, within(10_000));
  const { note, keys, size } = sealer.state;
  expect(size).toBe(3);
  const parsed = parseNote(note ?? "");
  expect(parseCheckpoint(parsed.text)).toMatchObject({
    size: 3,
    origin: served.gateway.log.origin,
  });
  const key = parseVerifierKey(keys[0]?.verifierKey ?? "");
  expect(verifyNote(parsed, [key])).toMatchObject({ outcome: "signed" });
  expect(sealer.alarms.all).toEqual([]);
});
