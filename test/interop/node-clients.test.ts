import { afterAll, beforeAll, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { microsoftFetchEventSource, npmEventSource, undiciEventSource } from "./clients.js";
import { followInterruptedRun } from "./interrupted-run.js";

let served: TestGateway;
beforeAll(async () => {
  served = await startGateway();
});
afterAll(() => served.stop());

test.concurrent.each([
  ["npm's eventsource", npmEventSource],
  ["undici's EventSource", undiciEventSource],
  ["@microsoft/fetch-event-source", microsoftFetchEventSource],
])("%s gets a whole run through a network that keeps breaking, and stops at its end", (_, client) =>
  followInterruptedRun(client, served.url),
);
