import { json, pathParameter, problems, schemaRef, type Operation } from "../openapi/operation.js";

const NAME = pathParameter("name", "The subscription's name.", {
  type: "string",
  pattern: "^[A-Za-z0-9_-]{1,64}$",
});

const NOT_FOUND = { "bad-parameter": "", "not-found": "", unavailable: "" };

export const listSubscriptionsOperation: Operation = {
  operationId: "listSubscriptions",
  summary: "List durable subscriptions",
  tag: "subscriptions",
  responses: {
    200: json("All of them, by name, and how many there may be.", {
      type: "object",
      required: ["subscriptions", "limit"],
      properties: {
        subscriptions: { type: "array", items: schemaRef("subscription") },
        limit: { type: "integer" },
      },
    }),
    ...problems({ "bad-parameter": "", unavailable: "" }),
  },
  example: { path: "/v1/subscriptions" },
};

export const readSubscriptionOperation: Operation = {
  operationId: "readSubscription",
  summary: "Read how far a durable subscription has got",
  tag: "subscriptions",
  parameters: [NAME],
  responses: {
    200: json("How far it has been read.", schemaRef("subscription"), {
      example: {
        name: "auditor-1",
        scope: "runs/r-42",
        ackedCursor: "1040.k3f9q2",
        deliveredCursor: "1042.k3f9q2",
        lag: 3,
        pendingAcks: 2,
        isActive: true,
        createdAt: "2026-03-01T09:30:00.000Z",
      },
    }),
    ...problems(NOT_FOUND),
  },
  example: { path: "/v1/subscriptions/auditor-1" },
};

export const deleteSubscriptionOperation: Operation = {
  operationId: "deleteSubscription",
  summary: "Delete a durable subscription",
  description: "Its position is forgotten, and its reader is told.",
  tag: "subscriptions",
  parameters: [NAME],
  responses: { 204: { description: "It is gone." }, ...problems(NOT_FOUND) },
  example: { path: "/v1/subscriptions/auditor-1", options: "-X DELETE" },
};

export const ackOperation: Operation = {
  operationId: "acknowledge",
  summary: "Acknowledge what a durable subscription has been sent",
  description:
    "Everything that has been sent up to the cursor, at whichever gateway. An older one moves nothing.",
  tag: "subscriptions",
  parameters: [NAME],
  requestBody: {
    required: true,
    content: {
      "application/json": {
        schema: {
          type: "object",
          required: ["cursor"],
          properties: { cursor: schemaRef("cursor") },
        },
        example: { cursor: "1042.k3f9q2" },
      },
    },
  },
  responses: {
    200: json("It is acknowledged; how far it is now.", schemaRef("subscription")),
    ...problems({
      "bad-cursor": "",
      "cursor-ahead": "",
      "bad-request": "",
      "bad-parameter": "",
      "malformed-json": "",
      "not-found": "",
      "too-large": "",
      "unsupported-media-type": "",
      unavailable: "send it again",
    }),
  },
  example: {
    path: "/v1/subscriptions/auditor-1/ack",
    options: `--json '{"cursor":"1042.k3f9q2"}'`,
  },
};
