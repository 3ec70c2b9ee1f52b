import type { FastifyInstance } from "fastify";
import { problem, ProblemError } from "../../wire/problem.js";
import type { Serving } from "../serving.js";
import { demandReadModel } from "./read-model.js";
import { described } from "../openapi/operation.js";
import { reindexOperation } from "./state-operations.js";

/** Longer than the read model itself waits before it looks for room again. */
const FULL_RETRY_MS = 30_000;

/** `POST /v1/reindex`: makes the read model anew from the log. */
export function reindexRoutes(app: FastifyInstance, { gateway, logger }: Serving): void {
  app.post("/v1/reindex", described(reindexOperation), async (_request, reply) => {
    const readModel = demandReadModel(gateway);
    const { state, trouble = "" } = readModel.status;
    if (state === "disk-full") {
      const detail =
        `The read model is kept as it is: ${trouble}, and a new one might not get as far. ` +
        "Make room, and it goes on by itself.";
      throw new ProblemError(problem("disk-full", detail, { retryAfterMs: FULL_RETRY_MS }));
    }
    readModel.rebuild();
    logger.info("the read model is made anew, as was asked for");
    return reply.code(202).send({ outcome: "begun" });
  });
}
