import { LOG_LEVELS } from "../../envelope/catalogue/log-entry.js";
import { schemaRef } from "../openapi/components.js";
import {
  limitParameter,
  problems,
  queryParameter,
  timeParameters,
  type OpenapiObject,
} from "../openapi/operation.js";
import { AS_OF, CONSISTENT, NOT_NOW } from "../state/state-operations.js";

const PRIORITY = { type: "integer", minimum: 1, maximum: 10 };

/** Log entries, each by itself, for the API's description. */
export const logsOperation: OpenapiObject = {
  summary: "Read and search log entries",
  description:
    "The log entries of a timeline, each by itself, in the order of the log. As a file with all of them: " +
    "`format=csv`, `ndjson` or `txt`, or the media type in `Accept`.",
  tags: ["read"],
  parameters: [
    queryParameter(
      "q",
      'Full text: words that must all be there, `"in a row"`, `begin*`, `-without`, `this OR that`.',
      { type: "string", maxLength: 512 },
    ),
    queryParameter("level", "Only entries at least this serious.", { enum: [...LOG_LEVELS] }),
    queryParameter("category", "Only entries of this category.", {
      enum: ["business", "technical"],
    }),
    queryParameter("nodeId", "Only entries of this node.", { type: "string" }),
    queryParameter("stream", "Only entries of this output.", { enum: ["stdout", "stderr"] }),
    queryParameter("milestone", "1: only milestones.", { enum: ["0", "1"] }),
    queryParameter("minPriority", "Only entries of at least this `displayPriority`.", PRIORITY),
    queryParameter("maxPriority", "Only entries of at most this `displayPriority`.", PRIORITY),
    ...timeParameters("entries that were recorded"),
    queryParameter("order", "desc: the newest first.", {
      enum: ["asc", "desc"],
      default: "asc",
    }),
    limitParameter("At most so many; long lines make a page shorter."),
    queryParameter("after", "The lines behind those of a page: its `pagination.next`.", {
      type: "string",
    }),
    queryParameter("offset", "Passes so many lines over; `after` gets as far at less cost.", {
      type: "integer",
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
    }),
    queryParameter("format", "Other than json: all lines, as a file.", {
      enum: ["json", "csv", "ndjson", "txt"],
      default: "json",
    }),
    CONSISTENT,
  ],
  responses: {
    200: {
      description: "The lines.",
      headers: AS_OF,
      content: {
        "application/json": { schema: schemaRef("logs") },
        "application/x-ndjson": { schema: schemaRef("line") },
        "text/csv": { schema: { type: "string" } },
        "text/plain": { schema: { type: "string" } },
      },
    },
    ...problems({ 400: "bad-scope, bad-cursor, cursor-ahead, bad-parameter", 503: NOT_NOW }),
  },
};

/** How much was logged, for the API's description. */
export const logSummaryOperation: OpenapiObject = {
  summary: "Count log entries by kind",
  description:
    "How many log entries a scope and everything below it has, by level, category, output and node; its events " +
    "by type; its milestones; and what became of its nodes.",
  tags: ["read"],
  parameters: [CONSISTENT],
  responses: {
    200: {
      description: "The counts.",
      headers: AS_OF,
      content: { "application/json": { schema: { type: "object" } } },
    },
    ...problems({
      400: "bad-scope, bad-cursor, cursor-ahead",
      404: "not-found: there are no events of it",
      503: NOT_NOW,
    }),
  },
};
