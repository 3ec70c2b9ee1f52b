import type { FastifyRequest } from "fastify";
import type { Start } from "../../coordinator/start.js";
import { FILTER_MEMBERS, type EventFilter } from "../../wire/event-filter.js";
import { badParameter, cursorFrom, Parameters } from "../parameters.js";

/** The most events from before that a live stream may begin with. */
const MAX_LAST = 1000;

/** How a client wants its stream. */
export interface SseRequest {
  start: Start;
  /** The last sequence. */
  to: number | undefined;
  filter: EventFilter | undefined;
  wantsSnapshot: boolean;
  /** The name of a durable subscription. */
  durable: string | undefined;
  /** Leave event names out, so that `onmessage` gets every event. */
  asMessage: boolean;
}

/**
 * `Last-Event-ID` wins over everything in the URL, because a reconnecting EventSource repeats its first
 * URL; and `lastEventId`, which its substitutes send, wins over `after`. With a durable subscription both
 * are the position of a reconnect, which moves nothing: the server keeps the one that counts.
 *
 * @throws ProblemError `bad-parameter`, `bad-cursor`
 */
export function sseRequestOf(request: FastifyRequest): SseRequest {
  const parameters = new Parameters(request);
  const durable = parameters.text("durable");
  if (durable !== undefined) {
    const [other] = parameters.among("to", "snapshot", ...FILTER_MEMBERS);
    if (other !== undefined) throw badParameter(other, "cannot go together with durable");
  }
  return {
    start: startOf(request, parameters, durable !== undefined),
    durable,
    to: parameters.integer("to", 1, Number.MAX_SAFE_INTEGER),
    filter: parameters.filter(),
    wantsSnapshot: parameters.flag("snapshot"),
    asMessage: parameters.choice("as", ["event", "message"]) === "message",
  };
}

function startOf(request: FastifyRequest, parameters: Parameters, isDurable: boolean): Start {
  const header = request.headers["last-event-id"];
  if (typeof header === "string" && header !== "") {
    const pointer = "/headers/last-event-id";
    return { at: "cursor", cursor: cursorFrom(header, pointer), isReconnect: true, pointer };
  }
  parameters.atMostOne("after", "from", "last");
  const last = parameters.cursor("lastEventId");
  if (last) {
    const pointer = "/query/lastEventId";
    return { at: "cursor", cursor: last, isReconnect: isDurable, pointer };
  }
  const cursor = parameters.cursor("after");
  if (cursor) return { at: "cursor", cursor, isReconnect: false, pointer: "/query/after" };
  const count = parameters.integer("last", 1, MAX_LAST);
  if (count !== undefined) return { at: "last", count };
  return fromOf(parameters.text("from"));
}

function fromOf(text = "start"): Start {
  if (text === "start" || text === "now") return { at: text };
  const sequence = /^[0-9]{1,16}$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(sequence)) return { at: "sequence", sequence, pointer: "/query/from" };
  throw badParameter("from", "must be start, now, or the sequence to start at");
}
