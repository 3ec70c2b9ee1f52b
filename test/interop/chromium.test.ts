import { afterAll, beforeAll, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { startChromium, type Chromium } from "./chromium.js";
import { followInterruptedRun } from "./interrupted-run.js";

let served: TestGateway;
let chromium: Chromium;
beforeAll(async () => {
  [served, chromium] = await Promise.all([startGateway(), startChromium()]);
});
afterAll(async () => {
  await chromium.close();
  await served.stop();
});

test.concurrent.each(["named events", "onmessage"] as const)(
  "Chromium's EventSource gets a whole run by %s from a server of another origin, and stops at its end",
  (form) => followInterruptedRun(chromium.eventSource(form), served.url),
);

test.concurrent(
  "Chromium's WebSocket gets a whole run from a server of another origin, and stops at its end",
  () => followInterruptedRun(chromium.webSocket, served.url),
);
