import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, connectTo, draft, newRun } from "../http/requests.js";

let served: TestGateway;
beforeAll(async () => {
  // So small that many of those who connect need history, and so a consumer.
  served = await startGateway({ ringBytes: 200_000 });
});
afterAll(() => served.stop());

const CONNECTS = 10_000;
const AT_ONCE = 50;

/** What could be left behind. */
async function kept() {
  const { log, hub } = served.gateway;
  const consumers: string[] = [];
  for await (const { name } of log.jsm.consumers.list(log.stream)) consumers.push(name);
  return {
    streams: served.http.stats.streams,
    channels: hub.stats.channels,
    consumers: consumers.length,
    timers: process.getActiveResourcesInfo().filter((name) => name === "Timeout").length,
  };
}

test("10,000 connects and disconnects leave no stream, follower, consumer or timer behind", async () => {
  const run = newRun();
  for (let batch = 0; batch < 4; batch++) {
    await append(
      served.url,
      run,
      Array.from({ length: 500 }, (_, n) => draft(n)),
    );
  }
  const paths = [
    `${run}/stream`,
    `${run}/stream?from=now`,
    `${run}/stream?type=deploy.never`,
    "stream?from=now",
    "correlations/none/stream?from=now",
    `${run}/poll?after=2000&timeoutMs=20`,
    "runs/never/stream",
    "runs/never/poll?timeoutMs=20",
  ];
  const before = await kept();
  let connects = 0;
  const visit = async () => {
    while (connects < CONNECTS) {
      const nth = connects++;
      const socket = await connectTo(served.url);
      socket.write(`GET /v1/${paths[nth % paths.length] ?? ""} HTTP/1.1\r\nHost: x\r\n\r\n`);
      // Some leave before they are answered, some in the middle, some after a while.
      if (nth % 3 > 0) await new Promise((resolve) => socket.once("readable", resolve));
      if (nth % 3 > 1) await new Promise((resolve) => setTimeout(resolve, nth % 20));
      if (nth % 2 === 0) socket.resetAndDestroy();
      else socket.destroy();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, visit));
  await expect.poll(kept, { timeout: 30_000 }).toMatchObject({
    streams: 0,
    channels: before.channels,
    consumers: before.consumers,
  });
  expect((await kept()).timers).toBeLessThanOrEqual(before.timers + 2);
}, 300_000);
