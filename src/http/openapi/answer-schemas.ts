import { LOG_LEVELS } from "../../envelope/catalogue/log-entry.js";
import { READ_MODEL_STATES } from "../../readmodel/read-model.js";
import { PROBLEMS } from "../../wire/problem.js";
import { schemaRef, type OpenapiObject } from "./operation.js";

const HASH = schemaRef("common.hash");
const CURSOR = {
  type: "string",
  description: "A position in the log: `<sequence>.<epoch>`. A sequence alone will do.",
  pattern: "^(0|[1-9][0-9]{0,15})(\\.[a-z0-9]{1,16})?$",
  examples: ["1042.k3f9q2"],
};

/** The members of a page of log entries. */
export const LOGS_PAGE: OpenapiObject = {
  executionId: { type: ["string", "null"], description: "Of the run, pack-run or job." },
  logs: { type: "array", items: schemaRef("line") },
  totalCount: { type: "integer", minimum: 0 },
  totalIsExact: { type: "boolean", description: "false: there are at least so many." },
  pagination: {
    type: "object",
    required: ["limit", "offset", "hasMore", "next"],
    properties: {
      limit: { type: "integer" },
      offset: { type: "integer" },
      hasMore: { type: "boolean" },
      next: { type: ["string", "null"], description: "Where to go on, as `after`." },
    },
  },
};

/** What the API answers, beside states. */
export const ANSWERS: OpenapiObject = {
  cursor: CURSOR,
  problem: {
    type: "object",
    description: "An error in the form of RFC 9457.",
    required: ["type", "title", "status", "detail", "code"],
    properties: {
      type: { type: "string", description: "`/problems/<code>`" },
      title: { type: "string" },
      status: { type: "integer" },
      detail: { type: "string", description: "What is wrong this time, and what to do about it." },
      code: { type: "string", enum: Object.keys(PROBLEMS) },
      pointer: {
        type: "string",
        description:
          "RFC 6901 pointer: into the draft; or `/query/<name>`, `/headers/<name>` of the request.",
      },
      retryAfterMs: { type: "integer" },
      currentIndex: {
        type: "integer",
        description: "With conflicts: index of the scope's newest event.",
      },
      scope: {
        ...schemaRef("common.scope"),
        description: "With `sample-running`: the run that goes on.",
      },
    },
  },
  stored: {
    type: "object",
    required: ["outcome", "id", "index", "sequence", "cursor", "hash"],
    properties: {
      outcome: { enum: ["appended", "duplicate"] },
      id: schemaRef("common.event-id"),
      index: { type: "integer", minimum: 1 },
      sequence: { type: "integer", minimum: 1 },
      cursor: schemaRef("cursor"),
      hash: HASH,
    },
  },
  unstored: {
    type: "object",
    required: ["outcome", "problem"],
    properties: {
      outcome: { enum: ["conflict", "invalid", "not-applied", "unavailable"] },
      line: { type: "integer", description: "Of NDJSON: the line of the draft, from 1." },
      problem: schemaRef("problem"),
    },
  },
  result: { oneOf: [schemaRef("stored"), schemaRef("unstored")] },
  record: {
    type: "object",
    required: ["sequence", "cursor", "recordedAt", "event"],
    properties: {
      sequence: { type: "integer", minimum: 1 },
      cursor: schemaRef("cursor"),
      recordedAt: schemaRef("common.timestamp"),
      event: schemaRef("envelope"),
    },
  },
  gap: {
    type: "object",
    description: "What was asked for and cannot be had.",
    required: ["reason", "requested", "firstAvailable", "lost"],
    properties: {
      reason: { enum: ["retention", "purge", "epoch", "ahead"] },
      requested: { type: "string" },
      firstAvailable: { type: "integer" },
      lost: {
        type: "array",
        items: {
          type: "object",
          required: ["scope", "toIndex"],
          properties: {
            scope: schemaRef("common.scope"),
            fromIndex: { type: "integer" },
            toIndex: { type: "integer" },
          },
        },
      },
    },
  },
  subscription: {
    type: "object",
    required: [
      "name",
      "scope",
      "ackedCursor",
      "deliveredCursor",
      "lag",
      "pendingAcks",
      "isActive",
      "createdAt",
    ],
    properties: {
      name: { type: "string" },
      scope: { type: "string", description: "Of which scope; empty: of the whole tenant." },
      ackedCursor: { ...schemaRef("cursor"), description: "Nothing up to here is sent again." },
      deliveredCursor: {
        ...schemaRef("cursor"),
        description: "The newest that a reader has ever been sent.",
      },
      lag: { type: "integer", description: "Events behind ackedCursor." },
      pendingAcks: {
        type: "integer",
        description: "Those of them that have been sent since the last reader connected.",
      },
      isActive: { type: "boolean", description: "It has a reader now." },
      createdAt: schemaRef("common.timestamp"),
    },
  },
  readiness: {
    type: "object",
    required: ["ready"],
    properties: {
      ready: { type: "boolean" },
      reason: { type: "string", description: "Why not." },
      audit: {
        type: "object",
        description: "What is wrong with the log, although events go on.",
        properties: {
          alarms: {
            type: "array",
            items: {
              type: "object",
              properties: { kind: { type: "string" }, detail: { type: "string" } },
            },
          },
        },
      },
      readModel: {
        type: "object",
        description: "Of the copy of the log that questions are answered from.",
        properties: {
          state: { enum: [...READ_MODEL_STATES] },
          position: {
            type: "integer",
            minimum: 0,
            description: "The log is in it up to this sequence.",
          },
          trouble: { type: "string", description: "Why it does not go on; it is tried again." },
        },
      },
    },
  },
  line: {
    type: "object",
    description: "A log entry, with the members that it was stored with.",
    additionalProperties: true,
    required: ["cursor", "sequence", "entry", "recordedAt", "scope", "level", "message"],
    properties: {
      cursor: { type: "string", description: "`<sequence>-<entry>.<epoch>`, to go on as `after`." },
      sequence: { type: "integer", minimum: 1 },
      entry: { type: "integer", minimum: 0, description: "Its place in the event." },
      recordedAt: schemaRef("common.timestamp"),
      scope: { type: "string" },
      correlationId: { type: "string" },
      level: { enum: [...LOG_LEVELS] },
      message: { type: "string" },
      snippet: {
        type: "object",
        description: "Of a search: what was found, and where it is in the snippet.",
        properties: {
          text: { type: "string" },
          matches: { type: "array", items: { type: "array", items: { type: "integer" } } },
        },
      },
    },
  },
  logs: {
    type: "object",
    required: Object.keys(LOGS_PAGE),
    properties: LOGS_PAGE,
  },
  runs: {
    type: "object",
    required: ["runs", "next"],
    properties: {
      runs: {
        type: "array",
        items: schemaRef("runSummary"),
      },
      next: {
        description: "Where to go on, as `after`; null: there are no more.",
        anyOf: [schemaRef("cursor"), { type: "null" }],
      },
    },
  },
  page: {
    type: "object",
    required: ["events", "next", "previous", "caughtUp"],
    properties: {
      events: { type: "array", items: schemaRef("record") },
      next: {
        ...schemaRef("cursor"),
        description: "Where to go on: as `after` when ascending, as `before` when descending.",
      },
      previous: {
        ...schemaRef("cursor"),
        description: "Where to go back: as `before` when ascending, as `after` when descending.",
      },
      caughtUp: { type: "boolean", description: "There is nothing at `next` now." },
      gap: schemaRef("gap"),
      ended: {
        const: true,
        description: "With a poll: the scope has ended, and nothing comes at `next` ever.",
      },
    },
  },
};
