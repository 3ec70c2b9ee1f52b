import { setMaxListeners } from "node:events";
import type { PackStep } from "../envelope/catalogue/pack.generated.js";
import type { PackContext } from "./pack-context.js";
import {
  emitBegin,
  emitEnd,
  emitSkipped,
  emitStepBegin,
  emitStepEnd,
  FAILURES,
  type StepResult,
  type StepResults,
} from "./pack-events.js";
import { verdictOn, type StepOutcome, type StepVerdict } from "./pack-graph.js";
import { runStep } from "./run-step.js";

/** How a run of a pack ended. */
export interface PackEnd {
  status: "completed" | "failed" | "canceled";
  durationMs: number;
  results: StepResults;
}

/**
 * Runs a pack and records it: a run, a pack-run in it, and a job in that for each step. A step starts when
 * what it needs has ended, in parallel with others as far as there are slots; one step's failure stops
 * only those that need it. A step that is left out has no job: `node.skipped` on the pack-run says why.
 */
export async function runPack(context: PackContext): Promise<PackEnd> {
  const { pack, cancel, kill, onProgress } = context;
  // Each step that runs listens to them.
  setMaxListeners(0, cancel, kill);
  const startedAt = performance.now();
  const results = new Map<string, StepResult>();
  const running = new Map<string, Promise<void>>();
  const isBegun = ({ id }: PackStep) => results.has(id) || running.has(id);

  const settle = async (step: PackStep, result: StepResult, durationMs: number) => {
    results.set(step.id, result);
    await emitStepEnd(context, step, results, durationMs);
    onProgress({ kind: "ended", step, durationMs, ...result });
  };
  const run = async (step: PackStep) => {
    const since = performance.now();
    await emitStepBegin(context, step, results);
    const end = await runStep(context, step);
    await settle(step, end, Math.round(performance.now() - since));
    running.delete(step.id);
  };
  const skip = async (step: PackStep, outcome: StepOutcome, message: string) => {
    await emitSkipped(context, step, message);
    await settle(step, { outcome, message }, 0);
  };

  await emitBegin(context);
  while (results.size < pack.steps.length) {
    let hasMoved = false;
    for (const step of pack.steps) {
      if (isBegun(step)) continue;
      const verdict = cancel.aborted ? CANCELED : verdictOn(step, outcomesOf(results));
      if (verdict.do === "wait") continue;
      hasMoved = true;
      if (verdict.do === "run") running.set(step.id, run(step));
      else await skip(step, verdict.outcome, verdict.reason);
    }
    // Needs form no cycle: what waits, waits for something that runs.
    if (!hasMoved) await Promise.race(running.values());
  }
  // The last results are known before they are written down.
  await Promise.all(running.values());
  const status = statusOf(results);
  const durationMs = Math.round(performance.now() - startedAt);
  await emitEnd(context, status, results, durationMs);
  return { status, durationMs, results };
}

const CANCELED: StepVerdict = { do: "skip", outcome: "canceled", reason: "the run was canceled" };

function outcomesOf(results: StepResults): ReadonlyMap<string, StepOutcome> {
  return new Map([...results].map(([id, { outcome }]) => [id, outcome]));
}

function statusOf(results: StepResults): PackEnd["status"] {
  const outcomes = [...results.values()].map(({ outcome }) => outcome);
  if (outcomes.includes("canceled")) return "canceled";
  return outcomes.some((outcome) => FAILURES.has(outcome)) ? "failed" : "completed";
}
