import {
  json,
  limitParameter,
  problems,
  queryParameter,
  type OpenapiObject,
  type Operation,
  type Response,
} from "../openapi/operation.js";

const NOTE: Response = {
  description: "A signed note.",
  content: {
    "text/plain": {
      schema: {
        type: "string",
        description: "A signed note (C2SP signed-note, tlog-checkpoint).",
      },
    },
  },
};
const PROOF = {
  type: "array",
  items: { type: "string" },
  description: "Hashes in base64, as RFC 9162 orders them.",
};
const SIZE = { type: "integer", minimum: 1 };
const NOTHING_SEALED = "nothing is sealed yet";

function object(properties: OpenapiObject): OpenapiObject {
  return { type: "object", required: Object.keys(properties), properties };
}

/** A bundle, for the API's description. */
export const bundleOperation: Operation = {
  operationId: "readBundle",
  summary: "Take a bundle",
  description:
    "Everything that is needed to verify a scope, or the whole tenant, without asking anybody: events, " +
    "leaves, proofs, receipts, and the checkpoint at the end, one a line. It goes up to the newest event at " +
    "the time of the request.",
  tag: "audit",
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
      "bad-scope": "",
      "bad-parameter": "",
      "not-found": "there are no events",
      unavailable: "the newest events are not sealed yet",
    }),
  },
  example: { path: "/v1/runs/r-42/bundle", options: "-o r-42.bundle" },
};

/** A receipt, for the API's description. */
export const receiptOperation: Operation = {
  operationId: "readReceipt",
  summary: "Read a receipt",
  description:
    "How many events a scope had when it ended, the root over their hashes, and the heads of all scopes " +
    "below it: so that none can be left out.",
  tag: "audit",
  responses: {
    200: NOTE,
    ...problems({
      "bad-scope": "",
      "bad-parameter": "",
      "not-found": "the scope has not ended",
      unavailable: "",
    }),
  },
  example: { path: "/v1/runs/r-42/receipt" },
};

export const checkpointOperation: Operation = {
  operationId: "readCheckpoint",
  summary: "Read the newest checkpoint",
  tag: "audit",
  responses: { 200: NOTE, ...problems({ "bad-parameter": "", "not-found": NOTHING_SEALED }) },
  example: { path: "/v1/checkpoint" },
};

export const checkpointsOperation: Operation = {
  operationId: "listCheckpoints",
  summary: "List the checkpoints that were published",
  tag: "audit",
  parameters: [
    queryParameter("from", "Those of at least this size.", { type: "integer", minimum: 0 }),
    limitParameter(),
  ],
  responses: {
    200: json("The checkpoints, the smallest first; `next` is where the next page starts.", {
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
    ...problems({ "bad-parameter": "", unavailable: "" }),
  },
  example: { path: "/v1/checkpoints?from=1000&limit=10" },
};

export const keysOperation: Operation = {
  operationId: "listKeys",
  summary: "Read the keys that checkpoints are signed with",
  description: "A hint: which of them to trust is for the reader to know from elsewhere.",
  tag: "audit",
  responses: {
    200: json(
      "The verifier keys, oldest first, each with the sizes that it has signed.",
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
    ...problems({ "bad-parameter": "" }),
  },
  example: { path: "/v1/keys" },
};

export const inclusionOperation: Operation = {
  operationId: "proveInclusion",
  summary: "Prove that a sequence is in the log",
  tag: "audit",
  parameters: [
    { ...queryParameter("sequence", "Which one.", SIZE), required: true },
    queryParameter("size", "Of the checkpoint to prove it to; the newest, if left out.", SIZE),
  ],
  responses: {
    200: json(
      "The leaf, and the way from it to the root (RFC 9162, section 2.1.3).",
      object({ sequence: SIZE, size: SIZE, leaf: { type: "object" }, proof: PROOF }),
    ),
    ...problems({ "bad-parameter": "", "not-found": NOTHING_SEALED, unavailable: "" }),
  },
  example: { path: "/v1/proofs/inclusion?sequence=1042" },
};

export const consistencyOperation: Operation = {
  operationId: "proveConsistency",
  summary: "Prove that the log has only grown",
  tag: "audit",
  parameters: [
    { ...queryParameter("from", "The size of the earlier checkpoint.", SIZE), required: true },
    queryParameter("to", "Of the later one; the newest, if left out.", SIZE),
  ],
  responses: {
    200: json(
      "The proof (RFC 9162, section 2.1.4).",
      object({ from: SIZE, to: SIZE, proof: PROOF }),
    ),
    ...problems({ "bad-parameter": "", "not-found": NOTHING_SEALED, unavailable: "" }),
  },
  example: { path: "/v1/proofs/consistency?from=1000" },
};
