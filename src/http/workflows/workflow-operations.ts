import { STATUSES } from "../../projections/status.js";
import { schemaRef } from "../openapi/components.js";
import {
  limitParameter,
  problems,
  queryParameter,
  timeParameters,
  type OpenapiObject,
} from "../openapi/operation.js";
import { AS_OF, CONSISTENT, NOT_NOW } from "../state/state-operations.js";

const latestOperation: OpenapiObject = {
  summary: "Read the newest run of a workflow",
  description: "The run, how much it logged of which kind, and the first page of its log.",
  tags: ["read"],
  parameters: [
    { name: "workflowId", in: "path", required: true, schema: { type: "string" } },
    queryParameter("all", "1: the runs before it too, the newest first, at most 999.", {
      enum: ["0", "1"],
    }),
    limitParameter("At most so many lines of the log."),
    CONSISTENT,
  ],
  responses: {
    200: {
      description: "The run.",
      headers: AS_OF,
      content: {
        "application/json": {
          schema: {
            allOf: [
              schemaRef("logs"),
              {
                type: "object",
                required: ["run", "summary"],
                properties: {
                  run: schemaRef("runSummary"),
                  summary: { type: "object", description: "As `logs/summary` of the run." },
                  others: { type: "array", items: schemaRef("runSummary") },
                },
              },
            ],
          },
        },
      },
    },
    ...problems({
      400: "bad-parameter, bad-cursor, cursor-ahead",
      404: "not-found: it has no run",
      503: NOT_NOW,
    }),
  },
};

const COUNTS = Object.fromEntries(
  [...STATUSES, "unknown"].map((status) => [status, { type: "integer", minimum: 0 }]),
);

const statsOperation: OpenapiObject = {
  summary: "Count runs by workflow",
  description:
    "Of the runs that were created within a time, by default the day before now (or before `until`), the newest " +
    "100,000.",
  tags: ["read"],
  parameters: [
    ...timeParameters("runs that were created"),
    queryParameter("workflowId", "Only runs of this workflow.", { type: "string" }),
    CONSISTENT,
  ],
  responses: {
    200: {
      description: "The workflows, the one with most runs first.",
      headers: AS_OF,
      content: {
        "application/json": {
          schema: {
            type: "object",
            required: ["since", "until", "workflows", "isCut"],
            properties: {
              since: schemaRef("common.timestamp"),
              until: schemaRef("common.timestamp"),
              isCut: { type: "boolean", description: "There are more runs than were counted." },
              workflows: {
                type: "array",
                items: {
                  type: "object",
                  required: ["workflowId", "runs", "byStatus", "durationMs", "errorRate"],
                  properties: {
                    workflowId: { type: ["string", "null"] },
                    runs: { type: "integer" },
                    byStatus: { type: "object", properties: COUNTS },
                    durationMs: {
                      type: "object",
                      properties: {
                        p50: { type: ["number", "null"] },
                        p95: { type: ["number", "null"] },
                      },
                    },
                    errorRate: {
                      type: ["number", "null"],
                      description: "Of those that have ended, the share that failed or timed out.",
                    },
                    eventsPerMinute: { type: "number" },
                  },
                },
              },
            },
          },
        },
      },
    },
    ...problems({ 400: "bad-parameter, bad-cursor, cursor-ahead", 503: NOT_NOW }),
  },
};

/** Runs by workflow, for the API's description. */
export const workflowPaths: OpenapiObject = {
  "/v1/workflows/{workflowId}/runs/latest": { get: latestOperation },
  "/v1/stats": { get: statsOperation },
};
