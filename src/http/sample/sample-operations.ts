import { json, problems, schemaRef, type Operation } from "../openapi/operation.js";

const ONLY_HERE =
  "Only on a server with a nats-server of its own that listens on loopback, for its own pages and for programs " +
  "on its machine.";

const REFUSALS = {
  "forbidden-origin": "the request is of another page, under another name, or through a proxy",
  "not-found": "this server starts no sample",
} as const;

export const readSampleOperation: Operation = {
  operationId: "readSampleRuns",
  summary: "Ask whether a sample can be started",
  description: ONLY_HERE,
  tag: "operation",
  responses: {
    200: json("It can, unless one goes on.", {
      type: "object",
      required: ["running"],
      properties: {
        running: {
          description: "The run that goes on; null: none.",
          anyOf: [schemaRef("common.scope"), { type: "null" }],
        },
      },
    }),
    ...problems(REFUSALS),
  },
  example: { path: "/v1/sample-runs" },
};

export const startSampleOperation: Operation = {
  operationId: "startSampleRun",
  summary: "Run the bundled sample pack",
  description: `A quarter of a minute of commands, examples/demo.pack.yaml, and nothing else. ${ONLY_HERE}`,
  tag: "operation",
  responses: {
    202: json(
      "It has begun.",
      {
        type: "object",
        required: ["outcome", "scope"],
        properties: { outcome: { const: "begun" }, scope: schemaRef("common.scope") },
      },
      {
        headers: {
          location: { description: "The state of the run.", schema: { type: "string" } },
        },
      },
    ),
    ...problems({
      ...REFUSALS,
      "sample-running": "with its `scope`, and its address in `Location`",
      unavailable: "it could not be started, or the server is shutting down",
    }),
  },
  example: { path: "/v1/sample-runs", options: "-X POST" },
};
