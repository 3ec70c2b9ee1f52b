import { afterAll, beforeAll, expect, test } from "vitest";
import { parseScope } from "../../src/envelope/scope.js";
import { connectNats } from "../../src/log/connect.js";
import { openLog, type Log } from "../../src/log/stream.js";
import { readVerified } from "../fixtures/chain.js";
import { CREDENTIALS, startCluster, type TestCluster } from "../fixtures/cluster.js";
import { until } from "../fixtures/until.js";
import { startPublisher } from "../fixtures/publisher.js";

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
}, 60_000);
afterAll(async () => {
  await cluster.stop();
});

async function open(): Promise<Log> {
  const servers = cluster.nodes.map(({ port }) => `127.0.0.1:${port}`);
  const nc = await connectNats({ servers, ...CREDENTIALS, name: "test" });
  return openLog(nc, { stream: "RUNTRAIL", origin: "runtrail.example/test", replicas: 3 });
}

test("two gateways go on when the leader of the log is killed, and nothing acknowledged is lost", async () => {
  // The members find each other first; until then there is nobody to place a stream.
  const log = await until("a log is open", () => open().catch(() => undefined), 30_000);
  const gateways = [await startPublisher(log), await startPublisher(await open())];

  const acknowledged = new Map<string, string>();
  let isDone = false;
  const writing = Promise.all(
    gateways.flatMap(({ publisher }, gateway) =>
      Array.from({ length: 4 }, async (_, writer) => {
        for (let n = 0; !isDone; n++) {
          const scope = parseScope(`runs/r-${(n + writer) % 3}`);
          if (!scope) throw new Error("it is a scope");
          const id = `event-${gateway}-${writer}-${n}`;
          const draft = { id, type: "test.noted", payload: { gateway, writer, n } };
          let result = await publisher.append("acme", scope, draft);
          // As long as the members have not agreed on a leader; then it is to be sent again.
          while (result.outcome === "unavailable")
            result = await publisher.append("acme", scope, draft);
          if (result.outcome !== "appended" && result.outcome !== "duplicate")
            throw new Error(`${id}: ${result.outcome}`);
          acknowledged.set(`${scope.path} ${result.index}`, result.hash);
        }
      }),
    ),
  );
  const reached = (count: number) =>
    Promise.race([
      writing,
      expect.poll(() => acknowledged.size, { timeout: 120_000 }).toBeGreaterThan(count),
    ]);
  await reached(200);
  const leader = (await log.jsm.streams.info(log.stream)).cluster?.leader;
  cluster.nodes.find(({ name }) => name === leader)?.kill();
  await reached(acknowledged.size + 200);
  isDone = true;
  await writing;

  const events = await readVerified(log, "acme");
  const kept = new Map(events.map(({ scope, index, hash }) => [`${scope} ${index}`, hash]));
  for (const [place, hash] of acknowledged) expect(kept.get(place), place).toBe(hash);
  expect(events).toHaveLength(acknowledged.size);
  for (const gateway of gateways) await gateway.close();
}, 300_000);
