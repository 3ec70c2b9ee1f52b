import type { TimelineState } from "../../projections/timeline-state.js";

/** How much was logged in a scope and below it, of which kind, and by whom. */
export function logSummaryOf({ scope, total, nodes }: TimelineState) {
  const { logs, counts, milestones } = total;
  return {
    scope,
    entries: logs.entries,
    dropped: logs.dropped,
    byLevel: logs.byLevel,
    byCategory: logs.byCategory,
    byStream: logs.byStream,
    byNode: logs.byNode,
    byType: counts.byType,
    milestones,
    nodes,
    firstAt: logs.firstAt,
    lastAt: logs.lastAt,
  };
}
