import type { FastifyInstance } from "fastify";
import { formatCursor } from "../../wire/cursor.js";
import { problem, ProblemError } from "../../wire/problem.js";
import { Parameters } from "../parameters.js";
import { scopeOf, scopeUrls } from "../scope-path.js";
import type { Serving } from "../serving.js";
import { askReadModel, demandSequence } from "./read-model.js";
import { runsRequestOf } from "./runs-request.js";
import { described } from "../openapi/operation.js";
import { runsOperation, stateOperation } from "./state-operations.js";

/** `GET /v1/<scope>`: what a scope's events add up to, now or then. `GET /v1/runs`: the runs. */
export function stateRoutes(app: FastifyInstance, { gateway }: Serving): void {
  const { tenant, log } = gateway;

  for (const url of scopeUrls()) {
    app.get(url, described(stateOperation), async (request, reply) => {
      const path = scopeOf(request)?.path ?? "";
      const parameters = new Parameters(request);
      const at = await demandSequence(gateway, parameters, "at");
      const { asOf, result } = await askReadModel(gateway, parameters, reply, (readModel) =>
        readModel.state(tenant, path, at),
      );
      if (!result) {
        const when = at === undefined ? "" : ` up to ${at}`;
        throw new ProblemError(problem("not-found", `There are no events of ${path}${when}.`));
      }
      return reply.send({ ...result, asOf: formatCursor(Math.min(at ?? asOf, asOf), log.epoch) });
    });
  }

  app.get("/v1/runs", described(runsOperation), async (request, reply) => {
    const parameters = new Parameters(request);
    const wanted = await runsRequestOf(parameters, gateway);
    const { result } = await askReadModel(gateway, parameters, reply, (readModel) =>
      readModel.runs(tenant, wanted),
    );
    const { runs, next } = result;
    return reply.send({ runs, next: next === undefined ? null : formatCursor(next, log.epoch) });
  });
}
