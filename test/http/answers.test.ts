import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, expect, test } from "vitest";
import { schemas } from "../../src/envelope/catalogue/schemas.generated.js";
import { startGateway, type TestGateway } from "../fixtures/gateway.js";
import { until } from "../fixtures/until.js";
import { append, getJson, post } from "./requests.js";

type Node = Record<string, unknown>;
interface Document extends Node {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >;
}

let served: TestGateway;
let document: Document;
let ajv: Ajv2020;
let consistent = "";
let keyId = "";
beforeAll(async () => {
  served = await startGateway({ readModel: { isOn: true } });
  document = (await getJson<Document>(`${served.url}/openapi.json`)).body;
  ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  ajv.addSchema({ ...(closed(document) as Document), $id: "openapi" });
  await appendEverything();
  await (await fetch(`${served.url}/v1/runs/r-1/stream?durable=reader`)).body?.cancel();
  await until("all of it is sealed", () => served.gateway.sealer.lag === 0);
  keyId = (await served.gateway.personalKeys.current(served.gateway.tenant, "ana")).id;
});
afterAll(() => served.stop());

/** The same schemas, but that nothing may be there that they do not tell of. */
function closed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== "object" || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const isObject = "properties" in copy && "type" in copy && !("additionalProperties" in copy);
  return isObject ? { ...copy, additionalProperties: false } : copy;
}

/** Every example of every payload of the catalogue, those that end their scope last. */
async function appendEverything(): Promise<void> {
  const scopeOf = (type: string) => {
    if (type.startsWith("run.")) return "runs/r-1";
    return type.startsWith("pack_run.") ? "runs/r-1/pack-runs/p-1" : "runs/r-1/jobs/j-1";
  };
  const isEnd = (type: string) =>
    /^(?:run|pack_run|job)\.(?:completed|failed|canceled|timed_out)$/.test(type);
  const drafts = Object.entries(schemas).flatMap(([file, schema]) => {
    const type = /^payloads\/(.*)\.json$/.exec(file)?.[1];
    if (type === undefined || isEnd(type)) return [];
    const { examples } = schema;
    return examples.map((payload) => ({ scope: scopeOf(type), type, payload }));
  });
  expect(drafts.length).toBeGreaterThan(50);
  const { body } = await post<{ outcome: string; cursor: string }[]>(
    `${served.url}/v1/events`,
    drafts,
  );
  expect(body.map(({ outcome }) => outcome)).toEqual(drafts.map(() => "appended"));
  const personal = { $personal: { subject: "ana", value: "Ana" } };
  await append(served.url, "runs/r-2", [
    { type: "run.created", payload: { workflowId: "nightly" } },
    { type: "guest.greeted", payload: { guest: personal } },
    {
      type: "run.failed",
      payload: { durationMs: 1, error: { code: "x", message: "m", retryable: true } },
    },
  ]);
  const [last] = await append(served.url, "runs/r-1/jobs/j-1", [
    { type: "job.completed", payload: { attempt: 1, durationMs: 1 } },
  ]);
  consistent = last?.cursor ?? "";
}

/** Checks an answer against what the document says of its address, method and status. */
async function check(path: string, init: RequestInit = {}): Promise<void> {
  const response = await fetch(served.url + path, init);
  const [address = ""] = path.split("?");
  const method = (init.method ?? "GET").toLowerCase();
  const found = Object.keys(document.paths).find((template) =>
    new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(address),
  );
  const { responses } = document.paths[found ?? ""]?.[method] ?? {};
  const content = responses?.[String(response.status)]?.content ?? {};
  const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
  expect(Object.keys(content), `${path} ${response.status}`).toContain(type);
  const text = await response.text();
  if (!type.endsWith("json")) return;
  const pointer = [
    "paths",
    found ?? "",
    method,
    "responses",
    String(response.status),
    "content",
    type,
  ]
    .map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")))
    .join("/");
  const validate = ajv.compile({ $ref: `openapi#/${pointer}/schema` });
  const parts = type.endsWith("ndjson") ? text.trimEnd().split("\n") : [text];
  for (const part of parts) {
    validate(JSON.parse(part));
    expect(validate.errors ?? [], `${path} ${part}`).toEqual([]);
  }
}

test.each([
  "/v1/events?limit=1000",
  "/v1/runs/r-1/events?order=desc&limit=5",
  "/v1/runs/r-1/events?after=1.elsewhere",
  "/v1/correlations/r-1/events",
  "/v1/runs/r-1/events?format=csv",
  "/v1/runs/r-1/events?format=ndjson",
  "/v1/runs/r-1/logs?format=ndjson",
  "/v1/runs/r-1/logs?format=csv",
  "/v1/runs/r-1/logs?format=txt",
  "/v1/runs/r-1/poll?after=3",
  "/v1/runs/r-2/poll?after=1000",
  "/v1/runs/r-1",
  "/v1/runs/r-1?at=20",
  "/v1/runs/r-1/jobs/j-1",
  "/v1/runs/r-1/pack-runs/p-1",
  "/v1/runs",
  "/v1/runs?limit=1",
  "/v1/runs/r-1/logs",
  "/v1/logs?limit=1&q=a*",
  "/v1/runs/r-1/logs/summary",
  "/v1/runs/r-1/jobs/j-1/logs/summary",
  "/v1/workflows/nightly/runs/latest",
  "/v1/workflows/nightly/runs/latest?all=1",
  "/v1/stats?since=2000-01-01",
  "/v1/stats?since=2000-01-01&workflowId=nightly&buckets=3&points=2",
  "/v1/subscriptions",
  "/v1/subscriptions/reader",
  "/v1/checkpoint",
  "/v1/checkpoints",
  "/v1/keys",
  "/v1/proofs/inclusion?sequence=1",
  "/v1/proofs/consistency?from=1",
  "/v1/runs/r-2/receipt",
  "/v1/runs/r-1/bundle",
  "/v1/ws",
  "/healthz",
  "/readyz",
  "/metrics",
  "/v1/runs/nobody",
  "/v1/runs/r-1?limit=1",
  "/v1/workflows/none/runs/latest",
  "/v1/subscriptions/none",
  "/v1/sample-runs",
])("the answer to %s is as it is described", async (path) => {
  const isAsked = /^\/v1\/(?:runs|logs|workflows|stats)(?!.*\/(?:events|poll|receipt|bundle))/;
  const wait = isAsked.test(path)
    ? `${path.includes("?") ? "&" : "?"}consistent=${consistent}`
    : "";
  await check(path + wait);
});

test("the answers to what changes something are as they are described", async () => {
  const json = (body: unknown): RequestInit => ({
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const draft = { type: "deploy.step", payload: { n: 1 }, id: "deploy-step-1" };
  await check("/v1/runs/r-3/events", json(draft));
  await check("/v1/runs/r-3/events", json(draft));
  await check("/v1/runs/r-3/events", json([draft, { type: "Bad", payload: {} }]));
  await check("/v1/runs/r-3/events", json({ ...draft, payload: { n: 2 } }));
  await check("/v1/runs/r-3/events", json({ ...draft, id: undefined, expect: { index: 7 } }));
  await check("/v1/runs/r-3/events", json({ type: "run.nonsense", payload: {} }));
  await check("/v1/subscriptions/reader/ack", json({ cursor: "1" }));
  await check("/v1/subscriptions/reader/ack", json({}));
  await check(`/v1/personal-keys/${keyId}`);
  await check("/v1/personal-subjects/ana", { method: "DELETE" });
  await check(`/v1/personal-keys/${keyId}`);
  await check("/v1/personal-subjects/nobody", { method: "DELETE" });
  await check("/v1/reindex", { method: "POST" });
});
