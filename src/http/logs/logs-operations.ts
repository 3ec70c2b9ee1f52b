import {
  entryParameters,
  json,
  limitParameter,
  problems,
  queryParameter,
  schemaRef,
  timeParameters,
  type Operation,
} from "../openapi/operation.js";
import { AS_OF, CONSISTENT, NOT_NOW } from "../state/state-operations.js";

const PRIORITY = { type: "integer", minimum: 1, maximum: 10 };

/** Log entries, each by itself, for the API's description. */
export const logsOperation: Operation = {
  operationId: "readLogs",
  summary: "Read and search log entries",
  description:
    "The log entries of a timeline, each by itself, in the order of the log. As a file with all of them: " +
    "`format=csv`, `ndjson` or `txt`, or the media type of one of the first two in `Accept`.",
  tag: "ask",
  parameters: [
    queryParameter(
      "q",
      'Full text: words that must all be there, `"in a row"`, `begin*`, `-without`, `this OR that`.',
      { type: "string", minLength: 1, maxLength: 512 },
    ),
    ...entryParameters("entries"),
    queryParameter("nodeId", "Only entries of this node.", {
      type: "string",
      minLength: 1,
      maxLength: 512,
    }),
    queryParameter("stream", "Only entries of this output.", {
      type: "string",
      enum: ["stdout", "stderr"],
    }),
    queryParameter("minPriority", "Only entries of at least this `displayPriority`.", PRIORITY),
    queryParameter("maxPriority", "Only entries of at most this `displayPriority`.", PRIORITY),
    ...timeParameters("entries that were recorded"),
    queryParameter("order", "desc: the newest first.", {
      type: "string",
      enum: ["asc", "desc"],
      default: "asc",
    }),
    limitParameter("At most so many; long lines make a page shorter."),
    queryParameter(
      "after",
      "The lines behind those of a page: its `pagination.next`. Also a line's cursor, or an event's.",
      { type: "string", examples: ["1042-3.k3f9q2"] },
    ),
    queryParameter("offset", "Passes so many lines over; `after` gets as far at less cost.", {
      type: "integer",
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
    }),
    queryParameter(
      "format",
      "Other than json: all lines, as a file; `limit` and `offset` do not go with it.",
      { type: "string", enum: ["json", "csv", "ndjson", "txt"], default: "json" },
    ),
    CONSISTENT,
  ],
  responses: {
    200: {
      description: "The lines.",
      headers: AS_OF,
      content: {
        "application/json": {
          schema: schemaRef("logs"),
          example: {
            executionId: "r-42",
            logs: [
              {
                cursor: "1042-3.k3f9q2",
                sequence: 1042,
                entry: 3,
                recordedAt: "2026-03-01T09:30:00.250Z",
                scope: "runs/r-42/jobs/build",
                correlationId: "r-42",
                at: "2026-03-01T09:30:00.247Z",
                level: "error",
                category: "technical",
                message: "connection refused",
                displayPriority: 5,
                isMilestone: false,
                stream: "stderr",
                nodeId: null,
                snippet: { text: "connection refused", matches: [[0, 10]] },
              },
            ],
            totalCount: 1,
            totalIsExact: true,
            pagination: { limit: 100, offset: 0, hasMore: false, next: "1042-3.k3f9q2" },
          },
        },
        "application/x-ndjson": { schema: schemaRef("line") },
        "text/csv": { schema: { type: "string" } },
        "text/plain": { schema: { type: "string" } },
      },
    },
    ...problems({
      "bad-scope": "",
      "bad-cursor": "",
      "cursor-ahead": "",
      "bad-parameter": "",
      unavailable: NOT_NOW,
    }),
  },
  example: { path: "/v1/runs/r-42/logs?q=connection&level=warning" },
};

/** How much was logged, for the API's description. */
export const logSummaryOperation: Operation = {
  operationId: "summarizeLogs",
  summary: "Count log entries by kind",
  description:
    "How many log entries a scope and everything below it has, by level, category, output and node; its events " +
    "by type; its milestones; and what became of its nodes.",
  tag: "ask",
  parameters: [CONSISTENT],
  responses: {
    200: json("The counts.", schemaRef("logSummary"), { headers: AS_OF }),
    ...problems({
      "bad-scope": "",
      "bad-cursor": "",
      "cursor-ahead": "",
      "bad-parameter": "",
      "not-found": "there are no events of it",
      unavailable: NOT_NOW,
    }),
  },
  example: { path: "/v1/runs/r-42/logs/summary" },
};
