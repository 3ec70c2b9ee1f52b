import { afterAll, beforeAll, describe, test } from "vitest";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { chapters } from "./chapters.js";

let served: TestGateway;
beforeAll(async () => {
  // One case waits for a heartbeat.
  served = await startGateway({ http: { heartbeatMs: 500 } });
});
afterAll(() => served.stop());

for (const { title, cases } of chapters) {
  describe(title, () => {
    for (const { name, run } of cases) test(name, () => run(served.url));
  });
}
