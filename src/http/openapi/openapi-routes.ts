import type { FastifyInstance } from "fastify";
import { appendOperation } from "../append/append-operations.js";
import { auditPaths, bundleOperation, receiptOperation } from "../audit/audit-operations.js";
import { erasurePaths } from "../erasure/erasure-operations.js";
import { logsOperation, logSummaryOperation } from "../logs/logs-operations.js";
import { pollOperation, readOperation } from "../read/read-operations.js";
import { socketOperation } from "../socket/socket-operations.js";
import { stateOperation, statePaths } from "../state/state-operations.js";
import { streamOperation } from "../stream/stream-operations.js";
import { subscriptionPaths } from "../subscriptions/subscription-operations.js";
import { workflowPaths } from "../workflows/workflow-operations.js";
import { componentSchemas, schemaRef } from "./components.js";
import { problems, type OpenapiObject } from "./operation.js";

/** Scopes in the order they may contain each other; OpenAPI has no parameter that spans slashes. */
const APPENDABLE_PATHS = [
  "",
  "/runs/{runId}",
  "/runs/{runId}/pack-runs/{packRunId}",
  "/runs/{runId}/pack-runs/{packRunId}/jobs/{jobId}",
  "/runs/{runId}/jobs/{jobId}",
  "/pack-runs/{packRunId}",
  "/pack-runs/{packRunId}/jobs/{jobId}",
  "/jobs/{jobId}",
];
const SCOPE_PATHS = APPENDABLE_PATHS.filter((path) => path !== "");
const CORRELATION_PATHS = ["/correlations/{correlationId}"];
const TIMELINE_PATHS = [...APPENDABLE_PATHS, ...CORRELATION_PATHS];

/** `GET /openapi.json`: this API, described for programs (OpenAPI 3.1). */
export function openapiRoutes(app: FastifyInstance): void {
  let document: string | undefined;
  app.get("/openapi.json", (_request, reply) => {
    document ??= JSON.stringify(openapiDocument());
    return reply
      .type("application/json; charset=utf-8")
      .header("cache-control", "public, max-age=300")
      .send(document);
  });
}

export function openapiDocument(): OpenapiObject {
  return {
    openapi: "3.1.0",
    info: {
      title: "Runtrail",
      version: "1",
      description: "The event trail of an orchestrator. Every error is a problem (RFC 9457).",
    },
    paths: {
      ...paths(APPENDABLE_PATHS, "events", { get: readOperation, post: appendOperation }),
      ...paths(CORRELATION_PATHS, "events", { get: readOperation }),
      ...paths(TIMELINE_PATHS, "stream", { get: streamOperation }),
      ...paths(TIMELINE_PATHS, "poll", { get: pollOperation }),
      ...paths(APPENDABLE_PATHS, "bundle", { get: bundleOperation }),
      ...paths(SCOPE_PATHS, "receipt", { get: receiptOperation }),
      ...paths(TIMELINE_PATHS, "logs", { get: logsOperation }),
      ...paths(SCOPE_PATHS, "logs/summary", { get: logSummaryOperation }),
      ...paths(SCOPE_PATHS, undefined, { get: stateOperation }),
      ...statePaths,
      ...workflowPaths,
      ...auditPaths,
      "/v1/ws": { get: socketOperation },
      ...subscriptionPaths,
      ...erasurePaths,
      "/healthz": { get: health("The process lives.") },
      "/readyz": {
        get: health(
          "Events can be appended and delivered.",
          problems({ 503: "They cannot: why." }),
        ),
      },
      "/metrics": { get: health("What can grow beside its bound, as Prometheus text.") },
      "/openapi.json": { get: health("This document.") },
    },
    components: { schemas: componentSchemas() },
  };
}

function paths(
  timelines: readonly string[],
  resource: string | undefined,
  operations: OpenapiObject,
): OpenapiObject {
  return Object.fromEntries(
    timelines.map((scope) => {
      const names = [...scope.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const parameters = names.map((name) => ({
        name,
        in: "path",
        required: true,
        schema: name === "correlationId" ? { type: "string" } : schemaRef("common.id"),
      }));
      const url = resource === undefined ? `/v1${scope}` : `/v1${scope}/${resource}`;
      return [url, { parameters, ...operations }];
    }),
  );
}

function health(description: string, more: OpenapiObject = {}): OpenapiObject {
  const content = { "application/json": { schema: { type: "object" } } };
  return {
    summary: description,
    tags: ["operation"],
    responses: { 200: { description, content }, ...more },
  };
}
