import { isFull, isRefusedByDisk } from "./database.js";
import type { Trouble } from "./trouble.js";

/** With what is to come, the file would be larger than it may become. */
export class BoundReachedError extends Error {
  override readonly name = "BoundReachedError";
  constructor() {
    super(
      "its file is as large as it may become (RUNTRAIL_READ_MODEL_BYTES); raise that, or have the log trimmed",
    );
  }
}

/**
 * Why a read model could not be written, where that is for want of room, or because of its disk: what is in the file is
 * whole, and it can go on from there. Undefined: there is another reason.
 */
export function writeTroubleOf(error: unknown, file: string): Trouble | undefined {
  if (error instanceof BoundReachedError) return { state: "bound-reached", reason: error.message };
  if (isRefusedByDisk(error)) {
    const reason = `the disk of ${file} does not take what is written to it: ${messageOf(error)}`;
    return { state: "failing", reason };
  }
  if (!isFull(error)) return undefined;
  return { state: "disk-full", reason: `the disk of ${file} is full` };
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
