import type { FastifyRequest } from "fastify";
import type { Cursor } from "../../wire/cursor.js";
import { fileFormOf } from "../file-form.js";
import { badParameter, Parameters, type TimeRange } from "../parameters.js";

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 100;

/** Which events a client wants, and in which form. */
export type EventsRequest = {
  /** When they were recorded. */
  range: TimeRange;
} & (
  | /** All of them after a cursor, as a file. */
    { form: "download"; as: "csv" | "ndjson"; after: Cursor | undefined }
  | { form: "page"; from: PageStart; limit: number; order: "asc" | "desc" }
);

/** The side on which a page begins: the events next to it are on the page. */
export type PageStart =
  | { at: "start" }
  | { at: "end" }
  | { at: "after"; cursor: Cursor }
  | { at: "before"; cursor: Cursor };

/** @throws ProblemError `bad-parameter`, `bad-cursor` */
export function eventsRequestOf(request: FastifyRequest): EventsRequest {
  const parameters = new Parameters(request);
  parameters.atMostOne("after", "before");
  const after = parameters.cursor("after");
  const range = parameters.timeRange();
  const as = fileFormOf(request, ["csv", "ndjson"]);
  if (as) {
    const [pointless] = parameters.among("before", "limit", "order");
    if (pointless !== undefined) throw badParameter(pointless, "goes with JSON pages only");
    return { form: "download", as, after, range };
  }
  const before = parameters.cursor("before");
  const limit = limitOf(parameters);
  const order = parameters.choice("order", ["asc", "desc"]) ?? "asc";
  return { form: "page", from: startOf(after, before, order), limit, order, range };
}

/** The most events on a page. @throws ProblemError `bad-parameter` */
export function limitOf(parameters: Parameters): number {
  return parameters.integer("limit", 1, MAX_LIMIT) ?? DEFAULT_LIMIT;
}

function startOf(
  after: Cursor | undefined,
  before: Cursor | undefined,
  order: "asc" | "desc",
): PageStart {
  if (after) return { at: "after", cursor: after };
  if (before) return { at: "before", cursor: before };
  return { at: order === "asc" ? "start" : "end" };
}
