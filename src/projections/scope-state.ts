import type { Hash } from "../envelope/hash.js";
import type { ScopeKind } from "../envelope/scope.js";
import type { Approval } from "./approvals.js";
import type { Artifact } from "./artifacts.js";
import type { Attempt } from "./attempts.js";
import { noCounts, type Counts } from "./counts.js";
import type { ErrorItem, Failure } from "./failures.js";
import type { Lease, ScheduledRetry } from "./lease.js";
import type { Milestone } from "./log-entries.js";
import { noLogs, type LogSummary } from "./log-summary.js";
import type { NodeState } from "./nodes.js";
import type { Status } from "./status.js";
import type { Step } from "./steps.js";
import { noTimings, type Timings } from "./timings.js";

/**
 * What the events of one scope's own chain add up to. Plain JSON: read back from its text it is the same,
 * and goes on the same. Times are the producer's, `sequence` is always a place in the log.
 */
export interface ScopeState {
  scope: string;
  kind: ScopeKind;
  /** Null until an event has told. */
  status: Status | null;
  /** 0 to 100, as the scope last said, and 100 when it has completed; null until an event has told. */
  percentage: number | null;
  /** Of the newest event that is in here; 0 where none is. */
  index: number;
  headHash: Hash | null;
  /** How many of the events up to `index` are not in here: they had been trimmed. */
  missing: number;
  firstSequence: number | null;
  lastSequence: number | null;
  /** The earliest and the latest time of an event: UTC, milliseconds, `Z`. */
  firstAt: string | null;
  lastAt: string | null;
  /** When the first lifecycle event was: normally that the scope was created. */
  createdAt: string | null;
  /** When it was last queued. */
  queuedAt: string | null;
  /** When it first started. */
  startedAt: string | null;
  endedAt: string | null;
  /** What the end says, else from the start to the end. */
  durationMs: number | null;
  timings: Timings;
  /** The highest number that an attempt had; 0 where the job ended before the first one. */
  attempt: number | null;
  /** By number; at most the 100 with the highest. */
  attempts: Attempt[];
  attemptCount: number;
  /** The attempt that is due; null when it has begun, or the scope has ended. */
  retry: ScheduledRetry | null;
  lease: Lease | null;
  /** Of the end. */
  exitCode: number | null;
  /** Of the end. */
  error: Failure | null;
  /** Why it is paused, or ended. */
  reason: string | null;
  /** What the lifecycle events said of it: name, workflow, steps. The latest word counts. */
  about: About;
  counts: Counts;
  /** The newest 100, oldest first. */
  errors: ErrorItem[];
  /** The newest 1,000, oldest first. */
  milestones: Milestone[];
  /** The newest 1,000, oldest first. */
  artifacts: Artifact[];
  /** In order of first appearance; at most 1,000, of which decided ones make room for new ones. */
  approvals: Approval[];
  /** In order of first appearance; at most 10,000. */
  nodes: NodeState[];
  /** Node events that are not in `nodes`, as there was no room, or they named none. */
  unlistedNodeEvents: number;
  /** Of a pack-run, in order of first appearance; at most 1,000. */
  steps: Step[];
  logs: LogSummary;
}

/** The payload members that tell what a scope is, rather than what has just happened to it. */
export const ABOUT = [
  "name",
  "workflowId",
  "workflowVersion",
  "packId",
  "packVersion",
  "jobType",
  "queue",
  "triggeredBy",
  "parentRunId",
  "retryOf",
  "inputDigest",
  "outputDigest",
  "worker",
  "host",
  "maxAttempts",
  "totalSteps",
  "completedSteps",
  "failedSteps",
  "skippedSteps",
  "currentStep",
  "stepIndex",
  "stepId",
  "stepStatus",
] as const;

export type About = { [Member in (typeof ABOUT)[number]]?: string | number };

/** The state of a scope of which nothing is known, named by its path. */
export function initialScopeState(scope: string): ScopeState {
  return {
    scope,
    kind: scope.split("/").at(-2) as ScopeKind,
    status: null,
    percentage: null,
    index: 0,
    headHash: null,
    missing: 0,
    firstSequence: null,
    lastSequence: null,
    firstAt: null,
    lastAt: null,
    createdAt: null,
    queuedAt: null,
    startedAt: null,
    endedAt: null,
    durationMs: null,
    timings: noTimings(),
    attempt: null,
    attempts: [],
    attemptCount: 0,
    retry: null,
    lease: null,
    exitCode: null,
    error: null,
    reason: null,
    about: {},
    counts: noCounts(),
    errors: [],
    milestones: [],
    artifacts: [],
    approvals: [],
    nodes: [],
    unlistedNodeEvents: 0,
    steps: [],
    logs: noLogs(),
  };
}
