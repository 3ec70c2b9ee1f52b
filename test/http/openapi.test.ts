import { afterAll, beforeAll, expect, test } from "vitest";
import { pino } from "pino";
import { resolveConfig } from "../../src/config.js";
import { createApp } from "../../src/http/app.js";
import { BodyMemory } from "../../src/http/body-memory.js";
import { registerRoutes } from "../../src/http/routes.js";
import { OpenSockets } from "../../src/http/socket/open-sockets.js";
import { OpenStreams } from "../../src/http/stream/open-streams.js";
import { Ticker } from "../../src/http/ticker.js";
import { PROBLEMS, type Problem } from "../../src/wire/problem.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { append, getJson } from "./requests.js";

interface Described {
  operationId: string;
  tags: string[];
  parameters?: { name: string; in: string; required?: boolean }[];
  responses: Record<string, { description: string; content?: Record<string, unknown> }>;
}
interface Document {
  openapi: string;
  tags: { name: string }[];
  paths: Record<string, Record<string, Described>>;
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

const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

/** Every method and address that Fastify has been told of, but for those that answer 405. */
async function registered(): Promise<{ method: string; url: string }[]> {
  const { gateway } = served;
  const logger = pino({ level: "silent" });
  const app = createApp(logger, []);
  const routes: { method: string; url: string }[] = [];
  let isRefusing = false;
  app.addHook("onRoute", ({ method, url }) => {
    // The first routes with several methods are those that refuse.
    isRefusing ||= Array.isArray(method);
    if (!isRefusing) routes.push({ method: String(method).toLowerCase(), url });
  });
  const ticker = new Ticker(1000);
  registerRoutes(app, {
    gateway,
    config: resolveConfig({}),
    ticker,
    streams: new OpenStreams(1),
    sockets: new OpenSockets(),
    bodyMemory: new BodyMemory(),
    samples: undefined,
    logger,
    draining: new AbortController().signal,
  });
  await app.close();
  ticker.stop();
  return routes;
}

test("describes every route that there is, and no other", async () => {
  // A HEAD is what its GET says; pages for people are no part of the API.
  const isOfApi = ({ method, url }: { method: string; url: string }) =>
    method !== "head" && /^\/(?:v1\/|healthz|readyz|metrics|openapi)/.test(url);
  const routes = (await registered()).filter(isOfApi);
  expect(routes.length).toBeGreaterThan(40);
  const patterns = routes.map(({ method, url }) => ({
    method,
    pattern: new RegExp(`^${url.replaceAll(/:\w+/g, "[^/]+").replaceAll(".", "\\.")}$`),
  }));
  const operations = operationsOf(document);
  for (const { method, path } of operations) {
    const isServed = patterns.some((one) => one.method === method && one.pattern.test(path));
    expect(isServed, `${method} ${path} is served`).toBe(true);
  }
  for (const { method, pattern } of patterns) {
    const isDescribed = operations.some((one) => one.method === method && pattern.test(one.path));
    expect(isDescribed, `${method} ${pattern.source} is described`).toBe(true);
  }
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("names everything in camelCase", () => {
  const camelCase = /^[a-z][A-Za-z0-9]*$/;
  for (const { path, operation } of operationsOf(document)) {
    expect(operation.operationId).toMatch(camelCase);
    for (const parameter of operation.parameters ?? []) {
      if (parameter.in !== "header") expect(parameter.name, path).toMatch(camelCase);
    }
  }
  const walk = (node: unknown, at: string): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === "properties") {
        for (const name of Object.keys(value as object)) {
          // What stands for personal data begins with a dollar; counts by status are called as statuses are.
          if (/byStatus$/i.test(at) && /^[a-z_]+$/.test(name)) continue;
          expect(name.replace("$", ""), at).toMatch(camelCase);
        }
      }
      walk(value, `${at}/${key}`);
    }
  };
  walk(document, "");
});

test("says which problems there are where, each with its own status, and of every one", () => {
  const seen = new Set<string>();
  for (const { method, path, operation } of operationsOf(document)) {
    for (const [status, { description, content = {} }] of Object.entries(operation.responses)) {
      if (!("application/problem+json" in content)) continue;
      const codes = [...description.matchAll(/(?:^|; )`([a-z-]+)`/g)].map(([, code = ""]) => code);
      expect(codes.length, `${method} ${path} ${status}`).toBeGreaterThan(0);
      for (const code of codes) {
        seen.add(code);
        expect(PROBLEMS[code as keyof typeof PROBLEMS][0], `${path} ${code}`).toBe(Number(status));
      }
    }
  }
  // Any request may meet these, and some come in streams and messages only.
  const anywhere = ["unauthorized", "method-not-allowed", "uri-too-long", "headers-too-large"];
  const elsewhere = ["internal", "subscription-busy", "too-many-subscriptions"];
  expect([...seen, ...anywhere, ...elsewhere].toSorted()).toEqual(Object.keys(PROBLEMS).toSorted());
});

test("has no parameter that is not read", async () => {
  let asked = 0;
  for (const { method, path, operation } of operationsOf(document)) {
    const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === "query");
    for (const { name } of parameters) {
      const others = parameters.filter((other) => other.required === true && other.name !== name);
      const query = [...others.map((other) => `${other.name}=1`), `${name}=1&${name}=1`].join("&");
      const address = served.url + path.replaceAll(/\{\w+\}/g, "x");
      const { status, body } = await answerTo(method, `${address}?${query}`);
      expect([status, body.pointer], `${method} ${path} ${name}`).toEqual([400, `/query/${name}`]);
      expect(body.detail).toContain("more than once");
      asked++;
    }
  }
  expect(asked).toBeGreaterThan(200);
});

async function answerTo(method: string, url: string): Promise<{ status: number; body: Problem }> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    ...(method === "post" && { body: "{}" }),
  });
  return { status: response.status, body: (await response.json()) as Problem };
}

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
    // On a NATS of somebody else there is none.
    if (path === "/v1/sample-runs") continue;
    // A poll would wait for events that never come.
    const url = `${address}?${path.endsWith("/poll") ? "timeoutMs=0" : ""}`;
    for (const method of ["get", "post"].filter((name) => name in item)) {
      const answer = await fetch(url, { method, headers: { "last-event-id": "malformed" } });
      expect([404, 405], `${method} ${path}`).not.toContain(answer.status);
      await answer.body?.cancel();
    }
  }
});
