import { json, problems, schemaRef, type Operation } from "./openapi/operation.js";

export const healthOperation: Operation = {
  operationId: "readHealth",
  summary: "Ask whether the process lives",
  tag: "operation",
  responses: {
    200: json("It does.", { type: "object", properties: { status: { const: "ok" } } }),
  },
  example: { path: "/healthz" },
};

export const readinessOperation: Operation = {
  operationId: "readReadiness",
  summary: "Ask whether events can be appended and delivered",
  tag: "operation",
  responses: {
    200: json("They can, and what else there is to know.", schemaRef("readiness")),
    ...problems({ unavailable: "they cannot, and why; with the members of readiness" }),
  },
  example: { path: "/readyz" },
};

export const metricsOperation: Operation = {
  operationId: "readMetrics",
  summary: "Read what can grow beside its bound",
  tag: "operation",
  responses: {
    200: {
      description: "Prometheus text.",
      content: { "text/plain": { schema: { type: "string" } } },
    },
  },
  example: { path: "/metrics" },
};

export const openapiOperation: Operation = {
  operationId: "readDescription",
  summary: "Read this description, for programs",
  description: "OpenAPI 3.1. For people it is at `/docs`.",
  tag: "operation",
  responses: { 200: json("The document.", { type: "object" }) },
  example: { path: "/openapi.json" },
};
