import { parentPort, workerData } from "node:worker_threads";
import { isDamaged, openForReading } from "./database.js";
import { HistoryQueries } from "./history-query.js";
import type { HistoryReply, HistoryRequest } from "./history-thread.js";

/** The other side of a {@link HistoryThread}. */
const queries = new HistoryQueries(openForReading(workerData as string));

parentPort?.on("message", ({ id, query }: HistoryRequest) => {
  try {
    const answer = queries.read(query);
    const reply: HistoryReply = { id, answer };
    // Handed over, not copied.
    parentPort?.postMessage(reply, [answer.bytes, answer.facts.buffer]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const reply: HistoryReply = { id, error: message, isDamaged: isDamaged(error) };
    parentPort?.postMessage(reply);
  }
});
