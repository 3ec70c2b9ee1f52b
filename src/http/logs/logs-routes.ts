import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { problem, ProblemError } from "../../wire/problem.js";
import { formatLineCursor } from "../../wire/line-cursor.js";
import { badParameter, Parameters } from "../parameters.js";
import { scopeOf, scopeUrls, timelineOf, timelineUrls } from "../scope-path.js";
import type { Serving } from "../serving.js";
import { askReadModel } from "../state/read-model.js";
import { logSummaryOf } from "./log-summary.js";
import { EXPORTS, sendLines, type ExportForm } from "./log-export.js";
import { lineJson } from "./log-json.js";
import { logsRequestOf } from "./logs-request.js";

/**
 * `GET /v1/<scope>/logs`: log entries, each by itself, by page or all of them as a file.
 * `GET /v1/<scope>/logs/summary`: how many of which kind.
 */
export function logsRoutes(app: FastifyInstance, serving: Serving): void {
  const { gateway } = serving;
  const { tenant, log } = gateway;

  const read = async (request: FastifyRequest, reply: FastifyReply) => {
    const parameters = new Parameters(request);
    const form = formOf(request, parameters);
    const wanted = logsRequestOf(request, log.epoch);
    if (form) {
      const [pointless] = parameters.among("limit", "offset");
      if (pointless !== undefined) throw badParameter(pointless, "goes with JSON pages only");
      return sendLines(serving, wanted, form, request, reply);
    }
    const { result } = await askReadModel(gateway, parameters, reply, (readModel) =>
      readModel.logs(tenant, wanted),
    );
    const { lines, hasMore, total } = result;
    const last = lines.at(-1) ?? wanted.after;
    return reply.header("vary", "Accept, Origin").send({
      executionId: executionIdOf(timelineOf(request)),
      logs: lines.map((line) => lineJson(line, log.epoch)),
      totalCount: total.count,
      totalIsExact: total.isExact,
      pagination: {
        limit: wanted.limit,
        offset: wanted.offset,
        hasMore,
        next: last ? formatLineCursor(last.sequence, last.entry, log.epoch) : null,
      },
    });
  };
  for (const url of timelineUrls("logs")) app.get(url, read);

  for (const url of scopeUrls("logs/summary")) {
    app.get(url, async (request, reply) => {
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

/** The id of the run, or of whatever else it is that was executed; null where it is all of them. */
function executionIdOf(path: string): string | null {
  return path === "" ? null : path.slice(path.lastIndexOf("/") + 1);
}

/** `format`, or else what is accepted. */
function formOf(request: FastifyRequest, parameters: Parameters): ExportForm | undefined {
  const format = parameters.choice("format", ["json", "csv", "ndjson", "txt"]);
  if (format !== undefined) return format === "json" ? undefined : format;
  const { accept = "" } = request.headers;
  return (["csv", "ndjson"] as const).find((form) => {
    const [type = ""] = EXPORTS[form].split(";");
    return accept.includes(type);
  });
}
