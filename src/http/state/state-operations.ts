import { STATUSES } from "../../projections/status.js";
import { schemaRef } from "../openapi/components.js";
import {
  limitParameter,
  problems,
  queryParameter,
  timeParameters,
  type OpenapiObject,
} from "../openapi/operation.js";

/** What whatever asks the read model has in common. */
export const CONSISTENT = queryParameter(
  "consistent",
  "Waits up to 5 s until the answer includes everything up to this cursor.",
  schemaRef("cursor"),
);

export const AS_OF = {
  "x-runtrail-as-of": {
    description: "The answer includes everything up to this cursor.",
    schema: schemaRef("cursor"),
  },
};

export const NOT_NOW = "unavailable: the read model cannot answer now, or not in time";

/** The state of a scope, for the API's description. */
export const stateOperation: OpenapiObject = {
  summary: "Read what a scope's events add up to",
  description:
    "The state of a scope and of everything below it, now or as of then: a fold over its events and " +
    "nothing else, so the same for whoever has the events.",
  tags: ["read"],
  parameters: [
    queryParameter("at", "As of the event at this cursor.", schemaRef("cursor")),
    CONSISTENT,
  ],
  responses: {
    200: {
      description: "The state, and in `asOf` the cursor that it is of.",
      headers: AS_OF,
      content: { "application/json": { schema: schemaRef("state") } },
    },
    ...problems({
      400: "bad-scope, bad-cursor, cursor-ahead",
      404: "not-found: there are no events of it",
      503: NOT_NOW,
    }),
  },
};

const runsOperation: OpenapiObject = {
  summary: "List runs",
  description: "Runs in the order in which they appeared in the log, the newest first.",
  tags: ["read"],
  parameters: [
    queryParameter("status", `Some of ${STATUSES.join(", ")}, separated by commas.`, {
      type: "string",
    }),
    queryParameter("workflowId", "Only runs of this workflow.", { type: "string" }),
    ...timeParameters("runs that were created"),
    queryParameter("q", "Only runs with this text in their id, name or workflow.", {
      type: "string",
    }),
    limitParameter(),
    queryParameter("after", "The runs behind those of a page: its `next`.", schemaRef("cursor")),
    CONSISTENT,
  ],
  responses: {
    200: {
      description: "The runs.",
      headers: AS_OF,
      content: { "application/json": { schema: schemaRef("runs") } },
    },
    ...problems({ 400: "bad-parameter, bad-cursor, cursor-ahead", 503: NOT_NOW }),
  },
};

/** What is asked of the whole tenant. */
export const statePaths: OpenapiObject = {
  "/v1/runs": { get: runsOperation },
  "/v1/reindex": {
    post: {
      summary: "Make the read model anew from the log",
      description:
        "Until it has caught up, answers are of how far it has got; events go on meanwhile.",
      tags: ["operation"],
      responses: {
        202: {
          description: "It has begun; /readyz says how far it has got.",
          content: { "application/json": { schema: { type: "object" } } },
        },
        ...problems({ 503: "unavailable: this gateway has no read model" }),
      },
    },
  },
};
