import { afterAll, beforeAll, expect, test } from "vitest";
import { PROBLEMS } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, getJson } from "./requests.js";

interface Document {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, { properties?: { code?: { enum?: string[] } } }> };
}

const SCOPES = [
  ["runs/x/pack-runs/x/jobs/x", "job.completed"],
  ["runs/x/pack-runs/x", "pack_run.completed"],
  ["runs/x/jobs/x", "job.completed"],
  ["runs/x", "run.completed"],
  ["pack-runs/x/jobs/x", "job.completed"],
  ["pack-runs/x", "pack_run.completed"],
  ["jobs/x", "job.completed"],
] as const;

let served: TestGateway;
let document: Document;
beforeAll(async () => {
  served = await startGateway({ readModel: { isOn: true } });
  document = (await getJson<Document>(`${served.url}/openapi.json`)).body;
});
afterAll(() => served.stop());

test("describes the API as OpenAPI 3.1, with every problem code", () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(document.components.schemas["problem"]?.properties?.code?.enum).toEqual(
    Object.keys(PROBLEMS),
  );
});

test("refers to nothing that is not in it", () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
    ([, reference = ""]) => reference,
  );
  expect(references.length).toBeGreaterThan(100);
  for (const reference of new Set(references)) {
    const found = reference
      .split("/")
      .slice(1)
      .reduce<unknown>(
        (node, key) => (node as Record<string, unknown> | undefined)?.[key],
        document,
      );
    expect(found, reference).toBeDefined();
  }
});

test("describes addresses and methods that there are", async () => {
  // What the addresses can be about: scopes that have ended, innermost first, a workflow, a subscription.
  for (const [scope, type] of SCOPES) {
    const payload = type.startsWith("job") ? { attempt: 1, durationMs: 1 } : { durationMs: 1 };
    const isRun = type.startsWith("run.");
    const created = { type: "run.created", payload: { workflowId: "x" } };
    await append(served.url, scope, [...(isRun ? [created] : []), { type, payload }]);
    expect((await fetch(`${served.url}/v1/${scope}/bundle`)).status).toBe(200);
  }
  await (await fetch(`${served.url}/v1/stream?durable=x`)).body?.cancel();
  // And a key that there is.
  const { id: keyId } = await served.gateway.personalKeys.current(served.gateway.tenant, "x");
  for (const [path, item] of Object.entries(document.paths)) {
    const address = served.url + path.replace("{keyId}", keyId).replaceAll(/\{\w+\}/g, "x");
    // A poll would wait for events that never come.
    const url = `${address}?${path.endsWith("/poll") ? "timeoutMs=0" : ""}`;
    for (const method of ["get", "post"].filter((name) => name in item)) {
      const answer = await fetch(url, { method, headers: { "last-event-id": "malformed" } });
      expect([404, 405], `${method} ${path}`).not.toContain(answer.status);
      await answer.body?.cancel();
    }
  }
});
