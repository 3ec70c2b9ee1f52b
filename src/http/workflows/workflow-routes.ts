import type { FastifyInstance } from "fastify";
import { problem, ProblemError } from "../../wire/problem.js";
import { pageJson } from "../logs/log-json.js";
import { logSummaryOf } from "../logs/log-summary.js";
import { badParameter, Parameters } from "../parameters.js";
import { limitOf } from "../read/page-request.js";
import type { Serving } from "../serving.js";
import { askReadModel } from "../state/read-model.js";
import { described } from "../openapi/operation.js";
import { latestOperation, statsOperation } from "./workflow-operations.js";

/** The other runs of a workflow that are listed with the newest one. */
const MAX_RUNS = 1000;

/** The longest id of a workflow. */
const MAX_ID = 512;

/** The most that the times and runs of a chart can be told apart on a screen. */
const MAX_BUCKETS = 200;
const MAX_POINTS = 1000;

/** Without `since`, so far back runs are counted. */
const DAY_MS = 24 * 60 * 60 * 1000;

/** `GET /v1/workflows/<id>/runs/latest`, and `GET /v1/stats`: runs by workflow. */
export function workflowRoutes(app: FastifyInstance, { gateway }: Serving): void {
  const { tenant, log } = gateway;

  app.get(
    "/v1/workflows/:workflowId/runs/latest",
    described(latestOperation),
    async (request, reply) => {
      const { workflowId } = request.params as { workflowId: string };
      const parameters = new Parameters(request);
      const limit = limitOf(parameters);
      const wantsAll = parameters.flag("all");
      const { result } = await askReadModel(gateway, parameters, reply, (readModel) =>
        readModel.latestRun(tenant, workflowId, {
          logLimit: limit,
          runLimit: wantsAll ? MAX_RUNS : 1,
        }),
      );
      if (!result) {
        const name = JSON.stringify(workflowId.slice(0, MAX_ID));
        throw new ProblemError(problem("not-found", `There are no runs of the workflow ${name}.`));
      }
      const [run, ...others] = result.runs;
      const path = result.state.scope;
      return reply.send({
        run,
        ...pageJson(result.logs, { path, after: undefined, limit, offset: 0 }, log.epoch),
        summary: logSummaryOf(result.state),
        ...(wantsAll && { others }),
      });
    },
  );

  app.get("/v1/stats", described(statsOperation), async (request, reply) => {
    const parameters = new Parameters(request);
    const range = parameters.timeRange();
    const untilMs = range.untilMs ?? Date.now();
    const sinceMs = range.sinceMs ?? untilMs - DAY_MS;
    if (sinceMs >= untilMs) throw badParameter("since", "must be before until");
    const since = new Date(sinceMs).toISOString();
    const until = new Date(untilMs).toISOString();
    const workflowId = parameters.words("workflowId", MAX_ID);
    const buckets = parameters.integer("buckets", 1, MAX_BUCKETS);
    const points = parameters.integer("points", 1, MAX_POINTS);
    const [detail] = parameters.among("buckets", "points");
    if (detail !== undefined && workflowId === undefined) {
      throw badParameter(detail, "goes together with workflowId only");
    }
    const { result } = await askReadModel(gateway, parameters, reply, (readModel) =>
      readModel.stats(tenant, { workflowId, since, until, buckets, points }),
    );
    return reply.send({ since, until, ...result });
  });
}
