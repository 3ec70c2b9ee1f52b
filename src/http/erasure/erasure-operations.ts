import { schemaRef } from "../openapi/components.js";
import { problems, type OpenapiObject } from "../openapi/operation.js";

const KEY_ID = { type: "string", pattern: "^[0-9a-f]{32}$" };
const TIMESTAMP = schemaRef("common.timestamp");

/** Personal data, for the API's description. */
export const erasurePaths: OpenapiObject = {
  "/v1/personal-keys/{keyId}": {
    parameters: [{ name: "keyId", in: "path", required: true, schema: KEY_ID }],
    get: {
      summary: "The key of encrypted personal data",
      tags: ["personal data"],
      responses: {
        200: answer("The key that `$enc` names.", {
          type: "object",
          required: ["keyId", "alg", "key", "createdAt"],
          properties: {
            keyId: KEY_ID,
            alg: { const: "A256GCM" },
            key: { type: "string", contentEncoding: "base64", description: "32 bytes." },
            createdAt: TIMESTAMP,
          },
        }),
        ...problems({ 404: "not-found", 410: "key-destroyed: the subject was forgotten" }),
      },
    },
  },
  "/v1/personal-subjects/{subject}": {
    parameters: [
      {
        name: "subject",
        in: "path",
        required: true,
        description: "As it is in `$personal`, percent-encoded.",
        schema: { type: "string", minLength: 1, maxLength: 256 },
      },
    ],
    delete: {
      summary: "Forget a subject",
      description:
        "Destroys the key of the subject's personal data, which nobody can read any more. Again, it tells when " +
        "that was; personal data that comes later has another key.",
      tags: ["personal data"],
      responses: {
        200: answer("It is forgotten.", {
          type: "object",
          required: ["subject", "keyId", "forgottenAt"],
          properties: {
            subject: { type: "string" },
            keyId: KEY_ID,
            forgottenAt: TIMESTAMP,
          },
        }),
        ...problems({
          404: "not-found: nothing was ever stored of it",
          503: "unavailable: not known whether it is done, send it again",
        }),
      },
    },
  },
};

function answer(description: string, schema: OpenapiObject): OpenapiObject {
  return { description, content: { "application/json": { schema } } };
}
