import type { OpenedStream } from "../../coordinator/coordinator.js";
import type { Start } from "../../coordinator/start.js";
import type { Cursor } from "../../wire/cursor.js";
import { ProblemError } from "../../wire/problem.js";
import { isPast } from "../past.js";
import type { Serving } from "../serving.js";
import { badMember } from "./client-message.js";
import type { SubscribeRequest } from "./subscribe-request.js";

/**
 * What a subscription is fed from: frames, and where the server keeps its position, a way to move that.
 * `ended`: there is nothing to come.
 */
export type Source =
  | Extract<OpenedStream, { outcome: "ended" }>
  | (Extract<OpenedStream, { outcome: "open" }> & { ack?: (cursor: Cursor) => Promise<void> });

/** @throws ProblemError with a pointer into the message, where that is to blame */
export async function openSource(
  { gateway }: Serving,
  { durable, to, ...wanted }: SubscribeRequest,
  signal: AbortSignal,
): Promise<Source> {
  if (durable !== undefined) {
    throw new ProblemError(badMember("/durable", "This server keeps no durable subscriptions"));
  }
  if (isPast({ ...wanted, to }, gateway.log.epoch)) return { outcome: "ended" };
  try {
    return await gateway.coordinator.open({
      ...wanted,
      tenant: gateway.tenant,
      ...(to !== undefined && { to }),
      signal,
    });
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.code !== "cursor-ahead") throw error;
    throw new ProblemError({ ...error.problem, pointer: pointerOf(wanted.start) });
  }
}

function pointerOf(start: Start): string {
  return start.at === "sequence" ? "/from" : "/after";
}
