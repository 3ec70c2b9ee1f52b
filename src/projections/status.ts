/** How a scope stands. The last four are its ends: nothing comes after them. */
export type Status = "created" | "queued" | "leased" | "running" | "paused" | EndStatus;

export type EndStatus = "completed" | "failed" | "canceled" | "timed_out";

export const STATUSES = [
  "created",
  "queued",
  "leased",
  "running",
  "paused",
  "completed",
  "failed",
  "canceled",
  "timed_out",
] as const satisfies readonly Status[];
