// Made from schemas/ by schemas/generate.mjs. Edit those, then run `npm run build`.

import type { ScopeKind } from "../scope.js";

/**
 * The payload of each type of the catalogue.
 */
export interface PayloadByType {
  "run.created": RunCreatedPayload;
  "run.started": RunStartedPayload;
  "run.progress": RunProgressPayload;
  "run.paused": RunPausedPayload;
  "run.resumed": RunResumedPayload;
  "run.completed": RunCompletedPayload;
  "run.failed": RunFailedPayload;
  "run.canceled": RunCanceledPayload;
  "run.timed_out": RunTimedOutPayload;
  "pack_run.created": PackRunCreatedPayload;
  "pack_run.started": PackRunStartedPayload;
  "pack_run.progress": PackRunProgressPayload;
  "pack_run.completed": PackRunCompletedPayload;
  "pack_run.failed": PackRunFailedPayload;
  "pack_run.canceled": PackRunCanceledPayload;
  "pack_run.timed_out": PackRunTimedOutPayload;
  "job.created": JobCreatedPayload;
  "job.queued": JobQueuedPayload;
  "job.leased": JobLeasedPayload;
  "job.started": JobStartedPayload;
  "job.progress": JobProgressPayload;
  "job.attempt_failed": JobAttemptFailedPayload;
  "job.completed": JobCompletedPayload;
  "job.failed": JobFailedPayload;
  "job.canceled": JobCanceledPayload;
  "job.timed_out": JobTimedOutPayload;
  "retry.scheduled": RetryScheduledPayload;
  "lease.renewed": LeaseRenewedPayload;
  "lease.expired": LeaseExpiredPayload;
  "node.queued": NodeQueuedPayload;
  "node.started": NodeStartedPayload;
  "node.input": NodeInputPayload;
  "node.output": NodeOutputPayload;
  "node.completed": NodeCompletedPayload;
  "node.failed": NodeFailedPayload;
  "node.skipped": NodeSkippedPayload;
  "log.appended": LogAppendedPayload;
  "log.truncated": LogTruncatedPayload;
  "artifact.created": ArtifactCreatedPayload;
  "approval.requested": ApprovalRequestedPayload;
  "approval.granted": ApprovalGrantedPayload;
  "approval.denied": ApprovalDeniedPayload;
  "approval.expired": ApprovalExpiredPayload;
}
/**
 * A run was asked for and has a place in the trail.
 */
export interface RunCreatedPayload {
  /**
   * The workflow that this is a run of.
   */
  workflowId: string;
  /**
   * A name for people.
   */
  name?: string;
  /**
   * The version of the workflow.
   */
  workflowVersion?: string;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * The digest of the input as a whole.
   */
  inputDigest?: string;
  /**
   * Who or what started it: a person, a schedule, a webhook.
   */
  triggeredBy?: string;
  /**
   * The run that started this one.
   */
  parentRunId?: string;
  /**
   * The run that this one repeats.
   */
  retryOf?: string;
  /**
   * The parameters it was started with.
   */
  params?: {
    [k: string]: unknown;
  };
  /**
   * When it is due to start.
   */
  scheduledAt?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The run's work began.
 */
export interface RunStartedPayload {
  /**
   * The workflow that this is a run of.
   */
  workflowId: string;
  /**
   * A name for people.
   */
  name?: string;
  /**
   * The version of the workflow.
   */
  workflowVersion?: string;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * The digest of the input as a whole.
   */
  inputDigest?: string;
  /**
   * Who or what started it: a person, a schedule, a webhook.
   */
  triggeredBy?: string;
  /**
   * The run that started this one.
   */
  parentRunId?: string;
  /**
   * The run that this one repeats.
   */
  retryOf?: string;
  /**
   * The parameters it was started with.
   */
  params?: {
    [k: string]: unknown;
  };
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * How far the run has come.
 */
export interface RunProgressPayload {
  /**
   * How many steps have completed.
   */
  completedSteps: number;
  /**
   * How many steps there are in all.
   */
  totalSteps: number;
  /**
   * How much is done, from 0 to 100.
   */
  percentage: number;
  /**
   * How many steps have failed.
   */
  failedSteps?: number;
  /**
   * How many steps were skipped.
   */
  skippedSteps?: number;
  /**
   * The step being worked on now.
   */
  currentStep?: string;
  /**
   * How much longer it is expected to take, in whole milliseconds.
   */
  estimatedRemainingMs?: number;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The run stopped for a while and can go on.
 */
export interface RunPausedPayload {
  /**
   * Why, in words.
   */
  reason: string;
  /**
   * Who asked for it: a person, a service or a rule.
   */
  requestedBy?: string;
  /**
   * When it will go on by itself.
   */
  resumeAt?: string;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A paused run went on.
 */
export interface RunResumedPayload {
  /**
   * Why, in words.
   */
  reason: string;
  /**
   * Who asked for it: a person, a service or a rule.
   */
  requestedBy?: string;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The run ended well. Closes the run's scope.
 */
export interface RunCompletedPayload {
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  /**
   * How many steps have completed.
   */
  completedSteps?: number;
  /**
   * How many steps have failed.
   */
  failedSteps?: number;
  /**
   * How many steps were skipped.
   */
  skippedSteps?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * What happened, for people.
   */
  message?: string;
  error?: EventError;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * What went wrong, for a program (code, retryable) and for people (message).
 */
export interface EventError {
  /**
   * A stable word that programs may compare, such as exit-nonzero.
   */
  code: string;
  /**
   * What went wrong, for people.
   */
  message: string;
  /**
   * Whether trying again may help.
   */
  retryable: boolean;
  /**
   * Further facts about the error.
   */
  details?: unknown;
  /**
   * The stack trace, as text.
   */
  stackTrace?: string;
  /**
   * The error behind this one.
   */
  cause?: unknown;
  [k: string]: unknown;
}
/**
 * The run ended with an error. Closes the run's scope.
 */
export interface RunFailedPayload {
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  error: EventError;
  /**
   * How many steps have completed.
   */
  completedSteps?: number;
  /**
   * How many steps have failed.
   */
  failedSteps?: number;
  /**
   * How many steps were skipped.
   */
  skippedSteps?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Somebody ended the run early. Closes the run's scope.
 */
export interface RunCanceledPayload {
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  /**
   * How many steps have completed.
   */
  completedSteps?: number;
  /**
   * How many steps have failed.
   */
  failedSteps?: number;
  /**
   * How many steps were skipped.
   */
  skippedSteps?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * What happened, for people.
   */
  message?: string;
  error?: EventError;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * Who asked for it: a person, a service or a rule.
   */
  requestedBy?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The run exceeded the time it was allowed. Closes the run's scope.
 */
export interface RunTimedOutPayload {
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  /**
   * How many steps have completed.
   */
  completedSteps?: number;
  /**
   * How many steps have failed.
   */
  failedSteps?: number;
  /**
   * How many steps were skipped.
   */
  skippedSteps?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * What happened, for people.
   */
  message?: string;
  error?: EventError;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * The time it is allowed, in whole milliseconds.
   */
  timeoutMs?: number;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A run of a pack was asked for.
 */
export interface PackRunCreatedPayload {
  /**
   * The pack that this is a run of.
   */
  packId: string;
  /**
   * The version of the pack.
   */
  packVersion: string;
  /**
   * How many steps there are in all.
   */
  totalSteps: number;
  /**
   * A name for people.
   */
  name?: string;
  /**
   * The digest of the input as a whole.
   */
  inputDigest?: string;
  /**
   * Who or what started it: a person, a schedule, a webhook.
   */
  triggeredBy?: string;
  /**
   * The run that this one repeats.
   */
  retryOf?: string;
  /**
   * The parameters it was started with.
   */
  params?: {
    [k: string]: unknown;
  };
  /**
   * When it is due to start.
   */
  scheduledAt?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The pack's first step may begin.
 */
export interface PackRunStartedPayload {
  /**
   * The pack that this is a run of.
   */
  packId: string;
  /**
   * The version of the pack.
   */
  packVersion: string;
  /**
   * How many steps there are in all.
   */
  totalSteps: number;
  /**
   * A name for people.
   */
  name?: string;
  /**
   * The digest of the input as a whole.
   */
  inputDigest?: string;
  /**
   * Who or what started it: a person, a schedule, a webhook.
   */
  triggeredBy?: string;
  /**
   * The run that this one repeats.
   */
  retryOf?: string;
  /**
   * The parameters it was started with.
   */
  params?: {
    [k: string]: unknown;
  };
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A step of the pack changed its status.
 */
export interface PackRunProgressPayload {
  /**
   * The step's place in the pack, counted from 0.
   */
  stepIndex: number;
  /**
   * The step's id in the pack.
   */
  stepId: string;
  /**
   * How the step stands: pending, running, waiting, completed, failed, skipped, canceled, timed_out, or a word of the producer's own.
   */
  stepStatus: string;
  /**
   * How many steps there are in all.
   */
  totalSteps: number;
  /**
   * The step's name, for people.
   */
  stepName?: string;
  /**
   * How many steps have completed.
   */
  completedSteps?: number;
  /**
   * How many steps have failed.
   */
  failedSteps?: number;
  /**
   * How many steps were skipped.
   */
  skippedSteps?: number;
  /**
   * How much is done, from 0 to 100.
   */
  percentage?: number;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs?: number;
  error?: EventError;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Every step that had to ended well. Closes the pack-run's scope.
 */
export interface PackRunCompletedPayload {
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  /**
   * How many steps have completed.
   */
  completedSteps?: number;
  /**
   * How many steps have failed.
   */
  failedSteps?: number;
  /**
   * How many steps were skipped.
   */
  skippedSteps?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * What happened, for people.
   */
  message?: string;
  error?: EventError;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A step failed and the pack gave up. Closes the pack-run's scope.
 */
export interface PackRunFailedPayload {
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  /**
   * How many steps have completed.
   */
  completedSteps?: number;
  /**
   * How many steps have failed.
   */
  failedSteps?: number;
  /**
   * How many steps were skipped.
   */
  skippedSteps?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * What happened, for people.
   */
  message?: string;
  error?: EventError;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * The step's id in the pack.
   */
  stepId?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Somebody ended the pack-run early. Closes the pack-run's scope.
 */
export interface PackRunCanceledPayload {
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  /**
   * How many steps have completed.
   */
  completedSteps?: number;
  /**
   * How many steps have failed.
   */
  failedSteps?: number;
  /**
   * How many steps were skipped.
   */
  skippedSteps?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * What happened, for people.
   */
  message?: string;
  error?: EventError;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * Who asked for it: a person, a service or a rule.
   */
  requestedBy?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The pack-run exceeded the time it was allowed. Closes the pack-run's scope.
 */
export interface PackRunTimedOutPayload {
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  /**
   * How many steps have completed.
   */
  completedSteps?: number;
  /**
   * How many steps have failed.
   */
  failedSteps?: number;
  /**
   * How many steps were skipped.
   */
  skippedSteps?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * What happened, for people.
   */
  message?: string;
  error?: EventError;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * The time it is allowed, in whole milliseconds.
   */
  timeoutMs?: number;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A job was asked for.
 */
export interface JobCreatedPayload {
  /**
   * What kind of job it is.
   */
  jobType: string;
  /**
   * A name for people.
   */
  name?: string;
  /**
   * The queue it waits in.
   */
  queue?: string;
  /**
   * Its priority in the queue; higher goes first.
   */
  priority?: number;
  /**
   * The ids of the jobs it waits for.
   */
  needs?: string[];
  /**
   * How many attempts there may be in all.
   */
  maxAttempts?: number;
  /**
   * The time it is allowed, in whole milliseconds.
   */
  timeoutMs?: number;
  /**
   * The digest of the input as a whole.
   */
  inputDigest?: string;
  /**
   * When it is due to start.
   */
  scheduledAt?: string;
  /**
   * The step's id in the pack.
   */
  stepId?: string;
  /**
   * Who or what started it: a person, a schedule, a webhook.
   */
  triggeredBy?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The job waits for a worker.
 */
export interface JobQueuedPayload {
  /**
   * What kind of job it is.
   */
  jobType: string;
  /**
   * A name for people.
   */
  name?: string;
  /**
   * The queue it waits in.
   */
  queue?: string;
  /**
   * How many jobs are ahead of it.
   */
  queuePosition?: number;
  /**
   * Its priority in the queue; higher goes first.
   */
  priority?: number;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A worker holds the job until the lease ends.
 */
export interface JobLeasedPayload {
  /**
   * What kind of job it is.
   */
  jobType: string;
  /**
   * The lease under which the worker holds the job.
   */
  leaseId: string;
  /**
   * When the lease ends unless it is renewed.
   */
  leaseUntil: string;
  /**
   * A name for people.
   */
  name?: string;
  /**
   * The queue it waits in.
   */
  queue?: string;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * An attempt at the job began.
 */
export interface JobStartedPayload {
  /**
   * What kind of job it is.
   */
  jobType: string;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt: number;
  /**
   * A name for people.
   */
  name?: string;
  /**
   * How many attempts there may be in all.
   */
  maxAttempts?: number;
  /**
   * The lease under which the worker holds the job.
   */
  leaseId?: string;
  /**
   * The command line it runs.
   */
  command?: string;
  /**
   * The time it is allowed, in whole milliseconds.
   */
  timeoutMs?: number;
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * How far the job has come.
 */
export interface JobProgressPayload {
  /**
   * How much is done, from 0 to 100.
   */
  percentage: number;
  /**
   * How many steps have completed.
   */
  completedSteps?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * The step being worked on now.
   */
  currentStep?: string;
  /**
   * How much longer it is expected to take, in whole milliseconds.
   */
  estimatedRemainingMs?: number;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One attempt failed; the job itself is not over.
 */
export interface JobAttemptFailedPayload {
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt: number;
  error: EventError;
  /**
   * How many attempts there may be in all.
   */
  maxAttempts?: number;
  /**
   * Whether another attempt will follow.
   */
  willRetry?: boolean;
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs?: number;
  /**
   * The exit code of the process.
   */
  exitCode?: number;
  /**
   * The signal that ended the process, such as SIGTERM.
   */
  signal?: string;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The job ended well. Closes the job's scope.
 */
export interface JobCompletedPayload {
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt: number;
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  /**
   * A name for people.
   */
  name?: string;
  /**
   * How many attempts there may be in all.
   */
  maxAttempts?: number;
  /**
   * The exit code of the process.
   */
  exitCode?: number;
  /**
   * The signal that ended the process, such as SIGTERM.
   */
  signal?: string;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  error?: EventError;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The job ended with an error. Closes the job's scope.
 */
export interface JobFailedPayload {
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt: number;
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  error: EventError;
  /**
   * A name for people.
   */
  name?: string;
  /**
   * How many attempts there may be in all.
   */
  maxAttempts?: number;
  /**
   * The exit code of the process.
   */
  exitCode?: number;
  /**
   * The signal that ended the process, such as SIGTERM.
   */
  signal?: string;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Somebody ended the job early. Closes the job's scope.
 */
export interface JobCanceledPayload {
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt: number;
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  /**
   * A name for people.
   */
  name?: string;
  /**
   * How many attempts there may be in all.
   */
  maxAttempts?: number;
  /**
   * The exit code of the process.
   */
  exitCode?: number;
  /**
   * The signal that ended the process, such as SIGTERM.
   */
  signal?: string;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  error?: EventError;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * Who asked for it: a person, a service or a rule.
   */
  requestedBy?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The job exceeded the time it was allowed. Closes the job's scope.
 */
export interface JobTimedOutPayload {
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt: number;
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  /**
   * A name for people.
   */
  name?: string;
  /**
   * How many attempts there may be in all.
   */
  maxAttempts?: number;
  /**
   * The exit code of the process.
   */
  exitCode?: number;
  /**
   * The signal that ended the process, such as SIGTERM.
   */
  signal?: string;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  error?: EventError;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * The time it is allowed, in whole milliseconds.
   */
  timeoutMs?: number;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * After a failed attempt, another one is due.
 */
export interface RetryScheduledPayload {
  /**
   * The attempt that failed, counted from 1.
   */
  attempt: number;
  error: EventError;
  /**
   * How long to wait before the next attempt, in whole milliseconds.
   */
  delayMs: number;
  /**
   * How many attempts there may be in all.
   */
  maxAttempts: number;
  /**
   * When the next attempt is due.
   */
  nextAttemptAt?: string;
  /**
   * The node of the workflow graph.
   */
  nodeId?: string;
  /**
   * The step's id in the pack.
   */
  stepId?: string;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The worker is alive and keeps the job.
 */
export interface LeaseRenewedPayload {
  /**
   * The lease under which the worker holds the job.
   */
  leaseId: string;
  /**
   * When the lease ends unless it is renewed.
   */
  leaseUntil: string;
  /**
   * When the worker was last heard from.
   */
  lastHeartbeatAt?: string;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The worker was not heard from in time and lost the job.
 */
export interface LeaseExpiredPayload {
  /**
   * The lease under which the worker holds the job.
   */
  leaseId: string;
  /**
   * When the worker was last heard from.
   */
  lastHeartbeatAt: string;
  /**
   * When the lease ends unless it is renewed.
   */
  leaseUntil?: string;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A node of the workflow waits for its turn.
 */
export interface NodeQueuedPayload {
  /**
   * The node of the workflow graph.
   */
  nodeId: string;
  /**
   * The node's name, for people.
   */
  nodeName: string;
  /**
   * What kind of node it is.
   */
  nodeType?: string;
  /**
   * The node that this one belongs to.
   */
  parentNodeId?: string;
  /**
   * The step's number, for people, usually counted from 1.
   */
  stepNumber?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A node of the workflow began.
 */
export interface NodeStartedPayload {
  /**
   * The node of the workflow graph.
   */
  nodeId: string;
  /**
   * The node's name, for people.
   */
  nodeName: string;
  /**
   * What kind of node it is.
   */
  nodeType?: string;
  /**
   * The node that this one belongs to.
   */
  parentNodeId?: string;
  /**
   * The step's number, for people, usually counted from 1.
   */
  stepNumber?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * What the node was given: inline or by URI, in any case with its digest.
 */
export interface NodeInputPayload {
  /**
   * The node of the workflow graph.
   */
  nodeId: string;
  /**
   * The digest of the value's bytes.
   */
  digest: string;
  /**
   * The size in bytes.
   */
  sizeBytes: number;
  /**
   * The value itself, when it is small.
   */
  inline?: unknown;
  /**
   * Where it is kept: an absolute URI.
   */
  uri?: string;
  /**
   * The names of the value's members, to show without fetching it.
   */
  keys?: string[];
  /**
   * The media type, such as application/json.
   */
  mediaType?: string;
  /**
   * The node's name, for people.
   */
  nodeName?: string;
  /**
   * What kind of node it is.
   */
  nodeType?: string;
  /**
   * The node that this one belongs to.
   */
  parentNodeId?: string;
  /**
   * The step's number, for people, usually counted from 1.
   */
  stepNumber?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * What the node gave back: inline or by URI, in any case with its digest.
 */
export interface NodeOutputPayload {
  /**
   * The node of the workflow graph.
   */
  nodeId: string;
  /**
   * The digest of the value's bytes.
   */
  digest: string;
  /**
   * The size in bytes.
   */
  sizeBytes: number;
  /**
   * The value itself, when it is small.
   */
  inline?: unknown;
  /**
   * Where it is kept: an absolute URI.
   */
  uri?: string;
  /**
   * The names of the value's members, to show without fetching it.
   */
  keys?: string[];
  /**
   * The media type, such as application/json.
   */
  mediaType?: string;
  /**
   * The node's name, for people.
   */
  nodeName?: string;
  /**
   * What kind of node it is.
   */
  nodeType?: string;
  /**
   * The node that this one belongs to.
   */
  parentNodeId?: string;
  /**
   * The step's number, for people, usually counted from 1.
   */
  stepNumber?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The node ended well.
 */
export interface NodeCompletedPayload {
  /**
   * The node of the workflow graph.
   */
  nodeId: string;
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs: number;
  /**
   * The node's name, for people.
   */
  nodeName?: string;
  /**
   * What kind of node it is.
   */
  nodeType?: string;
  /**
   * The node that this one belongs to.
   */
  parentNodeId?: string;
  /**
   * The step's number, for people, usually counted from 1.
   */
  stepNumber?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * The digest of the output as a whole.
   */
  outputDigest?: string;
  /**
   * The output in brief: a sentence, or a small object.
   */
  outputSummary?: unknown;
  /**
   * The exit code of the process.
   */
  exitCode?: number;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The node ended with an error.
 */
export interface NodeFailedPayload {
  /**
   * The node of the workflow graph.
   */
  nodeId: string;
  error: EventError;
  /**
   * The node's name, for people.
   */
  nodeName?: string;
  /**
   * What kind of node it is.
   */
  nodeType?: string;
  /**
   * The node that this one belongs to.
   */
  parentNodeId?: string;
  /**
   * The step's number, for people, usually counted from 1.
   */
  stepNumber?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs?: number;
  /**
   * The exit code of the process.
   */
  exitCode?: number;
  /**
   * Whether another attempt will follow.
   */
  willRetry?: boolean;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * The worker that does the work.
   */
  worker?: string;
  /**
   * The machine the worker runs on.
   */
  host?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * The node was not needed.
 */
export interface NodeSkippedPayload {
  /**
   * The node of the workflow graph.
   */
  nodeId: string;
  /**
   * Why, in words.
   */
  reason: string;
  /**
   * The node's name, for people.
   */
  nodeName?: string;
  /**
   * What kind of node it is.
   */
  nodeType?: string;
  /**
   * The node that this one belongs to.
   */
  parentNodeId?: string;
  /**
   * The step's number, for people, usually counted from 1.
   */
  stepNumber?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * Which attempt this is, counted from 1; 0 where none was begun.
   */
  attempt?: number;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Lines of output or messages. An entry has no number of its own: its place is the event's index and its position here.
 */
export interface LogAppendedPayload {
  /**
   * The entries, oldest first.
   *
   * @minItems 1
   * @maxItems 1000
   */
  entries: LogEntry[];
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * One line or message of a log. Defaults are applied by readers and not stored.
 */
export interface LogEntry {
  /**
   * When it was written, by the producer's clock.
   */
  at: string;
  /**
   * How serious it is.
   */
  level: "trace" | "debug" | "info" | "warning" | "error" | "critical";
  /**
   * Whom it is for: those who follow the business, or those who look after the machinery.
   */
  category?: "business" | "technical";
  /**
   * The line, without its line end; at most 10 KiB of UTF-8, longer ones are cut and marked.
   */
  message: string;
  /**
   * Whether the message was cut.
   */
  truncated?: boolean;
  /**
   * What has been taken out of the entry before it was stored, by the names that stand in its place: [redacted:github-token].
   *
   * @maxItems 200
   */
  redacted?: string[];
  /**
   * The node of the workflow graph.
   */
  nodeId?: string;
  /**
   * The output stream it came from.
   */
  stream?: "stdout" | "stderr";
  /**
   * How prominently to show it, from 1 to 10.
   */
  displayPriority?: number;
  /**
   * Whether it marks a step worth seeing in an overview.
   */
  isMilestone?: boolean;
  /**
   * The step's number, for people, usually counted from 1.
   */
  stepNumber?: number;
  /**
   * How many steps there are in all.
   */
  totalSteps?: number;
  /**
   * How much is done, from 0 to 100.
   */
  progressPercentage?: number;
  /**
   * How long it took, in whole milliseconds.
   */
  durationMs?: number;
  /**
   * The same in words for people who do not know the machinery.
   */
  userFriendlyMessage?: string;
  /**
   * Details for those who look after the machinery.
   */
  technicalDetails?: unknown;
  /**
   * The stack trace, as text.
   */
  stackTrace?: string;
  /**
   * Measurements taken at this point, by name.
   */
  performanceMetrics?: {
    [k: string]: unknown;
  };
  /**
   * Structured fields of the logger, by name.
   */
  fields?: {
    [k: string]: string;
  };
  /**
   * Set on an entry that is only a dividing line; its message is the heading, or empty.
   */
  kind?: "separator";
  [k: string]: unknown;
}
/**
 * Log entries were dropped on the way, and this says how many.
 */
export interface LogTruncatedPayload {
  /**
   * How many entries were dropped.
   */
  droppedEntries: number;
  /**
   * Why, in words.
   */
  reason: string;
  /**
   * How many bytes of messages were dropped.
   */
  droppedBytes?: number;
  /**
   * The node of the workflow graph.
   */
  nodeId?: string;
  /**
   * The output stream concerned.
   */
  stream?: "stdout" | "stderr";
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A file or value was produced and kept.
 */
export interface ArtifactCreatedPayload {
  /**
   * Where it is kept: an absolute URI.
   */
  uri: string;
  /**
   * The digest of the value's bytes.
   */
  digest: string;
  /**
   * The media type, such as application/json.
   */
  mediaType: string;
  /**
   * The size in bytes.
   */
  sizeBytes: number;
  /**
   * A name for people.
   */
  name: string;
  /**
   * What it is, for people.
   */
  description?: string;
  /**
   * The node of the workflow graph.
   */
  nodeId?: string;
  /**
   * The step's id in the pack.
   */
  stepId?: string;
  /**
   * When it expires.
   */
  expiresAt?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A gate waits for a decision.
 */
export interface ApprovalRequestedPayload {
  /**
   * The approval that is asked for and decided.
   */
  approvalId: string;
  /**
   * The gate that waits for it.
   */
  gate: string;
  /**
   * Who asked for it: a person, a service or a rule.
   */
  requestedBy?: string;
  /**
   * Who may decide.
   */
  approvers?: string[];
  /**
   * When it expires.
   */
  expiresAt?: string;
  /**
   * The node of the workflow graph.
   */
  nodeId?: string;
  /**
   * The step's id in the pack.
   */
  stepId?: string;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Somebody opened the gate.
 */
export interface ApprovalGrantedPayload {
  /**
   * The approval that is asked for and decided.
   */
  approvalId: string;
  /**
   * The gate that waits for it.
   */
  gate: string;
  /**
   * Who decided.
   */
  decidedBy: string;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * The node of the workflow graph.
   */
  nodeId?: string;
  /**
   * The step's id in the pack.
   */
  stepId?: string;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Somebody closed the gate.
 */
export interface ApprovalDeniedPayload {
  /**
   * The approval that is asked for and decided.
   */
  approvalId: string;
  /**
   * The gate that waits for it.
   */
  gate: string;
  /**
   * Who decided.
   */
  decidedBy: string;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * The node of the workflow graph.
   */
  nodeId?: string;
  /**
   * The step's id in the pack.
   */
  stepId?: string;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Nobody decided in time.
 */
export interface ApprovalExpiredPayload {
  /**
   * The approval that is asked for and decided.
   */
  approvalId: string;
  /**
   * The gate that waits for it.
   */
  gate: string;
  /**
   * When it expires.
   */
  expiresAt?: string;
  /**
   * Why, in words.
   */
  reason?: string;
  /**
   * The node of the workflow graph.
   */
  nodeId?: string;
  /**
   * The step's id in the pack.
   */
  stepId?: string;
  /**
   * What happened, for people.
   */
  message?: string;
  /**
   * Short facts to filter and group by.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Any further facts of the producer's own.
   */
  attributes?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}

/** A type of the catalogue. */
export type CatalogueType = keyof PayloadByType;

/** What the catalogue says of a type; `terminates` is the kind of scope that it closes. */
export interface CatalogueEntry {
  readonly payload: `payloads/${CatalogueType}.json`;
  readonly family: string;
  readonly terminates?: ScopeKind;
}

/** The families in which only the types of the catalogue are allowed. */
export const reservedFamilies: readonly string[] = ["run","pack_run","job","node","log","artifact","approval","lease","retry","audit","stream"];

/** The catalogue: schemas/catalogue.json. */
export const catalogueIndex: Readonly<Record<CatalogueType, CatalogueEntry>> = {
  "run.created": {"payload":"payloads/run.created.json","family":"run"},
  "run.started": {"payload":"payloads/run.started.json","family":"run"},
  "run.progress": {"payload":"payloads/run.progress.json","family":"run"},
  "run.paused": {"payload":"payloads/run.paused.json","family":"run"},
  "run.resumed": {"payload":"payloads/run.resumed.json","family":"run"},
  "run.completed": {"payload":"payloads/run.completed.json","family":"run","terminates":"runs"},
  "run.failed": {"payload":"payloads/run.failed.json","family":"run","terminates":"runs"},
  "run.canceled": {"payload":"payloads/run.canceled.json","family":"run","terminates":"runs"},
  "run.timed_out": {"payload":"payloads/run.timed_out.json","family":"run","terminates":"runs"},
  "pack_run.created": {"payload":"payloads/pack_run.created.json","family":"pack_run"},
  "pack_run.started": {"payload":"payloads/pack_run.started.json","family":"pack_run"},
  "pack_run.progress": {"payload":"payloads/pack_run.progress.json","family":"pack_run"},
  "pack_run.completed": {"payload":"payloads/pack_run.completed.json","family":"pack_run","terminates":"pack-runs"},
  "pack_run.failed": {"payload":"payloads/pack_run.failed.json","family":"pack_run","terminates":"pack-runs"},
  "pack_run.canceled": {"payload":"payloads/pack_run.canceled.json","family":"pack_run","terminates":"pack-runs"},
  "pack_run.timed_out": {"payload":"payloads/pack_run.timed_out.json","family":"pack_run","terminates":"pack-runs"},
  "job.created": {"payload":"payloads/job.created.json","family":"job"},
  "job.queued": {"payload":"payloads/job.queued.json","family":"job"},
  "job.leased": {"payload":"payloads/job.leased.json","family":"job"},
  "job.started": {"payload":"payloads/job.started.json","family":"job"},
  "job.progress": {"payload":"payloads/job.progress.json","family":"job"},
  "job.attempt_failed": {"payload":"payloads/job.attempt_failed.json","family":"job"},
  "job.completed": {"payload":"payloads/job.completed.json","family":"job","terminates":"jobs"},
  "job.failed": {"payload":"payloads/job.failed.json","family":"job","terminates":"jobs"},
  "job.canceled": {"payload":"payloads/job.canceled.json","family":"job","terminates":"jobs"},
  "job.timed_out": {"payload":"payloads/job.timed_out.json","family":"job","terminates":"jobs"},
  "retry.scheduled": {"payload":"payloads/retry.scheduled.json","family":"retry"},
  "lease.renewed": {"payload":"payloads/lease.renewed.json","family":"lease"},
  "lease.expired": {"payload":"payloads/lease.expired.json","family":"lease"},
  "node.queued": {"payload":"payloads/node.queued.json","family":"node"},
  "node.started": {"payload":"payloads/node.started.json","family":"node"},
  "node.input": {"payload":"payloads/node.input.json","family":"node"},
  "node.output": {"payload":"payloads/node.output.json","family":"node"},
  "node.completed": {"payload":"payloads/node.completed.json","family":"node"},
  "node.failed": {"payload":"payloads/node.failed.json","family":"node"},
  "node.skipped": {"payload":"payloads/node.skipped.json","family":"node"},
  "log.appended": {"payload":"payloads/log.appended.json","family":"log"},
  "log.truncated": {"payload":"payloads/log.truncated.json","family":"log"},
  "artifact.created": {"payload":"payloads/artifact.created.json","family":"artifact"},
  "approval.requested": {"payload":"payloads/approval.requested.json","family":"approval"},
  "approval.granted": {"payload":"payloads/approval.granted.json","family":"approval"},
  "approval.denied": {"payload":"payloads/approval.denied.json","family":"approval"},
  "approval.expired": {"payload":"payloads/approval.expired.json","family":"approval"},
};
