import { schemaRef } from "../openapi/components.js";
import { problems, queryParameter, type OpenapiObject } from "../openapi/operation.js";
import { MAX_ARRAY_DRAFTS } from "./limits.js";

const DRAFTS: OpenapiObject = {
  "application/json": {
    schema: {
      oneOf: [
        schemaRef("draft"),
        { type: "array", maxItems: MAX_ARRAY_DRAFTS, items: schemaRef("draft") },
      ],
    },
  },
  "application/x-ndjson": {
    schema: schemaRef("draft"),
    "x-description":
      "One draft a line, without end. Results stream back while drafts are sent; they must be read, or reading stops.",
  },
};

/** Appending, for the API's description. */
export const appendOperation: OpenapiObject = {
  summary: "Append events",
  description:
    "One draft, an array of drafts or a stream of them. The same id in the same scope is stored once. " +
    "Of several drafts each has its own result, in order, and one that is refused takes no other along.",
  tags: ["append"],
  parameters: [
    queryParameter("atomic", "Of an array: store all of the drafts, or none.", {
      enum: ["0", "1"],
    }),
  ],
  requestBody: { required: true, content: DRAFTS },
  responses: {
    200: {
      description: "The draft was stored before; or the results of several, one a draft, in order.",
      content: {
        "application/json": {
          schema: {
            oneOf: [schemaRef("stored"), { type: "array", items: schemaRef("result") }],
          },
        },
        "application/x-ndjson": { schema: schemaRef("result") },
      },
    },
    201: {
      description: "The draft is stored.",
      content: { "application/json": { schema: schemaRef("stored") } },
    },
    ...problems({
      400: "malformed-json, bad-scope, bad-parameter",
      409: "conflict, scope-closed, id-reused: see currentIndex",
      413: "too-large: a draft may have 1 MiB, an array of them 16 MiB, NDJSON any length",
      415: "unsupported-media-type",
      422: "invalid-event, unknown-type: see pointer",
      503: "unavailable, overloaded: send it again with the same id",
    }),
  },
};
