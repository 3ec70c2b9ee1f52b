import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { problem, ProblemError } from "../../wire/problem.js";
import { fileFormOf } from "../file-form.js";
import { badParameter, Parameters } from "../parameters.js";
import { scopeOf, scopeUrls, timelineUrls } from "../scope-path.js";
import type { Serving } from "../serving.js";
import { askReadModel } from "../state/read-model.js";
import { logSummaryOf } from "./log-summary.js";
import { sendLines } from "./log-export.js";
import { pageJson } from "./log-json.js";
import { logsRequestOf } from "./logs-request.js";
import { described } from "../openapi/operation.js";
import { logsOperation, logSummaryOperation } from "./logs-operations.js";

/**
 * `GET /v1/<scope>/logs`: log entries, each by itself, by page or all of them as a file.
 * `GET /v1/<scope>/logs/summary`: how many of which kind.
 */
export function logsRoutes(app: FastifyInstance, serving: Serving): void {
  const { gateway } = serving;
  const { tenant, log } = gateway;

  const read = async (request: FastifyRequest, reply: FastifyReply) => {
    const parameters = new Parameters(request);
    const form = fileFormOf(request, ["csv", "ndjson", "txt"]);
    const wanted = await logsRequestOf(request, gateway);
    if (form) {
      const [pointless] = parameters.among("limit", "offset");
      if (pointless !== undefined) throw badParameter(pointless, "goes with JSON pages only");
      return sendLines(serving, wanted, form, request, reply);
    }
    const { result } = await askReadModel(gateway, parameters, reply, (readModel) =>
      readModel.logs(tenant, wanted),
    );
    return reply.header("vary", "Accept, Origin").send(pageJson(result, wanted, log.epoch));
  };
  for (const url of timelineUrls("logs")) app.get(url, described(logsOperation), read);

  for (const url of scopeUrls("logs/summary")) {
    app.get(url, described(logSummaryOperation), async (request, reply) => {
      const path = scopeOf(request)?.path ?? "";
      const parameters = new Parameters(request);
      const { result } = await askReadModel(gateway, parameters, reply, (readModel) =>
        readModel.state(tenant, path),
      );
      if (!result) throw new ProblemError(problem("not-found", `There are no events of ${path}.`));
      return reply.send(logSummaryOf(result));
    });
  }
}
