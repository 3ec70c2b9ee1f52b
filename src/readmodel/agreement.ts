import { readBounds } from "../log/bounds.js";
import type { Log } from "../log/stream.js";
import type { ReadDatabase } from "./database.js";

/**
 * Whether the newest event of a read model is what the log has in its place. A server that has lost its newest events
 * in a crash gives their sequences to others; a read model that had those lost ones would tell of what never was.
 *
 * @throws ConnectionLostError
 */
export async function agreesWithLog(db: ReadDatabase, log: Log): Promise<boolean> {
  const newest = db
    .prepare<[], { sequence: number; bytes: Uint8Array }>(
      "SELECT sequence, bytes FROM events ORDER BY sequence DESC LIMIT 1",
    )
    .get();
  if (!newest) return true;
  const { first, last } = await readBounds(log);
  if (newest.sequence < first) return true;
  if (newest.sequence > last) return false;
  const query = { seq: newest.sequence };
  const message = await log.connection.answer(log.jsm.streams.getMessage(log.stream, query));
  // A single event that was purged is missing in the log, and says nothing about the others.
  return !message || Buffer.compare(message.data, newest.bytes) === 0;
}
