import type { StreamRequest } from "../../coordinator/coordinator.js";
import type { Start } from "../../coordinator/start.js";
import { parseScope } from "../../envelope/scope.js";
import { FilterError, parseFilter, type EventFilter } from "../../wire/event-filter.js";
import { ProblemError } from "../../wire/problem.js";
import type { SocketFilter, SubscribeMessage } from "../../wire/socket.js";
import { correlationIn, type TimelinePath } from "../../wire/timeline.js";
import { cursorFrom } from "../parameters.js";
import { badCorrelation, badScope } from "../scope-path.js";
import { badMember } from "./client-message.js";

/** The stream that a message asks for. */
export type SubscribeRequest = Pick<
  StreamRequest,
  "path" | "start" | "filter" | "wantsSnapshot"
> & {
  to: number | undefined;
  durable: string | undefined;
};

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

function pathOf(scope: string): TimelinePath {
  if (scope === "" || parseScope(scope) || correlationIn(scope) !== undefined) return scope;
  const [kind = "", ...rest] = scope.split("/");
  throw at(
    "/scope",
    kind === "correlations" && rest.length > 0
      ? badCorrelation(rest.join("/"))
      : badScope([kind, ...rest]),
  );
}

function startOf({ after, from, last, resumed = false }: SubscribeMessage): Start {
  const given = Object.entries({ after, from, last }).filter(([, value]) => value !== undefined);
  const [[first] = [], [second] = []] = given;
  if (second !== undefined) {
    throw new ProblemError(badMember(`/${second}`, `${second} cannot go together with ${first}`));
  }
  if (after !== undefined) {
    const pointer = "/after";
    return { at: "cursor", cursor: cursorFrom(after, pointer), isReconnect: resumed, pointer };
  }
  if (last !== undefined) return { at: "last", count: last };
  return typeof from === "number"
    ? { at: "sequence", sequence: from, pointer: "/from" }
    : { at: from ?? "start" };
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
