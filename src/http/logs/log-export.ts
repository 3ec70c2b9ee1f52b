import type { FastifyReply, FastifyRequest } from "fastify";
import type { LogsPage } from "../../readmodel/log-search.js";
import type { LogsRequest } from "../../readmodel/logs-request.js";
import { csv } from "../csv.js";
import { FILE_TYPES, type FileForm } from "../file-form.js";
import { fileName } from "../file-name.js";
import type { Serving } from "../serving.js";
import { askReadModel } from "../state/read-model.js";
import { streamBody } from "../streamed-body.js";
import { Parameters } from "../parameters.js";
import { LINE_COLUMNS, lineJson } from "./log-json.js";

/** Lines that are read at once. */
const PIECE_LINES = 1000;

/**
 * Streams all lines that meet the filters, up to the newest one at the time of the request, as a file.
 *
 * @throws ProblemError what {@link askReadModel} throws
 */
export async function sendLines(
  serving: Serving,
  wanted: LogsRequest,
  form: FileForm,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { gateway } = serving;
  const { tenant, log } = gateway;
  const piece: LogsRequest = { ...wanted, limit: PIECE_LINES, isCounted: false };
  const { asOf, result } = await askReadModel(gateway, new Parameters(request), reply, (model) =>
    model.logs(tenant, piece),
  );
  const first = textOf(result.lines, form, log.epoch);

  async function* parts(signal: AbortSignal): AsyncGenerator<string> {
    yield form === "csv" ? csv([LINE_COLUMNS]) + first : first;
    for (let page = result; page.hasMore && !signal.aborted;) {
      const last = page.lines.at(-1);
      const next = await gateway.readModel?.logs(tenant, {
        ...piece,
        offset: 0,
        after: last && { sequence: last.sequence, entry: last.entry },
        through: asOf,
      });
      if (!next) throw new Error("the read model was closed");
      page = next.result;
      yield textOf(page.lines, form, log.epoch);
    }
  }
  return streamBody(serving, request, reply, {
    what: "an export of lines",
    headers: {
      "content-type": FILE_TYPES[form],
      "content-disposition": `attachment; filename="${fileName(wanted.path, "logs", form)}"`,
    },
    parts,
  });
}

function textOf(lines: LogsPage["lines"], form: FileForm, epoch: string): string {
  switch (form) {
    case "csv":
      return csv(
        lines.map((line) => {
          const members = lineJson(line, epoch);
          return LINE_COLUMNS.map((name) => members[name]);
        }),
      );
    case "ndjson":
      return lines.map((line) => `${JSON.stringify(lineJson(line, epoch))}\n`).join("");
    case "txt":
      return lines
        .map(({ recordedAt, at = recordedAt, level, message }) => {
          const time = typeof at === "string" ? at : recordedAt;
          return `${time} ${level.toUpperCase().padEnd(8)} ${message}\n`;
        })
        .join("");
  }
}
