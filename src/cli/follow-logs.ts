import { setTimeout as delay } from "node:timers/promises";
import {
  follow,
  logPages,
  UnavailableError,
  type ConnectionOptions,
  type LogLine,
  type LogsQuery,
} from "../client/index.js";
import { notice } from "./recording.js";
import { reporter } from "./tail.js";

/** Where the server does not say how long to wait. */
const RETRY_MS = 1000;

/**
 * Log lines as they come, each once and in order, until the scope ends or the signal aborts. The stream tells that there
 * are some; which of them are wanted, the server finds out as it does for a page.
 *
 * @param query `after` is where to begin
 */
export async function* followLogs(
  connection: ConnectionOptions,
  path: string,
  query: LogsQuery,
  signal: AbortSignal,
): AsyncGenerator<LogLine[], void> {
  let { after } = query;
  /** Of the newest event that has been looked at. */
  let reached = 0;
  const filter = { type: ["log.appended"] };
  // What is stored between the lines before and the opening of the stream is looked for when it has caught up.
  const frames = follow(connection, path, { from: "now", filter, signal, onState: reporter() });
  for await (const frame of frames) {
    if (frame.kind === "gap") {
      notice(`events are missing here (${frame.reason})`);
      continue;
    }
    if (frame.kind !== "event" && frame.kind !== "caught-up" && frame.kind !== "end") continue;
    if (frame.kind === "event" && frame.sequence <= reached) continue;
    const { cursor: consistent } = frame;
    for await (const lines of whenThereAre(
      () => logPages(connection, path, { ...query, after, consistent, signal }, Infinity),
      signal,
    )) {
      const newest = lines.at(-1);
      if (!newest) continue;
      yield lines;
      after = newest.cursor;
      reached = newest.sequence;
    }
  }
}

/** Pages, asked for again where the server could not answer. */
async function* whenThereAre(
  pages: () => AsyncIterable<{ logs: LogLine[] }>,
  signal: AbortSignal,
): AsyncGenerator<LogLine[], void> {
  for (let isAgain = false; !signal.aborted; isAgain = true) {
    try {
      for await (const { logs } of pages()) yield logs;
      return;
    } catch (error) {
      if (error === signal.reason) return;
      if (!(error instanceof UnavailableError)) throw error;
      if (!isAgain) notice(`${error.message}; trying again until it answers`);
      await delay(error.retryAfterMs || RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
