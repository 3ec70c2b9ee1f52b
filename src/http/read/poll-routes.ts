import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { framesOf } from "../../coordinator/coordinator.js";
import type { LogRecord } from "../../log/record.js";
import { formatCursor, parseCursor, type Cursor } from "../../wire/cursor.js";
import type { EventFilter } from "../../wire/event-filter.js";
import type { GapFrame } from "../../wire/frame.js";
import { ProblemError } from "../../wire/problem.js";
import type { TimelinePath } from "../../wire/timeline.js";
import { Parameters } from "../parameters.js";
import { unavailable } from "../problem-reply.js";
import { timelineOf, timelineUrls } from "../scope-path.js";
import type { Serving } from "../serving.js";
import { deadlineOf } from "./deadline.js";
import { limitOf } from "./page-request.js";
import { pageJson, type Page } from "./page.js";
import { EVERYTHING, startWithin } from "./span.js";
import { described } from "../openapi/operation.js";
import { pollOperation } from "./read-operations.js";

const MAX_TIMEOUT_MS = 30_000;
const DEFAULT_TIMEOUT_MS = 25_000;

/** How long it may take to get to where there is something to wait for. */
const HISTORY_TIMEOUT_MS = 15_000;

/** When a poller comes back that found the house full. */
const FULL_RETRY_MS = 5000;

interface PollRequest {
  after: Cursor | undefined;
  limit: number;
  timeoutMs: number;
  filter: EventFilter | undefined;
}

/**
 * `GET /v1/<scope>/poll`: a page of what comes after a cursor, as soon as there is something, for those
 * who can keep no stream open. It is a stream that ends with its first events.
 */
export function pollRoutes(app: FastifyInstance, serving: Serving): void {
  const { streams, draining, gateway } = serving;
  const poll = async (request: FastifyRequest, reply: FastifyReply) => {
    const path = timelineOf(request);
    const wanted = pollRequestOf(request);
    if (draining.aborted) {
      throw new ProblemError(unavailable("The server is shutting down."));
    }
    if (!streams.enter()) {
      throw new ProblemError(streams.tooMany(FULL_RETRY_MS));
    }
    try {
      const page = await firstEvents(serving, path, wanted, reply);
      return await reply
        .type("application/json; charset=utf-8")
        .headers({ "cache-control": "no-store" })
        .send(pageJson(page, gateway.log.epoch));
    } finally {
      streams.leave();
    }
  };
  for (const url of timelineUrls("poll")) app.get(url, described(pollOperation), poll);
}

/** @throws ProblemError `bad-parameter`, `bad-cursor` */
function pollRequestOf(request: FastifyRequest): PollRequest {
  const parameters = new Parameters(request);
  return {
    after: parameters.cursor("after"),
    limit: limitOf(parameters),
    timeoutMs: parameters.integer("timeoutMs", 0, MAX_TIMEOUT_MS) ?? DEFAULT_TIMEOUT_MS,
    filter: parameters.filter(),
  };
}

/** @throws ProblemError `cursor-ahead` */
async function firstEvents(
  { gateway, draining }: Serving,
  path: TimelinePath,
  { after, limit, timeoutMs, filter }: PollRequest,
  reply: FastifyReply,
): Promise<Page> {
  const { log, coordinator, tenant, hub } = gateway;
  const patience = new AbortController();
  const waitUntilMs = Date.now() + timeoutMs;
  const signal = AbortSignal.any([
    patience.signal,
    draining,
    deadlineOf(reply, timeoutMs + HISTORY_TIMEOUT_MS),
  ]);
  const opened = await coordinator.open({
    tenant,
    path,
    start: startWithin(EVERYTHING, after, log.epoch),
    filter,
    wantsSnapshot: false,
    signal,
  });
  const records: LogRecord[] = [];
  let reached = after?.sequence ?? 0;
  let gap: GapFrame | undefined;
  const page = (caughtUp: boolean, ended = false): Page => ({
    records,
    next: formatCursor(reached, log.epoch),
    previous: formatCursor(records[0]?.sequence ?? reached + 1, log.epoch),
    caughtUp,
    gap,
    ended,
  });
  if (opened.outcome === "ended") {
    reached = Math.max(reached, hub.position);
    return page(true, true);
  }
  let isCaughtUp = false;
  let timer: NodeJS.Timeout | undefined;
  try {
    for await (const frame of framesOf(opened, signal)) {
      switch (frame.kind) {
        case "gap":
          // What comes behind it would be taken for what came before it.
          if (records.length > 0) return page(false);
          gap = frame;
          break;
        case "events": {
          const fitting = frame.records.slice(0, limit - records.length);
          records.push(...fitting);
          reached = fitting.at(-1)?.sequence ?? reached;
          if (isCaughtUp) return page(fitting.length === frame.records.length);
          if (records.length === limit) return page(false);
          break;
        }
        case "open":
        case "checkpoint":
          reached = parseCursor(frame.cursor)?.sequence ?? reached;
          break;
        case "caught-up":
          reached = parseCursor(frame.cursor)?.sequence ?? reached;
          if (records.length > 0) return page(true);
          isCaughtUp = true;
          timer = setTimeout(() => {
            patience.abort();
          }, waitUntilMs - Date.now());
          break;
        case "end":
          reached = parseCursor(frame.cursor)?.sequence ?? reached;
          return page(true, true);
      }
    }
  } finally {
    clearTimeout(timer);
  }
  return page(isCaughtUp);
}
