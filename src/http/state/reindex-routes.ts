import type { FastifyInstance } from "fastify";
import type { Serving } from "../serving.js";
import { demandReadModel } from "./read-model.js";
import { described } from "../openapi/operation.js";
import { reindexOperation } from "./state-operations.js";

/** `POST /v1/reindex`: makes the read model anew from the log. */
export function reindexRoutes(app: FastifyInstance, { gateway, logger }: Serving): void {
  app.post("/v1/reindex", described(reindexOperation), async (_request, reply) => {
    demandReadModel(gateway).rebuild();
    logger.info("the read model is made anew, as was asked for");
    return reply.code(202).send({ outcome: "begun" });
  });
}
