import { json, pathParameter, problems, schemaRef, type Operation } from "../openapi/operation.js";

const KEY_ID = { type: "string", pattern: "^[0-9a-f]{32}$" };
const TIMESTAMP = schemaRef("common.timestamp");

export const personalKeyOperation: Operation = {
  operationId: "readPersonalKey",
  summary: "Read the key of encrypted personal data",
  tag: "personal data",
  parameters: [pathParameter("keyId", "As `$enc` names it.", KEY_ID)],
  responses: {
    200: json("The key that `$enc` names.", {
      type: "object",
      required: ["keyId", "alg", "key", "createdAt"],
      properties: {
        keyId: KEY_ID,
        alg: { const: "A256GCM" },
        key: { type: "string", contentEncoding: "base64", description: "32 bytes." },
        createdAt: TIMESTAMP,
      },
    }),
    ...problems({
      "bad-parameter": "",
      "not-found": "",
      "key-destroyed": "the subject was forgotten",
      unavailable: "",
    }),
  },
  example: { path: "/v1/personal-keys/5f2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d" },
};

export const forgetOperation: Operation = {
  operationId: "forgetSubject",
  summary: "Forget a subject",
  description:
    "Destroys the key of the subject's personal data, which nobody can read any more. Again, it tells when " +
    "that was; personal data that comes later has another key.",
  tag: "personal data",
  parameters: [
    pathParameter("subject", "As it is in `$personal`, percent-encoded.", {
      type: "string",
      minLength: 1,
      maxLength: 256,
    }),
  ],
  responses: {
    200: json("It is forgotten.", {
      type: "object",
      required: ["subject", "keyId", "forgottenAt"],
      properties: { subject: { type: "string" }, keyId: KEY_ID, forgottenAt: TIMESTAMP },
    }),
    ...problems({
      "bad-parameter": "",
      "not-found": "nothing was ever stored of it",
      unavailable: "not known whether it is done, send it again",
    }),
  },
  example: { path: "/v1/personal-subjects/ana", options: "-X DELETE" },
};
