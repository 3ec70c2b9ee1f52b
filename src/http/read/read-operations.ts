import { schemaRef } from "../openapi/components.js";
import {
  FILTER_PARAMETERS,
  limitParameter,
  problems,
  queryParameter,
  timeParameters,
  type OpenapiObject,
} from "../openapi/operation.js";
import { CONSISTENT } from "../state/state-operations.js";

/** Reading stored events, for the API's description. */
export const readOperation: OpenapiObject = {
  summary: "Read stored events",
  description:
    "A page of a timeline: the events of a scope and of every scope below it, in the order of the log. " +
    "With `format=ndjson` or `csv`, or one of their types in `Accept`, all events after the cursor, one record a line; a gap is then " +
    "told in the header `x-runtrail-gap`. Each `event` is byte for byte what is stored.",
  tags: ["read"],
  parameters: [
    queryParameter("after", "The events after this cursor.", schemaRef("cursor")),
    queryParameter("before", "The events before this cursor.", schemaRef("cursor")),
    limitParameter("At most so many; large events make a page shorter."),
    queryParameter("order", "The order on the page; without a cursor, desc begins at the end.", {
      enum: ["asc", "desc"],
      default: "asc",
    }),
    ...timeParameters("events that were recorded"),
    ...FILTER_PARAMETERS,
    queryParameter(
      "q",
      "Full text over log entries and what other events say, as of `logs`; from the read model.",
      { type: "string", maxLength: 512 },
    ),
    CONSISTENT,
    queryParameter("format", "Other than json: all events after the cursor, as a file.", {
      enum: ["json", "csv", "ndjson"],
      default: "json",
    }),
  ],
  responses: {
    200: {
      description: "The events. A scope without events has an empty page.",
      content: {
        "application/json": { schema: schemaRef("page") },
        "application/x-ndjson": { schema: schemaRef("record") },
        "text/csv": { schema: { type: "string" } },
      },
    },
    ...problems({
      400: "bad-scope, bad-cursor, cursor-ahead, bad-parameter",
      503: "unavailable",
    }),
  },
};

/** Waiting for events without keeping a stream open, for the API's description. */
export const pollOperation: OpenapiObject = {
  summary: "Wait for events",
  description:
    "A page of what comes after a cursor, as soon as there is something; an empty one when the time is " +
    "up. `ended` tells that nothing will come any more.",
  tags: ["read"],
  parameters: [
    queryParameter("after", "The events after this cursor.", schemaRef("cursor")),
    limitParameter(),
    queryParameter("timeoutMs", "How long to wait, in milliseconds.", {
      type: "integer",
      minimum: 0,
      maximum: 30_000,
      default: 25_000,
    }),
    ...FILTER_PARAMETERS,
  ],
  responses: {
    200: {
      description: "The events, or none.",
      content: { "application/json": { schema: schemaRef("page") } },
    },
    ...problems({
      400: "bad-scope, bad-cursor, cursor-ahead, bad-parameter",
      429: "too-many-streams",
      503: "unavailable",
    }),
  },
};
