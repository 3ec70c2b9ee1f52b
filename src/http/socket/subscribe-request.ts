import type { StreamRequest } from "../../coordinator/coordinator.js";
import type { Start } from "../../coordinator/start.js";
import { parseScope } from "../../envelope/scope.js";
import {
  FilterError,
  isCorrelationId,
  parseFilter,
  type EventFilter,
} from "../../wire/event-filter.js";
import { problem, ProblemError } from "../../wire/problem.js";
import type { SocketFilter, SubscribeMessage } from "../../wire/socket.js";
import { cursorFrom } from "../parameters.js";
import { badScope } from "../scope-path.js";
import { badMember } from "./client-message.js";

/** The stream that a message asks for. */
export type SubscribeRequest = Pick<
  StreamRequest,
  "path" | "start" | "filter" | "wantsSnapshot"
> & {
  to: number | undefined;
  durable: string | undefined;
};

const CORRELATIONS = "correlations/";

/** @throws ProblemError `bad-scope`, `bad-cursor`, `bad-parameter`, with a pointer into the message */
export function subscribeRequestOf(message: SubscribeMessage): SubscribeRequest {
  const { scope, to, filter, snapshot = false, durable } = message;
  const other = (["to", "filter", "snapshot"] as const).find((name) => message[name] !== undefined);
  if (durable !== undefined && other !== undefined) {
    throw new ProblemError(badMember(`/${other}`, `${other} cannot go together with durable`));
  }
  return {
    path: pathOf(scope),
    start: startOf(message),
    to,
    filter: filter && filterOf(filter),
    wantsSnapshot: snapshot,
    durable,
  };
}

function pathOf(scope: string): string {
  if (scope === "" || parseScope(scope)) return scope;
  if (!scope.startsWith(CORRELATIONS)) {
    throw at("/scope", badScope(scope.split("/")));
  }
  if (isCorrelationId(scope.slice(CORRELATIONS.length))) return scope;
  const detail =
    "A correlation id is 1 to 128 printable ASCII characters other than blanks, quotes and backslashes.";
  throw at("/scope", new ProblemError(problem("bad-scope", detail)));
}

function startOf({ after, from, last, resumed = false }: SubscribeMessage): Start {
  const given = Object.entries({ after, from, last }).filter(([, value]) => value !== undefined);
  const [[first] = [], [second] = []] = given;
  if (second !== undefined) {
    throw new ProblemError(badMember(`/${second}`, `${second} cannot go together with ${first}`));
  }
  if (after !== undefined) {
    return { at: "cursor", cursor: cursorFrom(after, "/after"), isReconnect: resumed };
  }
  if (last !== undefined) return { at: "last", count: last };
  return typeof from === "number" ? { at: "sequence", sequence: from } : { at: from ?? "start" };
}

function filterOf({ type, milestone, ...rest }: SocketFilter): EventFilter | undefined {
  try {
    return parseFilter({
      ...rest,
      ...(type !== undefined && { type: typeof type === "string" ? type : type.join(",") }),
      ...(milestone !== undefined && { milestone: milestone ? "1" : "0" }),
    });
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new ProblemError(badMember(`/filter/${error.member}`, error.message));
  }
}

function at(pointer: string, { problem: found }: ProblemError): ProblemError {
  return new ProblemError({ ...found, pointer });
}
