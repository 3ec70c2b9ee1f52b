import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "./stream.js";

/** First and last sequence of the log that are there now; `last` is 0 in an empty one. */
export interface LogBounds {
  first: number;
  last: number;
  /** Events between the two have been purged. */
  hasHoles: boolean;
}

/** What has been asked of a log's leader, and what is to be asked next. */
interface Asking {
  underWay: Promise<unknown>;
  next: Promise<LogBounds> | undefined;
  /** How many wait for the next answer. */
  askers: number;
}

/** After a request that several have shared, how long the next ones wait for more to join them. */
const PAUSE_MS = 5;

const askings = new WeakMap<Log, Asking>();

/** The newest answers, and when they came. */
const answers = new WeakMap<Log, { bounds: LogBounds; atMs: number }>();

/**
 * The bounds of the log as of the call, or later, from the stream's leader. All who ask at about the same
 * moment share one request: a thousand readers that connect together need one answer, not a thousand. Who asks
 * alone waits for nobody.
 *
 * @throws ConnectionLostError
 */
export function readBounds(log: Log): Promise<LogBounds> {
  const asking = askings.get(log) ?? { underWay: Promise.resolve(), next: undefined, askers: 0 };
  askings.set(log, asking);
  asking.askers++;
  asking.next ??= asking.underWay.then(() => {
    const asked = ask(log);
    const isShared = asking.askers > 1;
    asking.underWay = asked.catch(() => undefined).then(() => (isShared ? pause() : undefined));
    asking.next = undefined;
    asking.askers = 0;
    return asked;
  });
  return asking.next;
}

/**
 * The newest bounds that anyone has been told, unless that is longer ago than `maxAgeMs`: then as of the call.
 *
 * @throws ConnectionLostError
 */
export async function recentBounds(log: Log, maxAgeMs: number): Promise<LogBounds> {
  const known = answers.get(log);
  return known && performance.now() - known.atMs <= maxAgeMs ? known.bounds : readBounds(log);
}

function pause(): Promise<void> {
  return delay(PAUSE_MS, undefined, { ref: false });
}

async function ask(log: Log): Promise<LogBounds> {
  const { state } = await log.connection.answer(log.jsm.streams.info(log.stream));
  const bounds = {
    first: Math.max(1, state.first_seq),
    last: state.last_seq,
    // Left out by the server when there are none.
    hasHoles: state.num_deleted > 0,
  };
  answers.set(log, { bounds, atMs: performance.now() });
  return bounds;
}
