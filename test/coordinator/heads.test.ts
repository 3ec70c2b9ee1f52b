import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { currentHeads } from "../../src/coordinator/heads.js";
import { History } from "../../src/coordinator/history.js";
import { Hub, timelineKey } from "../../src/coordinator/hub.js";
import { selectionOf } from "../../src/coordinator/selection.js";
import { readBounds } from "../../src/log/bounds.js";
import type { HistoryIndex } from "../../src/log/history-index.js";
import { readTimelineHeads } from "../../src/log/read.js";
import type { ScopeHead } from "../../src/log/record.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append } from "../http/requests.js";

const TENANT = "acme";
const SCOPES = ["runs/a", "runs/a/jobs/x", "runs/a/jobs/y", "runs/b/jobs/x", "jobs/z"];
const PATHS = [...SCOPES, "runs/b", "runs/none"];

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway({ tenant: TENANT, readModel: { isOn: true } });
  for (let n = 0; n < 4; n++) {
    for (const scope of SCOPES)
      await append(served.url, scope, [{ type: "test.noted", payload: { n } }]);
  }
  await append(served.url, "jobs/z", [
    { type: "job.completed", payload: { attempt: 1, exitCode: 0, durationMs: 1 } },
  ]);
  const { hub, readModel } = served.gateway;
  expect(await readModel?.reached(hub.position, AbortSignal.timeout(30_000))).toBe(true);
});
afterAll(() => served.stop());

const select = (path: string) => selectionOf(TENANT, path, undefined);

function brief(own: ScopeHead | undefined): Partial<ScopeHead> | undefined {
  if (!own) return undefined;
  const { scope, sequence, index, hash, type } = own;
  return { scope, sequence, index, hash, type };
}

/** Memory that has the log from behind a sequence up to another one. */
function memory(after: number, upTo: number): Hub {
  const hub = new Hub(after, 1_000_000);
  const { gateway } = served;
  for (const record of gateway.hub.read(timelineKey(TENANT, ""), after) ?? []) {
    if (record.sequence <= upTo) hub.publish(record);
  }
  return hub;
}

describe.each(PATHS)("the newest events of %s", (path) => {
  test.each([
    ["all is in memory", 0, true],
    ["some is in memory", 9, true],
    ["next to nothing is in memory", 20, true],
    ["some is in memory, and there is no read model", 9, false],
  ])("are those that the log has, where %s", async (_, after, isIndexed) => {
    const { log, hub, history } = served.gateway;
    const bounds = await readBounds(log);
    const wanted = await readTimelineHeads(log, TENANT, path);
    const heads = vi.spyOn(history.index as HistoryIndex, "heads");
    const index = isIndexed ? history.index : undefined;
    const all = new History(log, memory(after, hub.position), index);
    const found = await currentHeads(all, select(path), bounds, 0);
    expect(heads).toHaveBeenCalledTimes(isIndexed && after > 0 ? 1 : 0);
    heads.mockRestore();
    expect(brief(found.own)).toEqual(brief(wanted.own));
    expect(found.newest).toBe(wanted.newest);
  });

  test("are not older than what is started after, where memory lacks the end of the log", async () => {
    const { log, history } = served.gateway;
    const bounds = await readBounds(log);
    const wanted = await readTimelineHeads(log, TENANT, path);
    for (const reachesBackTo of [0, 9]) {
      const behind = new History(log, memory(reachesBackTo, bounds.last - 1), history.index);
      const started = await currentHeads(behind, select(path), bounds, bounds.last);
      expect(brief(started.own)).toEqual(brief(wanted.own));
      const { newest } = await currentHeads(behind, select(path), bounds, 0);
      expect(newest).toBeGreaterThanOrEqual(wanted.newest);
    }
  });
});
