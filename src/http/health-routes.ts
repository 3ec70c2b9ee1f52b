import type { FastifyInstance } from "fastify";
import { problem } from "../wire/problem.js";
import { sendProblem } from "./problem-reply.js";
import type { Serving } from "./serving.js";
import { healthOperation, readinessOperation } from "./health-operations.js";
import { described } from "./openapi/operation.js";

/** `/healthz`: the process lives. `/readyz`: it can append and deliver. */
export function healthRoutes(app: FastifyInstance, { gateway, draining }: Serving): void {
  app.get("/healthz", described(healthOperation), (_request, reply) =>
    reply.send({ status: "ok" }),
  );

  app.get("/readyz", described(readinessOperation), (_request, reply) => {
    const readiness = draining.aborted
      ? { ready: false, reason: "the server is shutting down" }
      : gateway.readiness();
    void reply.header("cache-control", "no-store");
    if (readiness.ready) return reply.send(readiness);
    return sendProblem(reply, {
      ...problem("unavailable", readiness.reason ?? "The gateway is not ready."),
      ...readiness,
    });
  });
}
