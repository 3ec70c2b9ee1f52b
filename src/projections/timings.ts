import { elapsedMs } from "./instant.js";

/** What a scope does with its time. */
export type Phase = "queued" | "running" | "paused";

/**
 * How long a scope was in which phase, by the producer's clock, up to the newest event that began or ended
 * one. In the present `phase` it has been since `since`: how long is for whoever has a clock to add.
 */
export interface Timings {
  /** Created, queued or leased; and waiting after a failed attempt. */
  queuedMs: number;
  /** Without pauses. */
  runningMs: number;
  pausedMs: number;
  /** From the first lifecycle event. */
  totalMs: number;
  /** Null before the first lifecycle event, and after the end. */
  phase: Phase | null;
  since: string | null;
}

export function noTimings(): Timings {
  return { queuedMs: 0, runningMs: 0, pausedMs: 0, totalMs: 0, phase: null, since: null };
}

/** Ends the present phase and begins another; null: none. A clock that was set back adds nothing. */
export function enterPhase(
  timings: Timings,
  phase: Phase | null,
  at: string,
  createdAt: string | null,
): void {
  const elapsed = elapsedMs(timings.since, at) ?? 0;
  if (timings.phase === "queued") timings.queuedMs += elapsed;
  if (timings.phase === "running") timings.runningMs += elapsed;
  if (timings.phase === "paused") timings.pausedMs += elapsed;
  timings.totalMs = elapsedMs(createdAt, at) ?? timings.totalMs;
  timings.phase = phase;
  timings.since = phase && at;
}
