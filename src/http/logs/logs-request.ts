import type { FastifyRequest } from "fastify";
import { LOG_LEVELS, parseLogLevel } from "../../envelope/catalogue/log-entry.js";
import type { LogsRequest } from "../../readmodel/logs-request.js";
import { parseTextQuery, TextQueryError } from "../../readmodel/text-query.js";
import { parseLineCursor } from "../../wire/line-cursor.js";
import type { Gateway } from "../gateway.js";
import { badCursor, badParameter, Parameters } from "../parameters.js";
import { limitOf } from "../read/page-request.js";
import { timelineOf } from "../scope-path.js";
import { sequenceWithin } from "../state/read-model.js";

/** Further behind, a cursor is what gets there. */
const MAX_OFFSET = 1_000_000;

/** The longest text that is searched for. */
const MAX_TEXT = 512;

/** @throws ProblemError `bad-scope`, `bad-parameter`, `bad-cursor`, `cursor-ahead` */
export async function logsRequestOf(
  request: FastifyRequest,
  gateway: Gateway,
): Promise<LogsRequest> {
  const parameters = new Parameters(request);
  const minPriority = parameters.integer("minPriority", 1, 10);
  const maxPriority = parameters.integer("maxPriority", minPriority ?? 1, 10);
  return {
    path: timelineOf(request),
    level: levelOf(parameters),
    category: parameters.choice("category", ["business", "technical"]),
    nodeId: parameters.words("nodeId", MAX_TEXT),
    stream: parameters.choice("stream", ["stdout", "stderr"]),
    milestone: parameters.flag("milestone") || undefined,
    minPriority,
    maxPriority,
    ...parameters.timeRange(),
    text: textQueryOf(parameters),
    order: parameters.choice("order", ["asc", "desc"]) ?? "asc",
    after: await placeOf(parameters, gateway),
    offset: parameters.integer("offset", 0, MAX_OFFSET) ?? 0,
    limit: limitOf(parameters),
  };
}

/** The parameter `q`. @throws ProblemError `bad-parameter` */
export function textQueryOf(parameters: Parameters): LogsRequest["text"] {
  const text = parameters.words("q", MAX_TEXT);
  try {
    return text === undefined ? undefined : parseTextQuery(text);
  } catch (error) {
    if (error instanceof TextQueryError) throw badParameter("q", error.message);
    throw error;
  }
}

function levelOf(parameters: Parameters): LogsRequest["level"] {
  const text = parameters.text("level");
  if (text === undefined) return undefined;
  const level = parseLogLevel(text);
  if (level) return level;
  throw badParameter("level", `must be one of ${LOG_LEVELS.join(", ")}`);
}

async function placeOf(parameters: Parameters, gateway: Gateway): Promise<LogsRequest["after"]> {
  const text = parameters.text("after");
  if (text === undefined) return undefined;
  const cursor = parseLineCursor(text);
  if (!cursor) {
    const detail =
      "A line's cursor is a sequence, the place in the event and the log's epoch, such as 1042-3.k3f9q2, as lines " +
      "and pages give it.";
    throw badCursor(detail, "/query/after");
  }
  return { sequence: await sequenceWithin(gateway, cursor, "after"), entry: cursor.entry };
}
