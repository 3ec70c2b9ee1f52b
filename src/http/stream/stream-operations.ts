import {
  FILTER_PARAMETERS,
  flagParameter,
  problems,
  queryParameter,
  schemaRef,
  type Operation,
} from "../openapi/operation.js";

/** Following a timeline, for the API's description. */
export const streamOperation: Operation = {
  operationId: "streamEvents",
  summary: "Follow a timeline as server-sent events",
  description:
    "History first, then what happens, until the scope ends. An event's id is its cursor, its event name " +
    "its type, its data the stored envelope. Beside events there are `stream.open`, `stream.caught-up`, " +
    "`stream.checkpoint`, `stream.gap`, `stream.end` and `stream.error`, and comments as heartbeats.",
  tag: "read",
  parameters: [
    {
      name: "Last-Event-ID",
      in: "header",
      description: "The reader's position; it wins over everything in the URL.",
      schema: schemaRef("cursor"),
    },
    queryParameter("lastEventId", "The same, where headers cannot be set.", schemaRef("cursor")),
    queryParameter("after", "Start after this cursor.", schemaRef("cursor")),
    queryParameter(
      "from",
      "Start at this sequence, at the `start`, or `now`. At most one of `after`, `from` and `last`.",
      { type: "string", default: "start" },
    ),
    queryParameter("last", "Start with the newest so many events.", {
      type: "integer",
      minimum: 1,
      maximum: 1000,
    }),
    queryParameter("to", "End at this sequence.", { type: "integer", minimum: 1 }),
    flagParameter("snapshot", "1: send the scope's state with `stream.open`."),
    queryParameter(
      "durable",
      "Name of a durable subscription, which keeps the position. It does not go together with `to`, `snapshot` and " +
        "filters; `after` and a sequence in `from` rewind it, `Last-Event-ID` does not.",
      { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
    ),
    queryParameter("as", "message: without event names, for `onmessage`.", {
      type: "string",
      enum: ["event", "message"],
      default: "event",
    }),
    ...FILTER_PARAMETERS,
  ],
  responses: {
    200: {
      description: "The stream. A refusal for now is a stream too: `retry`, then `stream.error`.",
      content: { "text/event-stream": { schema: { type: "string" } } },
    },
    204: { description: "There is nothing after the position, and never will be." },
    ...problems({
      "bad-scope": "",
      "bad-cursor": "",
      "cursor-ahead": "",
      "bad-parameter": "",
      "subscription-scope": "",
    }),
  },
  example: { path: "/v1/runs/r-42/stream?last=5", options: "-N" },
};
