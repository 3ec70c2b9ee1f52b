import type { LogRecord } from "../../log/record.js";
import { formatCursor } from "../../wire/cursor.js";

/** `{"sequence":…,"cursor":…,"recordedAt":…,"event":`, to be followed by the stored bytes and `}`. */
export function recordHead({ sequence, recordedAtMs }: LogRecord, epoch: string): string {
  const recordedAt = new Date(recordedAtMs).toISOString();
  const cursor = formatCursor(sequence, epoch);
  return `{"sequence":${sequence},"cursor":"${cursor}","recordedAt":"${recordedAt}","event":`;
}
