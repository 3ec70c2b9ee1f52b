import { parentPort, workerData } from "node:worker_threads";
import { isDamaged, openForReading } from "./database.js";
import { Queries } from "./queries.js";
import type { QueryReply, QueryRequest } from "./query-thread.js";

/** The other side of a {@link QueryThread}. */
const queries = new Queries(openForReading(workerData as string));

parentPort?.on("message", (request: QueryRequest) => {
  parentPort?.postMessage(replyTo(request));
});

function replyTo({ id, name, values }: QueryRequest): QueryReply {
  try {
    // The other side has checked that they fit.
    const ask = queries[name].bind(queries) as (...values: unknown[]) => unknown;
    return { id, answer: ask(...values) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { id, error: message, isDamaged: isDamaged(error) };
  }
}
