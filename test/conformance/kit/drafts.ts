import { randomUUID } from "node:crypto";

export interface Draft {
  type: string;
  payload: Record<string, unknown>;
  [member: string]: unknown;
}

/** An event of a family that the catalogue does not know. */
export function step(n: number, more: Record<string, unknown> = {}): Draft {
  return { type: "conformance.step", payload: { n }, ...more };
}

/** Steps 1 to `count`. */
export function steps(count: number): Draft[] {
  return numbers(1, count).map((n) => step(n));
}

/** The event that ends a run. */
export const runCompleted: Draft = { type: "run.completed", payload: { durationMs: 1 } };

/** The event that ends a job. */
export const jobCompleted: Draft = {
  type: "job.completed",
  payload: { attempt: 1, durationMs: 1 },
};

/** An id for a draft that is sent more than once. */
export function freshId(): string {
  return randomUUID();
}

export function numbers(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
}
