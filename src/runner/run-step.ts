import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { PackStep } from "../envelope/catalogue/pack.generated.js";
import type { PayloadByType } from "../envelope/catalogue/catalogue.js";
import { runAttempt } from "./attempt.js";
import { durationMs, formatDuration } from "./duration.js";
import { waitAtGate, type GateVerdict } from "./gate.js";
import { endFacts, errorOf } from "./job-end.js";
import { OutputRecorder } from "./output-recorder.js";
import { stepScopeOf, type PackContext } from "./pack-context.js";
import type { StepOutcome } from "./pack-graph.js";

/** How a step ended, for its pack. */
export interface StepEnd {
  outcome: Extract<StepOutcome, "completed" | "failed" | "timed_out" | "canceled">;
  /** What went wrong, where something did. */
  message?: string;
}

type Failure = PayloadByType["job.failed"]["error"];

/** Runs a step as a job of its pack-run: waits at its gate, then makes its attempts, and records it all. */
export async function runStep(context: PackContext, step: PackStep): Promise<StepEnd> {
  const { recorder, slots, onProgress } = context;
  const { approval, run } = step;
  const scope = stepScopeOf(context, step);
  const startedAt = performance.now();
  const jobType = run === undefined ? "approval" : "command";
  await recorder.emit(scope, "job.created", {
    jobType,
    stepId: step.id,
    ...(step.name === undefined ? {} : { name: step.name }),
    ...(step.needs === undefined ? {} : { needs: step.needs }),
    ...(step.timeout === undefined ? {} : { timeoutMs: durationMs(step.timeout) }),
    maxAttempts: step.retry?.maxAttempts ?? 1,
  });
  if (approval !== undefined) {
    const verdict = await waitAtGate(context, { ...step, approval });
    if (verdict.kind === "granted") onProgress({ kind: "approved", step, by: verdict.by });
    else return stopAtGate(context, scope, verdict, startedAt);
  }
  if (run !== undefined) {
    if (slots.isFull) await recorder.emit(scope, "job.queued", { jobType });
    return runAttempts(context, { ...step, run }, scope);
  }
  const elapsedMs = Math.round(performance.now() - startedAt);
  await recorder.emit(scope, "job.completed", { attempt: 1, durationMs: elapsedMs });
  return { outcome: "completed" };
}

async function stopAtGate(
  { recorder }: PackContext,
  scope: string,
  verdict: Exclude<GateVerdict, { kind: "granted" }>,
  startedAt: number,
): Promise<StepEnd> {
  const facts = { attempt: 0, durationMs: Math.round(performance.now() - startedAt) };
  if (verdict.kind === "canceled") {
    await recorder.emit(scope, "job.canceled", { ...facts, reason: CANCELED });
    return { outcome: "canceled", message: CANCELED };
  }
  const message = describe(verdict);
  const error = { code: `approval-${verdict.kind}`, message, retryable: false };
  await recorder.emit(scope, "job.failed", { ...facts, error });
  return { outcome: "failed", message };
}

function describe(verdict: Exclude<GateVerdict, { kind: "granted" | "canceled" }>): string {
  switch (verdict.kind) {
    case "denied":
      return `The approval was denied by ${verdict.by}${verdict.reason === undefined ? "." : `: ${verdict.reason}`}`;
    case "expired":
      return "Nobody decided on the approval in time.";
    case "unreadable":
      return `The decision on the approval cannot be read: ${verdict.message}`;
  }
}

const CANCELED = "The run was canceled.";

async function runAttempts(
  context: PackContext,
  step: PackStep & { run: string },
  scope: string,
): Promise<StepEnd> {
  const { recorder, slots, cancel, onProgress } = context;
  const { maxAttempts, delay: pause = 0 } = step.retry ?? { maxAttempts: 1 };
  const output = new OutputRecorder(recorder, scope);
  for (let attempt = 1; ; attempt++) {
    const release = await slots.take();
    if (release === undefined) {
      const facts = { attempt: attempt - 1, durationMs: 0, reason: CANCELED };
      await recorder.emit(scope, "job.canceled", facts);
      return { outcome: "canceled", message: CANCELED };
    }
    if (attempt > 1) await output.separate(`Attempt ${attempt} of ${maxAttempts}`);
    await recorder.emit(scope, "job.started", {
      jobType: "command",
      attempt,
      maxAttempts,
      command: step.run,
      host: hostname(),
    });
    onProgress({ kind: "started", step, attempt });
    const { end, stoppedBy, durationMs: elapsedMs } = await runAttempt(context, step, output);
    release();

    const facts = { attempt, durationMs: elapsedMs, ...endFacts(end) };
    const error = errorOf(end);
    if (error === undefined) {
      await recorder.emit(scope, "job.completed", facts);
      return { outcome: "completed" };
    }
    if (stoppedBy === "cancel") {
      await recorder.emit(scope, "job.canceled", { ...facts, reason: CANCELED });
      return { outcome: "canceled", message: CANCELED };
    }
    const failure = stoppedBy === "timeout" ? timeoutError(step) : error;
    if (attempt === maxAttempts || !failure.retryable) {
      await emitFailure(context, step, scope, facts, failure, stoppedBy === "timeout");
      const outcome = stoppedBy === "timeout" ? "timed_out" : "failed";
      return { outcome, message: failure.message };
    }

    const delayMs = durationMs(pause);
    const again = { attempt, error: failure, maxAttempts };
    await recorder.emit(scope, "job.attempt_failed", { ...facts, ...again, willRetry: true });
    const nextAttemptAt = new Date(Date.now() + delayMs).toISOString();
    await recorder.emit(scope, "retry.scheduled", { ...again, delayMs, nextAttemptAt });
    const { message } = failure;
    onProgress({ kind: "retrying", step, message, inMs: delayMs, attempt, maxAttempts });
    // When the run is canceled meanwhile, taking a slot says so.
    await delay(delayMs, undefined, { signal: cancel }).catch(() => undefined);
  }
}

function timeoutError({ timeout = 0 }: PackStep): Failure {
  const message = `The command took longer than ${formatDuration(durationMs(timeout))}.`;
  return { code: "timeout", message, retryable: true };
}

async function emitFailure(
  { recorder }: PackContext,
  { timeout = 0 }: PackStep,
  scope: string,
  facts: { attempt: number; durationMs: number; exitCode: number; signal?: string },
  error: Failure,
  isTimeout: boolean,
): Promise<void> {
  if (isTimeout) {
    const timeoutMs = durationMs(timeout);
    await recorder.emit(scope, "job.timed_out", { ...facts, error, timeoutMs });
  } else {
    await recorder.emit(scope, "job.failed", { ...facts, error });
  }
}
