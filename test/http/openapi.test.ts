import { afterAll, beforeAll, expect, test } from "vitest";
import { PROBLEMS } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { getJson } from "./requests.js";

interface Document {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
  components: { schemas: Record<string, { properties?: { code?: { enum?: string[] } } }> };
}

let served: TestGateway;
let document: Document;
beforeAll(async () => {
  served = await startGateway();
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
  // One that the addresses of subscriptions can be about.
  await (await fetch(`${served.url}/v1/stream?durable=x`)).body?.cancel();
  for (const [path, item] of Object.entries(document.paths)) {
    const address = served.url + path.replaceAll(/\{\w+\}/g, "x");
    // A poll would wait for events that never come.
    const url = path.endsWith("/poll") ? `${address}?timeoutMs=0` : address;
    for (const method of ["get", "post"].filter((name) => name in item)) {
      const answer = await fetch(url, { method, headers: { "last-event-id": "malformed" } });
      expect([404, 405], `${method} ${path}`).not.toContain(answer.status);
      await answer.body?.cancel();
    }
  }
});
