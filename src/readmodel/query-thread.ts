import { AskedThread, type NameOf } from "./asked-thread.js";
import type { Queries } from "./queries.js";
import type { SharedFile } from "./shared-file.js";

/** The names of what can be asked. */
export type QueryName = NameOf<Queries>;

/** Answers questions of a read model. */
export type QueryThread = AskedThread<Queries>;

/** @param answerMs how long an answer may take */
export function startQueryThread(file: SharedFile, answerMs: number): QueryThread {
  return new AskedThread(new URL("./query-worker.js", import.meta.url), file, answerMs);
}
