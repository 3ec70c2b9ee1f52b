import {
  FILTER_PARAMETERS,
  json,
  limitParameter,
  problems,
  queryParameter,
  schemaRef,
  timeParameters,
  type Operation,
} from "../openapi/operation.js";
import { AS_OF, CONSISTENT } from "../state/state-operations.js";

const RECORD = {
  sequence: 1042,
  cursor: "1042.k3f9q2",
  recordedAt: "2026-03-01T09:30:00.250Z",
  event: {
    causationId: "01958f2e-7a1b-7c3d-8e4f-5a6b7c8d9e0f",
    correlationId: "r-42",
    hash: "sha256:5c0f5b9b0f3e4f0b6f1a7ad13b7b7c2b2a5b1f1e1f0e8a0f4a3d7a1b9c8e7d6f",
    id: "01958f2e-7b02-7d11-9a55-0c1d2e3f4a5b",
    index: 7,
    occurredAt: "2026-03-01T09:30:00.247Z",
    origin: "runtrail.example/prod",
    payload: { attempt: 1, durationMs: 4200 },
    prev: "sha256:0d9a6b3c1f2e4d5a6978b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6",
    scope: "runs/r-42/jobs/build",
    source: "runner/host-3",
    tenant: "default",
    type: "job.completed",
    v: 1,
  },
};

/** Reading stored events, for the API's description. */
export const readOperation: Operation = {
  operationId: "readEvents",
  summary: "Read stored events",
  description:
    "A page of a timeline: the events of a scope and of every scope below it, in the order of the log. " +
    "With `format=ndjson` or `csv`, or one of their types in `Accept`, all events after the cursor, as a file; " +
    "a gap is then told in the header `x-runtrail-gap`. Each `event` is byte for byte what is stored.",
  tag: "read",
  parameters: [
    queryParameter("after", "The events after this cursor.", schemaRef("cursor")),
    queryParameter(
      "before",
      "The events before this cursor; not together with `after`.",
      schemaRef("cursor"),
    ),
    limitParameter("At most so many; large events make a page shorter."),
    queryParameter("order", "The order on the page; without a cursor, desc begins at the end.", {
      type: "string",
      enum: ["asc", "desc"],
      default: "asc",
    }),
    ...timeParameters("events that were recorded"),
    ...FILTER_PARAMETERS,
    queryParameter(
      "q",
      "Full text over log entries and what other events say, written as for log entries. It is answered from the " +
        "read model.",
      { type: "string", minLength: 1, maxLength: 512 },
    ),
    {
      ...CONSISTENT,
      description:
        "With `q`: waits up to 5 s until the answer includes everything up to this cursor. Without, it always does.",
    },
    queryParameter(
      "format",
      "Other than json: all events after the cursor, as a file; `before`, `limit` and `order` do not go with it.",
      { type: "string", enum: ["json", "csv", "ndjson"], default: "json" },
    ),
  ],
  responses: {
    200: {
      description: "The events. A scope without events has an empty page.",
      headers: {
        ...AS_OF,
        "x-runtrail-gap": {
          description: "Of a file: what was asked for and cannot be had, as `gap` of a page.",
          schema: { type: "string" },
        },
      },
      content: {
        "application/json": {
          schema: schemaRef("page"),
          example: {
            events: [RECORD],
            next: "1042.k3f9q2",
            previous: "1042.k3f9q2",
            caughtUp: false,
          },
        },
        "application/x-ndjson": { schema: schemaRef("record") },
        "text/csv": { schema: { type: "string" } },
      },
    },
    ...problems({
      "bad-scope": "",
      "bad-cursor": "",
      "cursor-ahead": "",
      "bad-parameter": "",
      unavailable: "",
    }),
  },
  example: { path: "/v1/runs/r-42/events?type=job.*&limit=2" },
};

/** Waiting for events without keeping a stream open, for the API's description. */
export const pollOperation: Operation = {
  operationId: "pollEvents",
  summary: "Wait for events",
  description:
    "A page of what comes after a cursor, as soon as there is something; an empty one when the time is " +
    "up. `ended` tells that nothing will come any more.",
  tag: "read",
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
    200: json("The events, or none.", schemaRef("page")),
    ...problems({
      "bad-scope": "",
      "bad-cursor": "",
      "cursor-ahead": "",
      "bad-parameter": "",
      "too-many-streams": "as many readers wait as may; `retryAfterMs` says when to come back",
      unavailable: "",
    }),
  },
  example: { path: "/v1/runs/r-42/poll?after=1042&timeoutMs=5000" },
};
