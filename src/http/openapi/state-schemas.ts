import { LOG_LEVELS } from "../../envelope/catalogue/log-entry.js";
import { ABOUT } from "../../projections/scope-state.js";
import { STATUSES } from "../../projections/status.js";
import { schemaRef, type OpenapiObject } from "./operation.js";

const TEXT = { type: "string" };
const COUNT = { type: "integer", minimum: 0 };
const SEQUENCE = { type: "integer", minimum: 1 };
const TIME = { type: "string", format: "date-time" };
const FLAG = { type: "boolean" };

/** What an event may have told, or not. */
function maybe({ type, ...rest }: OpenapiObject): OpenapiObject {
  return { type: [type, "null"], ...rest };
}
const MS = maybe({ type: "number", minimum: 0 });
const PERCENTAGE = maybe({ type: "number", minimum: 0, maximum: 100 });
const FAILURE = { anyOf: [schemaRef("failure"), { type: "null" }] };

function about(description: string, schema: OpenapiObject): OpenapiObject {
  return { ...schema, description };
}

/** An object that always has all of these. */
function object(properties: OpenapiObject, description?: string): OpenapiObject {
  return {
    type: "object",
    ...(description !== undefined && { description }),
    required: Object.keys(properties),
    properties,
  };
}

function list(description: string, items: OpenapiObject): OpenapiObject {
  return { type: "array", description, items };
}

function countsOf(names: readonly string[], description: string): OpenapiObject {
  return object(Object.fromEntries(names.map((name) => [name, COUNT])), description);
}

function word(values: readonly (string | null)[]): OpenapiObject {
  return { enum: values };
}

const STATUS = word([...STATUSES, null]);
const KIND = word(["runs", "pack-runs", "jobs"]);
const ENDS = ["completed", "failed", "canceled", "timed_out"];

/** Where and when, of whatever has happened within a scope. */
const WHERE = { sequence: SEQUENCE, at: TIME };
const ENTRY = about("Which of the event's log entries, from 0; null: none.", maybe(COUNT));
const NODE_ID = maybe(TEXT);

const ERROR_ITEM = {
  kind: word(["log", "attempt", "node"]),
  ...WHERE,
  entry: ENTRY,
  level: word(["error", "critical", null]),
  code: maybe(TEXT),
  message: about("At most 500 UTF-16 code units.", maybe(TEXT)),
  nodeId: NODE_ID,
  attempt: maybe(COUNT),
};

const MILESTONE = {
  ...WHERE,
  entry: COUNT,
  level: word([...LOG_LEVELS, null]),
  message: maybe(TEXT),
  userFriendlyMessage: maybe(TEXT),
  nodeId: NODE_ID,
  stepNumber: maybe(COUNT),
  totalSteps: maybe(COUNT),
  progressPercentage: PERCENTAGE,
};

const COUNTS = {
  events: COUNT,
  late: about("Events that came after the end of their scope.", COUNT),
  logEntries: COUNT,
  droppedLogEntries: COUNT,
  errors: COUNT,
  warnings: COUNT,
  milestones: COUNT,
  artifacts: COUNT,
  approvals: COUNT,
};
const BY_TYPE = {
  byType: { type: "object", description: "Events of each type.", additionalProperties: COUNT },
  otherTypes: about("Events of types beyond those.", COUNT),
};

const BY_LEVEL = countsOf(LOG_LEVELS, "Entries of each level.");
const LOGS = {
  entries: about("Log entries.", COUNT),
  dropped: about("Entries that their producer says it left out.", COUNT),
  byLevel: BY_LEVEL,
  byCategory: countsOf(["business", "technical"], "Entries of each category."),
  byStream: countsOf(["stdout", "stderr", "none"], "Entries of each output."),
  byNode: list("Of the 1,000 nodes that came first.", object({ nodeId: TEXT, byLevel: BY_LEVEL })),
  firstAt: maybe(TIME),
  lastAt: maybe(TIME),
};

const SPAN = {
  firstSequence: maybe(SEQUENCE),
  lastSequence: maybe(SEQUENCE),
  firstAt: maybe(TIME),
  lastAt: maybe(TIME),
};

const LIFE = {
  createdAt: maybe(TIME),
  startedAt: maybe(TIME),
  endedAt: maybe(TIME),
  durationMs: MS,
  error: FAILURE,
};

const CHILD = object({
  kind: KIND,
  name: maybe(TEXT),
  status: STATUS,
  percentage: PERCENTAGE,
  progress: PERCENTAGE,
  attempt: maybe(COUNT),
  ...LIFE,
  firstSequence: maybe(SEQUENCE),
  lastSequence: maybe(SEQUENCE),
  counts: object(COUNTS),
});

const DATA = maybe({
  ...object({ digest: maybe(TEXT), sizeBytes: maybe(COUNT), sequence: SEQUENCE }),
});

/** What events add up to. Members are always there: what nobody has told is null. */
export const STATE_SCHEMAS: OpenapiObject = {
  failure: object(
    { code: maybe(TEXT), message: maybe(TEXT), retryable: maybe(FLAG) },
    "Why something failed.",
  ),
  node: object(
    {
      nodeId: TEXT,
      name: maybe(TEXT),
      type: maybe(TEXT),
      status: word(["queued", "running", "completed", "failed", "skipped", null]),
      stepNumber: maybe(COUNT),
      parentNodeId: maybe(TEXT),
      attempt: maybe(COUNT),
      starts: about("How many times it started.", COUNT),
      startedAt: maybe(TIME),
      endedAt: maybe(TIME),
      durationMs: MS,
      error: FAILURE,
      reason: about("Why it was skipped.", maybe(TEXT)),
      input: DATA,
      output: DATA,
      logs: { ...BY_LEVEL, type: ["object", "null"] },
      sequence: SEQUENCE,
    },
    "A node of a scope.",
  ),
  state: object(
    {
      scope: TEXT,
      kind: KIND,
      status: STATUS,
      percentage: about("As the scope itself says.", PERCENTAGE),
      progress: about(
        "100 when it has ended; else its own percentage, or the mean over what is right below it.",
        PERCENTAGE,
      ),
      asOf: about("Everything up to this cursor is in it.", schemaRef("cursor")),
      index: about("Of the scope's newest event that is in it.", COUNT),
      headHash: about("Of that event.", maybe(TEXT)),
      missing: about("Events up to there that had been trimmed.", COUNT),
      ...SPAN,
      queuedAt: maybe(TIME),
      ...LIFE,
      exitCode: maybe({ type: "integer" }),
      reason: about("Why it is paused, or ended.", maybe(TEXT)),
      timings: object({
        queuedMs: MS,
        runningMs: MS,
        pausedMs: MS,
        totalMs: MS,
        phase: about(
          "It has been in it since `since`.",
          word(["queued", "running", "paused", null]),
        ),
        since: maybe(TIME),
      }),
      attempt: about("The highest number.", maybe(COUNT)),
      attempts: list(
        "The 100 with the highest numbers.",
        object({
          number: COUNT,
          status: word(["running", "abandoned", ...ENDS]),
          startedAt: maybe(TIME),
          endedAt: maybe(TIME),
          durationMs: MS,
          exitCode: maybe({ type: "integer" }),
          error: FAILURE,
          sequence: SEQUENCE,
        }),
      ),
      attemptCount: COUNT,
      retry: {
        ...object(
          {
            attempt: maybe(COUNT),
            maxAttempts: maybe(COUNT),
            delayMs: MS,
            nextAttemptAt: maybe(TIME),
            scheduledAt: TIME,
            error: FAILURE,
            sequence: SEQUENCE,
          },
          "The attempt that is due.",
        ),
        type: ["object", "null"],
      },
      lease: {
        ...object({
          leaseId: TEXT,
          leaseUntil: maybe(TIME),
          worker: maybe(TEXT),
          renewed: COUNT,
          expired: FLAG,
          sequence: SEQUENCE,
        }),
        type: ["object", "null"],
      },
      about: {
        type: "object",
        description: "What lifecycle events say of the scope, the latest word of each.",
        properties: Object.fromEntries(ABOUT.map((name) => [name, { type: ["string", "number"] }])),
      },
      events: about("The scope's own.", COUNT),
      counts: object({ ...COUNTS, ...BY_TYPE }, "Of the scope's own events."),
      errors: list("The newest 100.", object(ERROR_ITEM)),
      milestones: list("The newest 1,000.", object(MILESTONE)),
      artifacts: list(
        "The newest 1,000.",
        object({
          ...WHERE,
          name: maybe(TEXT),
          uri: maybe(TEXT),
          digest: maybe(TEXT),
          mediaType: maybe(TEXT),
          sizeBytes: maybe(COUNT),
          nodeId: NODE_ID,
          stepId: maybe(TEXT),
        }),
      ),
      approvals: list(
        "At most 1,000, of which decided ones make room for new ones.",
        object({
          approvalId: TEXT,
          gate: maybe(TEXT),
          status: word(["requested", "granted", "denied", "expired"]),
          requestedAt: maybe(TIME),
          requestedBy: maybe(TEXT),
          expiresAt: maybe(TIME),
          decidedAt: maybe(TIME),
          decidedBy: maybe(TEXT),
          reason: maybe(TEXT),
          nodeId: NODE_ID,
          stepId: maybe(TEXT),
          sequence: SEQUENCE,
          decidedSequence: maybe(SEQUENCE),
        }),
      ),
      nodes: list("The 10,000 that came first.", schemaRef("node")),
      unlistedNodeEvents: about("Node events that are of others.", COUNT),
      steps: list(
        "Of a pack-run: the 1,000 that came first.",
        object({
          stepId: TEXT,
          stepIndex: maybe(COUNT),
          name: maybe(TEXT),
          stepStatus: maybe(TEXT),
          attempt: maybe(COUNT),
          durationMs: MS,
          changedAt: TIME,
          sequence: SEQUENCE,
        }),
      ),
      logs: object({ ...LOGS, milestones: COUNT }, "Of the scope's own log entries."),
      total: object(
        {
          counts: object({ ...COUNTS, ...BY_TYPE }),
          logs: object({ ...LOGS, milestones: COUNT }),
          errors: list("The newest 100.", object({ ...ERROR_ITEM, scope: TEXT })),
          milestones: list("The newest 1,000.", object({ ...MILESTONE, scope: TEXT })),
          ...SPAN,
        },
        "Of the scope and everything below it.",
      ),
      childCount: about("Scopes below, directly or not.", COUNT),
      childrenByStatus: countsOf([...STATUSES, "unknown"], "How many of them have which status."),
      children: {
        type: "object",
        description: "By path, the first 1,000 of them.",
        additionalProperties: CHILD,
      },
    },
    "What a scope's events, and those of everything below it, add up to.",
  ),
  runSummary: object(
    {
      scope: TEXT,
      runId: schemaRef("common.id"),
      workflowId: maybe(TEXT),
      name: maybe(TEXT),
      status: STATUS,
      percentage: PERCENTAGE,
      ...LIFE,
      firstSequence: maybe(SEQUENCE),
      lastSequence: maybe(SEQUENCE),
    },
    "A run in brief, by its own events.",
  ),
  logSummary: object(
    {
      scope: TEXT,
      ...LOGS,
      byType: BY_TYPE.byType,
      milestones: list("The newest 1,000.", object({ ...MILESTONE, scope: TEXT })),
      nodes: list("The scope's own: the 10,000 that came first.", schemaRef("node")),
    },
    "How much was logged, of which kind.",
  ),
};
