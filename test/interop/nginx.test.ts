import { afterAll, beforeAll, expect, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, draft, newRun } from "../http/requests.js";
import { indicesOf, isControl, openStream, readUntil } from "../http/sse-reader.js";
import { npmEventSource } from "./clients.js";
import { followInterruptedRun } from "./interrupted-run.js";
import { startNginx, type Nginx } from "./nginx.js";

let served: TestGateway;
let nginx: Nginx;
beforeAll(async () => {
  served = await startGateway();
  nginx = await startNginx(served.url);
});
afterAll(async () => {
  await nginx.stop();
  await served.stop();
});

test("events come through nginx one by one, each before the next is published", async () => {
  const run = newRun();
  const stream = await openStream(`${nginx.url}/v1/${run}/stream`);
  await readUntil(stream.blocks, isControl("caught-up"));
  for (let n = 1; n <= 100; n++) {
    const [stored] = await append(nginx.url, run, [draft(n)]);
    const { value } = await stream.blocks.next();
    expect(value?.id).toBe(stored?.cursor);
  }
  stream.leave();
});

test("a reader resumes through nginx after any event", async () => {
  const run = newRun();
  const stored = await append(
    nginx.url,
    run,
    Array.from({ length: 20 }, (_, n) => draft(n)),
  );
  for (const { cursor, index } of stored) {
    const stream = await openStream(`${nginx.url}/v1/${run}/stream`, { "last-event-id": cursor });
    const blocks = await readUntil(stream.blocks, isControl("caught-up"));
    expect(indicesOf(blocks)).toEqual(stored.slice(index).map((result) => result.index));
    stream.leave();
  }
});

test("an EventSource gets a whole run through nginx and a network that keeps breaking, and stops at its end", () =>
  followInterruptedRun(npmEventSource, served.url, nginx.url));
