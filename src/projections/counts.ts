/** How many different types are counted by name. */
export const MAX_TYPES = 200;

/** How much of what there was. */
export interface Counts {
  events: number;
  /** Events by type, in order of first appearance; at most {@link MAX_TYPES} types. */
  byType: Record<string, number>;
  /** Events of types beyond those. */
  otherTypes: number;
  /** Events that came after the end of the scope. */
  late: number;
  logEntries: number;
  /** Log entries that their producer says it left out. */
  droppedLogEntries: number;
  /** Log entries of level `error` and `critical`, failed attempts, failed nodes. */
  errors: number;
  /** Log entries of level `warning`. */
  warnings: number;
  milestones: number;
  artifacts: number;
  approvals: number;
}

export function noCounts(): Counts {
  return {
    events: 0,
    byType: {},
    otherTypes: 0,
    late: 0,
    logEntries: 0,
    droppedLogEntries: 0,
    errors: 0,
    warnings: 0,
    milestones: 0,
    artifacts: 0,
    approvals: 0,
  };
}

/** Counts `times` events of a type. */
export function countType(counts: Counts, type: string, times: number): void {
  const { byType } = counts;
  // What is inherited is no number: `constructor` and `__proto__` are found only once they were counted.
  const before: unknown = byType[type];
  if (typeof before === "number") {
    byType[type] = before + times;
  } else if (counts.otherTypes > 0 || Object.keys(byType).length >= MAX_TYPES) {
    counts.otherTypes += times;
  } else if (type === "__proto__") {
    // An assignment would set the prototype.
    Object.defineProperty(byType, type, {
      value: times,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  } else {
    byType[type] = times;
  }
}

/** Adds `more` to `counts`. */
export function addCounts(counts: Counts, more: Counts): void {
  counts.events += more.events;
  for (const type of Object.keys(more.byType)) countType(counts, type, more.byType[type] ?? 0);
  counts.otherTypes += more.otherTypes;
  counts.late += more.late;
  counts.logEntries += more.logEntries;
  counts.droppedLogEntries += more.droppedLogEntries;
  counts.errors += more.errors;
  counts.warnings += more.warnings;
  counts.milestones += more.milestones;
  counts.artifacts += more.artifacts;
  counts.approvals += more.approvals;
}
