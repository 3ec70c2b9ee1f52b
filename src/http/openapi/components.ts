import { LOG_LEVELS } from "../../envelope/catalogue/log-entry.js";
import { STATUSES } from "../../projections/status.js";
import { schemas, type SchemaFile } from "../../envelope/catalogue/schemas.generated.js";
import { PROBLEMS } from "../../wire/problem.js";
import { schemaRef, type OpenapiObject } from "./operation.js";

/** `payloads/run.created.json` → `payloads.run.created`: what a component may be called. */
function componentName(file: string): string {
  return file.replace(/\.json$/, "").replaceAll("/", ".");
}

const HASH = schemaRef("common.hash");
const CURSOR = {
  type: "string",
  description: "A position in the log: `<sequence>.<epoch>`. A sequence alone will do.",
  pattern: "^(0|[1-9][0-9]{0,15})(\\.[a-z0-9]{1,16})?$",
  examples: ["1042.k3f9q2"],
};

const COUNT = { type: "integer", minimum: 0 };
const TIME_OR_NONE = { type: ["string", "null"], format: "date-time" };

/** Counts by name. */
function counts(description: string, names?: readonly string[]): OpenapiObject {
  return names
    ? {
        type: "object",
        description,
        required: names,
        properties: Object.fromEntries(names.map((name) => [name, COUNT])),
      }
    : { type: "object", description, additionalProperties: COUNT };
}

const ANSWERS: OpenapiObject = {
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
  state: {
    type: "object",
    required: ["scope", "kind", "status", "progress", "counts", "total", "children", "asOf"],
    properties: {
      scope: { type: "string" },
      kind: { enum: ["runs", "pack-runs", "jobs"] },
      status: { enum: [...STATUSES, null] },
      progress: { type: ["number", "null"], minimum: 0, maximum: 100 },
      counts: { type: "object" },
      total: { type: "object", description: "Of the scope and everything below it." },
      children: { type: "object", description: "By path, the first 1,000 scopes below." },
      asOf: { ...schemaRef("cursor"), description: "Everything up to there is in it." },
    },
  },
  logSummary: {
    type: "object",
    description: "How much was logged, of which kind.",
    required: ["scope", "entries", "byLevel", "byType", "milestones", "nodes"],
    properties: {
      scope: { type: "string" },
      entries: { ...COUNT, description: "Log entries." },
      dropped: { ...COUNT, description: "Entries that their producer says it left out." },
      byLevel: counts("Entries of each level.", LOG_LEVELS),
      byCategory: counts("Entries of each category.", ["business", "technical"]),
      byStream: counts("Entries of each output.", ["stdout", "stderr", "none"]),
      byNode: {
        type: "array",
        description: "Of the 1,000 nodes that came first.",
        items: {
          type: "object",
          properties: {
            nodeId: { type: "string" },
            byLevel: counts("Entries of each level.", LOG_LEVELS),
          },
        },
      },
      byType: counts("Events of each type."),
      milestones: { type: "array", description: "The newest 1,000.", items: { type: "object" } },
      nodes: {
        type: "array",
        description: "What became of the scope's own nodes.",
        items: { type: "object" },
      },
      firstAt: TIME_OR_NONE,
      lastAt: TIME_OR_NONE,
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
          position: { ...COUNT, description: "The log is in it up to this sequence." },
          trouble: { type: "string", description: "Why it does not go on; it is tried again." },
        },
      },
    },
  },
  line: {
    type: "object",
    description: "A log entry, with the members that it was stored with.",
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
    required: ["executionId", "logs", "totalCount", "totalIsExact", "pagination"],
    properties: {
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
    },
  },
  runSummary: {
    type: "object",
    required: ["scope", "runId", "status", "firstSequence", "lastSequence"],
    properties: {
      scope: { type: "string" },
      runId: schemaRef("common.id"),
      workflowId: { type: ["string", "null"] },
      name: { type: ["string", "null"] },
      status: { enum: [...STATUSES, null] },
      percentage: { type: ["number", "null"], minimum: 0, maximum: 100 },
      createdAt: TIME_OR_NONE,
      startedAt: TIME_OR_NONE,
      endedAt: TIME_OR_NONE,
      durationMs: { type: ["number", "null"], minimum: 0 },
      error: { type: ["object", "null"] },
      firstSequence: { type: "integer", minimum: 1 },
      lastSequence: { type: "integer", minimum: 1 },
    },
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

/** The schemas of the API: those of schemas/, with their references turned into references to components. */
export function componentSchemas(): OpenapiObject {
  const files = Object.keys(schemas) as SchemaFile[];
  const own = files.map((file) => [componentName(file), asComponent(schemas[file], file)] as const);
  return { ...Object.fromEntries(own), ...ANSWERS };
}

function asComponent(node: unknown, file: string): unknown {
  if (Array.isArray(node)) return node.map((item) => asComponent(item, file));
  if (typeof node !== "object" || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, value]) => {
      if (key === "$schema" || key === "$id") return [];
      if (key !== "$ref" || typeof value !== "string") return [[key, asComponent(value, file)]];
      return [[key, referenceFrom(value, file)]];
    }),
  );
}

/** `../common/id.json` in `payloads/x.json` → `#/components/schemas/common.id`. */
function referenceFrom(reference: string, file: string): string {
  if (reference.startsWith("#"))
    return `#/components/schemas/${componentName(file)}${reference.slice(1)}`;
  const base = new URL(file, "http://schemas/");
  return `#/components/schemas/${componentName(new URL(reference, base).pathname.slice(1))}`;
}
