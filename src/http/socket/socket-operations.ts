import { problems, schemaRef, type Operation } from "../openapi/operation.js";

/** Following timelines over a WebSocket, for the API's description. */
export const socketOperation: Operation = {
  operationId: "openSocket",
  summary: "Follow timelines over a WebSocket",
  description:
    "Subprotocol `runtrail.v1`: JSON text messages, those of the client as in `socket.client-message`, those of " +
    "the server as in `socket.server-message`; the codes with which it closes are in `socket.close-code`.",
  tag: "read",
  parameters: [
    {
      name: "Sec-WebSocket-Protocol",
      in: "header",
      required: true,
      description: "Must offer `runtrail.v1`.",
      schema: { type: "string", const: "runtrail.v1" },
    },
  ],
  responses: {
    101: {
      description: "The WebSocket is open.",
      content: {
        "application/json": {
          schema: {
            oneOf: [
              schemaRef("socket.client-message"),
              schemaRef("socket.server-message"),
              schemaRef("socket.close-code"),
            ],
          },
        },
      },
    },
    ...problems({
      "bad-request": "the subprotocol is not offered",
      "bad-parameter": "",
      "forbidden-origin": "a page of an origin that may not use the API",
      "upgrade-required": "this is not a WebSocket handshake",
      unavailable: "the server is shutting down",
    }),
  },
};
