import { storedAt } from "./record.js";
import { readBounds } from "./bounds.js";
import type { Log } from "./stream.js";

/**
 * The sequence of the first event that was recorded at a time or later; behind the last one where there is none; 1
 * where nothing that is kept is older, as what was trimmed may have been recorded then too. The broker's clock rises
 * with the sequence, so it is found by bisection, with some 20 questions to the stream's leader in a log of a million.
 *
 * @param ms since 1970
 * @throws ConnectionLostError
 */
export async function firstRecordedAt(log: Log, ms: number): Promise<number> {
  const { last } = await readBounds(log);
  let low = 1;
  let high = last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    // The server takes both members together; the client's type names them apart.
    const query = { seq: middle, next_by_subj: ">" };
    const message = await log.connection.answer(log.jsm.streams.getMessage(log.stream, query));
    if (!message || storedAt(message).recordedAtMs >= ms) high = middle;
    else low = message.seq + 1;
  }
  return low;
}
