import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Cursor } from "../../wire/cursor.js";
import { problem, ProblemError } from "../../wire/problem.js";
import { bodyFormOf, readBody } from "../body.js";
import { parseJson } from "../json.js";
import { cursorFrom } from "../parameters.js";
import type { Serving } from "../serving.js";
import { described } from "../openapi/operation.js";
import {
  ackOperation,
  deleteSubscriptionOperation,
  listSubscriptionsOperation,
  readSubscriptionOperation,
} from "./subscription-operations.js";

/** An acknowledgement holds one cursor. */
const ACK_BYTES = 1024 * 1024;

/** `GET /v1/subscriptions`, and of one of them `GET`, `DELETE` and `POST …/ack`. */
export function subscriptionRoutes(app: FastifyInstance, serving: Serving): void {
  const { gateway, bodyMemory, config } = serving;
  const { subscriptions, tenant } = gateway;

  app.get("/v1/subscriptions", described(listSubscriptionsOperation), async (_request, reply) =>
    reply.header("cache-control", "no-store").send({
      subscriptions: await subscriptions.list(tenant),
      limit: config.subscriptions.maxPerTenant,
    }),
  );
  app.get("/v1/subscriptions/:name", described(readSubscriptionOperation), async (request, reply) =>
    reply
      .header("cache-control", "no-store")
      .send(await subscriptions.get(tenant, nameOf(request))),
  );
  app.delete(
    "/v1/subscriptions/:name",
    described(deleteSubscriptionOperation),
    async (request, reply) => {
      await subscriptions.delete(tenant, nameOf(request));
      return reply.code(204).send();
    },
  );
  app.post("/v1/subscriptions/:name/ack", described(ackOperation), async (request, reply) => {
    if (bodyFormOf(request) !== "json") {
      throw new ProblemError(
        problem("unsupported-media-type", "Send Content-Type: application/json."),
      );
    }
    const body = await readBody(request.raw, () => ACK_BYTES, bodyMemory.lease(reply.raw));
    return reply.send(await subscriptions.ack(tenant, nameOf(request), ackedOf(body)));
  });
}

function nameOf({ params }: FastifyRequest): string {
  return (params as { name: string }).name;
}

/** @throws ProblemError `malformed-json`, `bad-request`, `bad-cursor` */
function ackedOf(body: Uint8Array): Cursor {
  const parsed = parseJson(body);
  if (!parsed.ok) throw new ProblemError(parsed.problem);
  const { value } = parsed;
  const cursor: unknown =
    typeof value === "object" && value !== null && "cursor" in value ? value.cursor : undefined;
  if (typeof cursor === "string") return cursorFrom(cursor, "/cursor");
  const detail =
    'An acknowledgement is {"cursor": "1042.k3f9q2"}: everything up to there is dealt with.';
  throw new ProblemError(problem("bad-request", detail, { pointer: "/cursor" }));
}
