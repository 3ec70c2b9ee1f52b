import { follow } from "../client/index.js";
import type { PayloadByType } from "../envelope/catalogue/catalogue.js";
import type { EventEnvelope } from "../envelope/envelope.js";
import type { PackStep } from "../envelope/catalogue/pack.generated.js";
import { durationMs } from "./duration.js";
import { stepScopeOf, type PackContext } from "./pack-context.js";

/** What was decided about a step that waits for an approval. */
export type GateVerdict =
  | { kind: "granted"; by: string }
  | { kind: "denied"; by: string; reason?: string }
  /** Nobody decided in time. */
  | { kind: "expired" }
  | { kind: "canceled" }
  /** The trail cannot be read, so no decision can arrive. */
  | { kind: "unreadable"; message: string };

/**
 * Asks for an approval on the step's job, and waits for an `approval.granted` or `approval.denied` event
 * with the same `approvalId` that anyone may append there.
 */
export async function waitAtGate(
  context: PackContext,
  step: PackStep & { approval: NonNullable<PackStep["approval"]> },
): Promise<GateVerdict> {
  const { recorder, connection, runId, pack, cancel, onProgress } = context;
  const { approval } = step;
  const { gate, timeout } = typeof approval === "string" ? { gate: approval } : approval;
  const scope = stepScopeOf(context, step);
  const approvalId = `${runId}.${pack.pack}.${step.id}`;
  const request = { approvalId, gate, stepId: step.id };

  const expiry = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let expiresAt: string | undefined;
  if (timeout !== undefined) {
    const ms = durationMs(timeout);
    expiresAt = new Date(Date.now() + ms).toISOString();
    timer = setTimeout(() => {
      expiry.abort();
    }, ms);
  }
  await recorder.emit(scope, "approval.requested", {
    ...request,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
  onProgress({ kind: "waiting-for-approval", step, scope, approvalId, gate });
  try {
    const signal = AbortSignal.any([cancel, expiry.signal]);
    for await (const frame of follow(connection, scope, { signal })) {
      const verdict = frame.kind === "event" ? verdictIn(frame.event, approvalId) : undefined;
      if (verdict) return verdict;
    }
  } catch (error) {
    return { kind: "unreadable", message: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
  if (!expiry.signal.aborted) return { kind: "canceled" };
  await recorder.emit(scope, "approval.expired", {
    ...request,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
  return { kind: "expired" };
}

function verdictIn({ type, payload }: EventEnvelope, approvalId: string): GateVerdict | undefined {
  if (payload["approvalId"] !== approvalId) return undefined;
  const { decidedBy, reason } = payload as Partial<PayloadByType["approval.denied"]>;
  const by = decidedBy ?? "somebody";
  if (type === "approval.granted") return { kind: "granted", by };
  if (type !== "approval.denied") return undefined;
  return reason === undefined ? { kind: "denied", by } : { kind: "denied", by, reason };
}
