import { STATUSES } from "../../projections/status.js";
import { TROUBLE_STATES } from "../../readmodel/trouble.js";
import {
  json,
  limitParameter,
  problems,
  queryParameter,
  schemaRef,
  timeParameters,
  type Operation,
} from "../openapi/operation.js";

/** What whatever asks the read model has in common. */
export const CONSISTENT = queryParameter(
  "consistent",
  "Waits up to 5 s until the answer includes everything up to this cursor.",
  schemaRef("cursor"),
);

export const AS_OF = {
  "x-runtrail-as-of": {
    description: "The answer of the read model includes everything up to this cursor.",
    schema: schemaRef("cursor"),
  },
  "x-runtrail-trouble": {
    description:
      "The read model does not go on, so that the newest events may be missing for long; /readyz says why in words.",
    schema: { enum: [...TROUBLE_STATES] },
  },
};

export const NOT_NOW = "the read model cannot answer now, or not in time";

/** The state of a scope, for the API's description. */
export const stateOperation: Operation = {
  operationId: "readState",
  summary: "Read what a scope's events add up to",
  description:
    "The state of a scope and of everything below it, now or as of then: a fold over its events and " +
    "nothing else, so the same for whoever has the events.",
  tag: "ask",
  parameters: [
    queryParameter("at", "As of the event at this cursor.", schemaRef("cursor")),
    CONSISTENT,
  ],
  responses: {
    200: json("The state, and in `asOf` the cursor that it is of.", schemaRef("state"), {
      headers: AS_OF,
    }),
    ...problems({
      "bad-scope": "",
      "bad-cursor": "",
      "cursor-ahead": "",
      "bad-parameter": "",
      "not-found": "there are no events of it",
      unavailable: NOT_NOW,
    }),
  },
  example: { path: "/v1/runs/r-42?at=1042" },
};

export const runsOperation: Operation = {
  operationId: "listRuns",
  summary: "List runs",
  description: "Runs in the order in which they appeared in the log, the newest first.",
  tag: "ask",
  parameters: [
    queryParameter("status", `Some of ${STATUSES.join(", ")}, separated by commas.`, {
      type: "string",
    }),
    queryParameter("workflowId", "Only runs of this workflow.", {
      type: "string",
      minLength: 1,
      maxLength: 512,
    }),
    ...timeParameters("runs that were created"),
    queryParameter("q", "Only runs with this text in their id, name or workflow.", {
      type: "string",
      minLength: 1,
      maxLength: 512,
    }),
    limitParameter(),
    queryParameter("after", "The runs behind those of a page: its `next`.", schemaRef("cursor")),
    CONSISTENT,
  ],
  responses: {
    200: json("The runs.", schemaRef("runs"), {
      headers: AS_OF,
      example: {
        runs: [
          {
            scope: "runs/r-42",
            runId: "r-42",
            workflowId: "nightly",
            name: null,
            status: "failed",
            percentage: 62.5,
            createdAt: "2026-03-01T09:29:55.000Z",
            startedAt: "2026-03-01T09:29:56.000Z",
            endedAt: "2026-03-01T09:31:01.000Z",
            durationMs: 65_000,
            error: { code: "exit-nonzero", message: "The compiler gave up.", retryable: false },
            firstSequence: 1036,
            lastSequence: 1080,
          },
        ],
        next: null,
      },
    }),
    ...problems({
      "bad-parameter": "",
      "bad-cursor": "",
      "cursor-ahead": "",
      unavailable: NOT_NOW,
    }),
  },
  example: { path: "/v1/runs?status=failed,timed_out&since=2026-03-01" },
};

export const reindexOperation: Operation = {
  operationId: "reindex",
  summary: "Make the read model anew from the log",
  description:
    "Until it has caught up, answers are of how far it has got; events go on meanwhile. Of several gateways only the " +
    "one that is asked makes its read model anew.",
  tag: "operation",
  responses: {
    202: json("It has begun; /readyz says how far it has got.", {
      type: "object",
      required: ["outcome"],
      properties: { outcome: { const: "begun" } },
    }),
    ...problems({
      "bad-parameter": "",
      unavailable: "this gateway has no read model",
      "disk-full": "there is no room for a new one, so the one that there is stays",
    }),
  },
  example: { path: "/v1/reindex", options: "-X POST" },
};
