import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { IndexAwayError } from "../../coordinator/history.js";
import { selectionOf } from "../../coordinator/selection.js";
import { ProblemError } from "../../wire/problem.js";
import { textQueryOf } from "../logs/logs-request.js";
import { Parameters } from "../parameters.js";
import { unavailable } from "../problem-reply.js";
import { timelineOf, timelineUrls } from "../scope-path.js";
import type { Serving } from "../serving.js";
import { askReadModel, demandSequence } from "../state/read-model.js";
import { deadlineOf } from "./deadline.js";
import { download } from "./download.js";
import { eventsRequestOf } from "./page-request.js";
import { pageJson, readPage, type Reading } from "./page.js";
import { spanOf } from "./span.js";
import { described } from "../openapi/operation.js";
import { readOperation } from "./read-operations.js";

/** How long reading a page may take. */
const PAGE_TIMEOUT_MS = 15_000;

/** `GET /v1/<scope>/events` and `GET /v1/events`: stored events, by page or all of them. */
export function readRoutes(app: FastifyInstance, serving: Serving): void {
  const { gateway } = serving;
  const read = async (request: FastifyRequest, reply: FastifyReply) => {
    const parameters = new Parameters(request);
    const timeline = timelineOf(request);
    const text = textQueryOf(parameters);
    const selection = selectionOf(gateway.tenant, timeline, parameters.filter(), text);
    const wanted = eventsRequestOf(request);
    // Without words, the answer is the log's own.
    if (!text) await demandSequence(gateway, parameters, "consistent");
    else {
      const { asOf } = await askReadModel(gateway, parameters, reply, (readModel) =>
        Promise.resolve({ asOf: readModel.status.position, result: undefined }),
      );
      if (asOf === 0) throw new ProblemError(unavailable("The read model has only just begun."));
    }
    const reading: Reading = {
      selection,
      span: await spanOf(gateway.log, wanted.range),
      signal: deadlineOf(reply, PAGE_TIMEOUT_MS),
    };
    if (wanted.form === "download") return download(serving, reading, wanted, request, reply);
    const page = await readPage(gateway, reading, wanted).catch((error: unknown) => {
      if (!(error instanceof IndexAwayError)) throw error;
      throw new ProblemError(unavailable("The read model cannot be searched now."));
    });
    // History ends early, not in an error, when its signal aborts: the page may lack what was still to come.
    if (reading.signal.aborted) {
      throw new ProblemError(unavailable("The events could not be read in time."));
    }
    return reply
      .type("application/json; charset=utf-8")
      .headers({ "cache-control": "no-cache", vary: "Accept, Origin" })
      .send(pageJson(page, gateway.log.epoch));
  };
  for (const url of timelineUrls("events")) app.get(url, described(readOperation), read);
}
