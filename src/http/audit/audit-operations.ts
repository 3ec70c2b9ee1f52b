import { problems, queryParameter, type OpenapiObject } from "../openapi/operation.js";

const NOTE = {
  "text/plain": {
    schema: { type: "string", description: "A signed note (C2SP signed-note, tlog-checkpoint)." },
  },
};
const PROOF = {
  type: "array",
  items: { type: "string" },
  description: "Hashes in base64, as RFC 9162 orders them.",
};
const SIZE = { type: "integer", minimum: 1 };

function json(schema: OpenapiObject): OpenapiObject {
  return { "application/json": { schema } };
}

function object(properties: OpenapiObject): OpenapiObject {
  return { type: "object", required: Object.keys(properties), properties };
}

/** A bundle, for the API's description. */
export const bundleOperation: OpenapiObject = {
  summary: "Take a bundle",
  description:
    "Everything that is needed to verify a scope, or the whole tenant, without asking anybody: events, " +
    "leaves, proofs, receipts, and the checkpoint at the end, one a line. It goes up to the newest event at " +
    "the time of the request.",
  tags: ["audit"],
  parameters: [
    queryParameter(
      "known",
      "The size of a checkpoint that the reader knows: the bundle then proves that the log has grown from it.",
      SIZE,
    ),
  ],
  responses: {
    200: {
      description: "The bundle.",
      content: { "application/x-ndjson": { schema: { type: "object" } } },
    },
    ...problems({
      400: "bad-scope, bad-parameter",
      404: "not-found: there are no events",
      503: "unavailable: the newest events are not sealed yet",
    }),
  },
};

/** A receipt, for the API's description. */
export const receiptOperation: OpenapiObject = {
  summary: "Read a receipt",
  description:
    "How many events a scope had when it ended, the root over their hashes, and the heads of all scopes " +
    "below it: so that none can be left out.",
  tags: ["audit"],
  responses: {
    200: { description: "A signed note.", content: NOTE },
    ...problems({ 400: "bad-scope", 404: "not-found: the scope has not ended" }),
  },
};

/** What is not about a scope, for the API's description. */
export const auditPaths: OpenapiObject = {
  "/v1/checkpoint": {
    get: {
      summary: "Read the newest checkpoint",
      tags: ["audit"],
      responses: {
        200: { description: "A signed note.", content: NOTE },
        ...problems({ 404: "not-found: nothing is sealed yet" }),
      },
    },
  },
  "/v1/checkpoints": {
    get: {
      summary: "Read all checkpoints that were published",
      tags: ["audit"],
      parameters: [
        queryParameter("from", "Those of at least this size.", { type: "integer", minimum: 0 }),
        queryParameter("limit", "At most so many.", {
          type: "integer",
          minimum: 1,
          maximum: 1000,
          default: 100,
        }),
      ],
      responses: {
        200: {
          description: "The checkpoints, the smallest first; `next` is where the next page starts.",
          content: json({
            type: "object",
            required: ["checkpoints"],
            properties: {
              checkpoints: {
                type: "array",
                items: object({ size: SIZE, note: { type: "string" } }),
              },
              next: SIZE,
            },
          }),
        },
        ...problems({ 400: "bad-parameter" }),
      },
    },
  },
  "/v1/keys": {
    get: {
      summary: "Read the keys that checkpoints are signed with",
      description: "A hint: which of them to trust is for the reader to know from elsewhere.",
      tags: ["audit"],
      responses: {
        200: {
          description: "The verifier keys, oldest first, each with the sizes that it has signed.",
          content: json(
            object({
              keys: {
                type: "array",
                items: object({
                  verifierKey: { type: "string", description: "`<name>+<key id>+<key>`" },
                  fromSize: { type: "integer", minimum: 0 },
                  toSize: { type: ["integer", "null"] },
                }),
              },
            }),
          ),
        },
      },
    },
  },
  "/v1/proofs/inclusion": {
    get: {
      summary: "Prove that a sequence is in the log",
      tags: ["audit"],
      parameters: [
        { ...queryParameter("sequence", "Which one.", SIZE), required: true },
        queryParameter("size", "Of the checkpoint to prove it to; the newest, if left out.", SIZE),
      ],
      responses: {
        200: {
          description: "The leaf, and the way from it to the root (RFC 9162, section 2.1.3).",
          content: json(
            object({ sequence: SIZE, size: SIZE, leaf: { type: "object" }, proof: PROOF }),
          ),
        },
        ...problems({ 400: "bad-parameter", 404: "not-found: nothing is sealed yet" }),
      },
    },
  },
  "/v1/proofs/consistency": {
    get: {
      summary: "Prove that the log has only grown",
      tags: ["audit"],
      parameters: [
        { ...queryParameter("from", "The size of the earlier checkpoint.", SIZE), required: true },
        queryParameter("to", "Of the later one; the newest, if left out.", SIZE),
      ],
      responses: {
        200: {
          description: "The proof (RFC 9162, section 2.1.4).",
          content: json(object({ from: SIZE, to: SIZE, proof: PROOF })),
        },
        ...problems({ 400: "bad-parameter", 404: "not-found: nothing is sealed yet" }),
      },
    },
  },
};
