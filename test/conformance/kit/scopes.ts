import { randomUUID } from "node:crypto";

/** A run that no one else uses, on this server or any other. */
export function freshRun(): string {
  return `runs/conformance-${randomUUID()}`;
}
