import type { OpenedStream } from "../../coordinator/coordinator.js";
import type { Cursor } from "../../wire/cursor.js";
import { ProblemError } from "../../wire/problem.js";
import { isPast } from "../past.js";
import type { Serving } from "../serving.js";
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
  const { tenant, subscriptions, coordinator, log } = gateway;
  try {
    if (durable === undefined) {
      if (isPast({ ...wanted, to }, log.epoch)) return { outcome: "ended" };
      return await coordinator.open({ ...wanted, tenant, to, signal });
    }
    const { path, start } = wanted;
    const opened = await subscriptions.open({ tenant, name: durable, path, start, signal });
    const ack = async (cursor: Cursor) => {
      await subscriptions.ack(tenant, durable, cursor);
    };
    return opened.outcome === "open" ? { ...opened, ack } : opened;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    // The other way to open one is by its address.
    if (error.problem.pointer !== "/query/durable") throw error;
    throw new ProblemError({ ...error.problem, pointer: "/durable" });
  }
}
