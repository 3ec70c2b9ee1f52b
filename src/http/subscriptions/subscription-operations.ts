import { schemaRef } from "../openapi/components.js";
import { problems, type OpenapiObject } from "../openapi/operation.js";

const NAME = {
  name: "name",
  in: "path",
  required: true,
  schema: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" },
};

/** Durable subscriptions, for the API's description. */
export const subscriptionPaths: OpenapiObject = {
  "/v1/subscriptions": {
    get: {
      summary: "List durable subscriptions",
      tags: ["subscriptions"],
      responses: {
        200: answer("All of them, by name, and how many there may be.", {
          type: "object",
          required: ["subscriptions", "limit"],
          properties: {
            subscriptions: { type: "array", items: schemaRef("subscription") },
            limit: { type: "integer" },
          },
        }),
      },
    },
  },
  "/v1/subscriptions/{name}": {
    parameters: [NAME],
    get: {
      summary: "A durable subscription",
      tags: ["subscriptions"],
      responses: {
        200: answer("How far it has been read.", schemaRef("subscription")),
        ...problems({ 404: "not-found" }),
      },
    },
    delete: {
      summary: "Delete a durable subscription",
      description: "Its position is forgotten, and its reader is told.",
      tags: ["subscriptions"],
      responses: { 204: { description: "It is gone." }, ...problems({ 404: "not-found" }) },
    },
  },
  "/v1/subscriptions/{name}/ack": {
    parameters: [NAME],
    post: {
      summary: "Acknowledge what a durable subscription has been sent",
      description:
        "Everything that has been sent up to the cursor, at whichever gateway. An older one moves nothing.",
      tags: ["subscriptions"],
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: {
              type: "object",
              required: ["cursor"],
              properties: { cursor: schemaRef("cursor") },
            },
          },
        },
      },
      responses: {
        200: answer("It is acknowledged; how far it is now.", schemaRef("subscription")),
        ...problems({
          400: "bad-cursor, cursor-ahead, bad-request, malformed-json",
          404: "not-found",
          503: "unavailable: send it again",
        }),
      },
    },
  },
};

function answer(description: string, schema: OpenapiObject): OpenapiObject {
  return { description, content: { "application/json": { schema } } };
}
