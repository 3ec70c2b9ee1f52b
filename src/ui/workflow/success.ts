import type { RunCounts } from "../../projections/workflow-stats.js";

/** Of the runs that completed, failed or timed out, how many completed; null where there is none. */
export function successOf({ byStatus }: RunCounts): number | null {
  const { completed, failed, timed_out: timedOut } = byStatus;
  const counted = completed + failed + timedOut;
  return counted === 0 ? null : completed / counted;
}

/** `97.5%`; never 100% where one has failed. */
export function percentText(share: number): string {
  return `${Math.floor(share * 1000) / 10}%`;
}
