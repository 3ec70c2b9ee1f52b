import { STATUSES } from "../../projections/status.js";
import { LOGS_PAGE } from "../openapi/answer-schemas.js";
import {
  flagParameter,
  json,
  limitParameter,
  pathParameter,
  problems,
  queryParameter,
  schemaRef,
  timeParameters,
  type Operation,
} from "../openapi/operation.js";
import { AS_OF, CONSISTENT, NOT_NOW } from "../state/state-operations.js";

export const latestOperation: Operation = {
  operationId: "readLatestRun",
  summary: "Read the newest run of a workflow",
  description: "The run, how much it logged of which kind, and the first page of its log.",
  tag: "ask",
  parameters: [
    pathParameter("workflowId", "The workflow, percent-encoded.", { type: "string" }),
    flagParameter("all", "1: the runs before it too, the newest first, at most 999."),
    limitParameter("At most so many lines of the log."),
    CONSISTENT,
  ],
  responses: {
    200: json(
      "The run.",
      {
        type: "object",
        required: ["run", ...Object.keys(LOGS_PAGE), "summary"],
        properties: {
          run: schemaRef("runSummary"),
          ...LOGS_PAGE,
          summary: schemaRef("logSummary"),
          others: { type: "array", items: schemaRef("runSummary") },
        },
      },
      { headers: AS_OF },
    ),
    ...problems({
      "bad-parameter": "",
      "bad-cursor": "",
      "cursor-ahead": "",
      "not-found": "it has no run",
      unavailable: NOT_NOW,
    }),
  },
  example: { path: "/v1/workflows/nightly/runs/latest?all=1&limit=10" },
};

const COUNTS = Object.fromEntries(
  [...STATUSES, "unknown"].map((status) => [status, { type: "integer", minimum: 0 }]),
);
const MAYBE_MS = { type: ["number", "null"], minimum: 0 };

const RUN_COUNTS = {
  runs: { type: "integer" },
  byStatus: { type: "object", properties: COUNTS },
  durationMs: { type: "object", properties: { p50: MAYBE_MS, p95: MAYBE_MS } },
  errorRate: {
    type: ["number", "null"],
    minimum: 0,
    maximum: 1,
    description: "Of those that have ended, the share that failed or timed out.",
  },
};

const BUCKET = {
  type: "object",
  required: ["since", "until", ...Object.keys(RUN_COUNTS)],
  properties: {
    since: schemaRef("common.timestamp"),
    until: schemaRef("common.timestamp"),
    ...RUN_COUNTS,
  },
};

const POINT = {
  type: "object",
  required: ["scope", "status", "createdAt", "durationMs"],
  properties: {
    scope: schemaRef("common.scope"),
    status: { enum: [...STATUSES, null] },
    createdAt: schemaRef("common.timestamp"),
    durationMs: { ...MAYBE_MS, description: "null: it has not ended." },
  },
};

export const statsOperation: Operation = {
  operationId: "readStats",
  summary: "Count runs by workflow",
  description:
    "Of the runs that were created within a time, by default the day before now (or before `until`), the newest " +
    "100,000.",
  tag: "ask",
  parameters: [
    ...timeParameters("runs that were created"),
    queryParameter("workflowId", "Only runs of this workflow.", {
      type: "string",
      minLength: 1,
      maxLength: 512,
    }),
    queryParameter(
      "buckets",
      "With `workflowId`: counts its runs also for each of so many equal parts of the time.",
      { type: "integer", minimum: 1, maximum: 200 },
    ),
    queryParameter("points", "With `workflowId`: lists so many of its runs, the newest.", {
      type: "integer",
      minimum: 1,
      maximum: 1000,
    }),
    CONSISTENT,
  ],
  responses: {
    200: json(
      "The workflows, the one with most runs first.",
      {
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
              required: ["workflowId", ...Object.keys(RUN_COUNTS), "eventsPerMinute"],
              properties: {
                workflowId: { type: ["string", "null"] },
                ...RUN_COUNTS,
                eventsPerMinute: { type: "number" },
                buckets: {
                  type: "array",
                  items: BUCKET,
                  description: "The parts of the time, the earliest first.",
                },
                points: { type: "array", items: POINT, description: "The newest run first." },
              },
            },
          },
        },
      },
      { headers: AS_OF },
    ),
    ...problems({
      "bad-parameter": "",
      "bad-cursor": "",
      "cursor-ahead": "",
      unavailable: NOT_NOW,
    }),
  },
  example: { path: "/v1/stats?since=2026-03-01&workflowId=nightly&buckets=24" },
};
