import { hostname, userInfo } from "node:os";
import type { PackStep } from "../envelope/catalogue/pack.generated.js";
import { packScopeOf, runScopeOf, type PackContext } from "./pack-context.js";
import type { StepOutcome } from "./pack-graph.js";

/** How a step stands, in the words of `pack_run.progress`. */
type StepStatus = "running" | "waiting" | Exclude<StepOutcome, "skipped-after-failure">;

export interface StepResult {
  outcome: StepOutcome;
  /** What went wrong, or why it was not run. */
  message?: string;
}

export type StepResults = ReadonlyMap<string, StepResult>;

/** A run and the pack-run in it begin. */
export async function emitBegin(context: PackContext): Promise<void> {
  const { recorder, pack, params } = context;
  const common = {
    totalSteps: pack.steps.length,
    triggeredBy: userInfo().username,
    ...(pack.name === undefined ? {} : { name: pack.name }),
    ...(Object.keys(params).length === 0 ? {} : { params }),
  };
  const packVersion = pack.version ?? "0";
  const run = { ...common, workflowId: pack.pack, workflowVersion: packVersion };
  const packRun = { ...common, packId: pack.pack, packVersion };
  const host = hostname();
  await recorder.emit(runScopeOf(context), "run.created", run);
  await recorder.emit(runScopeOf(context), "run.started", { ...run, host });
  await recorder.emit(packScopeOf(context), "pack_run.created", packRun);
  await recorder.emit(packScopeOf(context), "pack_run.started", { ...packRun, host });
}

/** A step begins: it runs, or waits at its gate. */
export async function emitStepBegin(
  context: PackContext,
  step: PackStep,
  results: StepResults,
): Promise<void> {
  const status = step.approval === undefined ? "running" : "waiting";
  await emitPackProgress(context, step, status, results, {});
}

/** A step is left out. */
export async function emitSkipped(
  { recorder, ...context }: PackContext,
  step: PackStep,
  reason: string,
): Promise<void> {
  const scope = packScopeOf({ recorder, ...context });
  const nodeName = step.name ?? step.id;
  await recorder.emit(scope, "node.skipped", { nodeId: step.id, nodeName, reason });
}

/** A step has ended, and `results` say how. */
export async function emitStepEnd(
  context: PackContext,
  step: PackStep,
  results: StepResults,
  durationMs: number,
): Promise<void> {
  const { outcome = "completed", message } = results.get(step.id) ?? {};
  const status = outcome === "skipped-after-failure" ? "skipped" : outcome;
  const facts = { durationMs, ...(message === undefined ? {} : { message }) };
  await emitPackProgress(context, step, status, results, facts);
  const totalSteps = context.pack.steps.length;
  const percentage = percentageOf(results, totalSteps);
  const payload = { ...countsOf(results), totalSteps, percentage };
  await context.recorder.emit(runScopeOf(context), "run.progress", payload);
}

async function emitPackProgress(
  context: PackContext,
  step: PackStep,
  stepStatus: StepStatus,
  results: StepResults,
  facts: { durationMs?: number; message?: string },
): Promise<void> {
  const { recorder, pack } = context;
  const totalSteps = pack.steps.length;
  await recorder.emit(packScopeOf(context), "pack_run.progress", {
    stepIndex: pack.steps.indexOf(step),
    stepId: step.id,
    stepStatus,
    totalSteps,
    ...(step.name === undefined ? {} : { stepName: step.name }),
    ...countsOf(results),
    percentage: percentageOf(results, totalSteps),
    ...facts,
  });
}

/** The pack-run, and with it the run, has ended. */
export async function emitEnd(
  context: PackContext,
  status: "completed" | "failed" | "canceled",
  results: StepResults,
  durationMs: number,
): Promise<void> {
  const { recorder, pack } = context;
  const [runScope, packScope] = [runScopeOf(context), packScopeOf(context)];
  const facts = { durationMs, ...countsOf(results), totalSteps: pack.steps.length };
  switch (status) {
    case "completed":
      await recorder.emit(packScope, "pack_run.completed", facts);
      await recorder.emit(runScope, "run.completed", facts);
      return;
    case "canceled": {
      const payload = { ...facts, reason: "The run was interrupted." };
      await recorder.emit(packScope, "pack_run.canceled", payload);
      await recorder.emit(runScope, "run.canceled", payload);
      return;
    }
    case "failed": {
      const [stepId = "", first] =
        [...results].find(([, { outcome }]) => FAILURES.has(outcome)) ?? [];
      const message = `Step ${stepId} failed: ${first?.message ?? "no reason is known"}`;
      const error = { code: "step-failed", message, retryable: true };
      await recorder.emit(packScope, "pack_run.failed", { ...facts, error, stepId });
      await recorder.emit(runScope, "run.failed", { ...facts, error });
    }
  }
}

/** Outcomes that make a run a failed one. */
export const FAILURES: ReadonlySet<StepOutcome> = new Set(["failed", "timed_out"]);

function countsOf(results: StepResults) {
  const outcomes = [...results.values()].map(({ outcome }) => outcome);
  return {
    completedSteps: outcomes.filter((outcome) => outcome === "completed").length,
    failedSteps: outcomes.filter((outcome) => FAILURES.has(outcome)).length,
    skippedSteps: outcomes.filter((outcome) => outcome.startsWith("skipped")).length,
  };
}

function percentageOf(results: StepResults, totalSteps: number): number {
  return Math.round((results.size / totalSteps) * 1000) / 10;
}
