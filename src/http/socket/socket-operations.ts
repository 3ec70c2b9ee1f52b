import { schemaRef } from "../openapi/components.js";
import { problems, type OpenapiObject } from "../openapi/operation.js";

/** Following timelines over a WebSocket, for the API's description. */
export const socketOperation: OpenapiObject = {
  summary: "Follow timelines over a WebSocket",
  description:
    "Subprotocol runtrail.v1: JSON text messages, those of the client as in socket.client-message, those of " +
    "the server as in socket.server-message; the codes with which it closes are in socket.close-code.",
  tags: ["read"],
  parameters: [
    {
      name: "Sec-WebSocket-Protocol",
      in: "header",
      required: true,
      description: "Must offer runtrail.v1.",
      schema: { type: "string", const: "runtrail.v1" },
    },
  ],
  responses: {
    101: {
      description: "The WebSocket is open.",
      "x-messages": {
        client: schemaRef("socket.client-message"),
        server: schemaRef("socket.server-message"),
        close: schemaRef("socket.close-code"),
      },
    },
    ...problems({
      400: "bad-request: the subprotocol is not offered",
      403: "forbidden-origin: a page of an origin that may not use the API",
      426: "upgrade-required: this is not a WebSocket handshake",
      503: "unavailable: the server is shutting down",
    }),
  },
};
