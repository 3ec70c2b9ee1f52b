import {
  flagParameter,
  json,
  problems,
  schemaRef,
  type OpenapiObject,
  type Operation,
} from "../openapi/operation.js";
import { MAX_ARRAY_DRAFTS } from "./limits.js";

const DRAFTS: Record<string, OpenapiObject> = {
  "application/json": {
    schema: {
      oneOf: [
        schemaRef("draft"),
        { type: "array", maxItems: MAX_ARRAY_DRAFTS, items: schemaRef("draft") },
      ],
    },
    example: { type: "run.started", payload: { workflowId: "nightly" } },
  },
  "application/x-ndjson": {
    schema: schemaRef("draft"),
    "x-description":
      "One draft a line, without end. Results stream back while drafts are sent; they must be read, or reading stops.",
  },
};

/** Appending, for the API's description. */
export const appendOperation: Operation = {
  operationId: "appendEvents",
  summary: "Append events",
  description:
    "One draft, an array of drafts or a stream of them. The same id in the same scope is stored once. " +
    "Of several drafts each has its own result, in order, and one that is refused takes no other along. Without a " +
    "scope in the address, every draft names its own, `scope`.",
  tag: "append",
  parameters: [flagParameter("atomic", "1: of an array, store all of the drafts, or none.")],
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
    201: json("The draft is stored.", schemaRef("stored"), {
      example: {
        outcome: "appended",
        id: "01958f2e-7b02-7d11-9a55-0c1d2e3f4a5b",
        index: 1,
        sequence: 1036,
        cursor: "1036.k3f9q2",
        hash: "sha256:5c0f5b9b0f3e4f0b6f1a7ad13b7b7c2b2a5b1f1e1f0e8a0f4a3d7a1b9c8e7d6f",
      },
    }),
    ...problems({
      "malformed-json": "",
      "bad-scope": "",
      "bad-parameter": "",
      conflict: "see `currentIndex`",
      "scope-closed": "see `currentIndex`",
      "id-reused": "",
      "not-applied": "of an atomic array, what another draft took along",
      "too-large": "a draft may have 1 MiB, an array of them 16 MiB, NDJSON any length",
      "request-timeout": "",
      "unsupported-media-type": "",
      "invalid-event": "see `pointer`",
      "unknown-type": "see `pointer`",
      unavailable: "send it again with the same id",
      overloaded: "send it again with the same id",
    }),
  },
  example: {
    path: "/v1/runs/r-42/events",
    options: `--json '{"type":"run.started","payload":{"workflowId":"nightly"}}'`,
  },
};
