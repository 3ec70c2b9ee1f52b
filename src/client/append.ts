import type { AppendResult } from "./append-result.js";
import { backoffMs, pause } from "./backoff.js";
import { addressOf, type ConnectionOptions } from "./connection.js";
import { batchesOf, isTooLarge, tooLarge, withId } from "./draft.js";
import type { Draft } from "../envelope/draft.js";
import { ProtocolError, RequestRefusedError, UnavailableError } from "./errors.js";
import { request } from "./request.js";
import { within } from "./within.js";

export interface AppendOptions {
  /** All of the drafts are stored, or none; at most 1,000. */
  atomic?: boolean;
  /** For how long to try again when the server cannot be reached. Default 30 s; `Infinity` until `signal` aborts. */
  retryForMs?: number;
  signal?: AbortSignal;
  /** Told before each wait for another attempt. */
  onRetry?: (retry: { reason: string; cause: unknown; retryInMs: number }) => void;
}

/** A server that takes this long for one request is gone. */
const REQUEST_TIMEOUT_MS = 30_000;
const FIRST_RETRY_MS = 200;

/**
 * Appends drafts to a scope, or with an empty scope each to its own, and returns a result for each, in
 * order. Those that are stored are stored in the order given; one that is refused takes no other along.
 *
 * While the server cannot be reached the same drafts are sent again, with the same ids: whatever got
 * through before is not stored twice.
 *
 * @throws UnavailableError when the server could not be reached for `retryForMs`
 * @throws RequestRefusedError when the request as a whole is refused
 * @throws the signal's reason when it aborts
 */
export async function append(
  connection: ConnectionOptions,
  scope: string,
  drafts: readonly Draft[],
  options: AppendOptions = {},
): Promise<AppendResult[]> {
  const { atomic = false, retryForMs = 30_000, signal = new AbortController().signal } = options;
  const deadlineMs = Date.now() + retryForMs;
  const send = (texts: readonly string[]) =>
    persist(connection, scope, texts, { ...options, deadlineMs, signal });

  const texts = textsOf(drafts);
  if (atomic) return drafts.length === 0 ? [] : send([...texts]);
  const results: AppendResult[] = [];
  // One request at a time, and no more is made ready for it than it holds.
  for (const batch of batchesOf(texts)) results.push(...(await appendEach(batch, send)));
  return results;
}

function* textsOf(drafts: readonly Draft[]): Generator<string> {
  for (const draft of drafts) yield JSON.stringify(withId(draft));
}

/**
 * Appends what can be. Each request is all or none, because only so the order survives a request of which
 * the server could do a part; what it refuses is left out of the next one.
 */
async function appendEach(
  texts: readonly string[],
  send: (texts: readonly string[]) => Promise<AppendResult[]>,
): Promise<AppendResult[]> {
  const results = new Map<number, AppendResult>();
  let open: { text: string; place: number }[] = [];
  for (const [place, text] of texts.entries()) {
    // Told by the server, it would be the request as a whole that is too large.
    if (isTooLarge(text)) results.set(place, { outcome: "invalid", problem: tooLarge() });
    else open.push({ text, place });
  }
  while (open.length > 0) {
    const answers = await send(open.map(({ text }) => text));
    const undecided = open.filter(({ place }, i) => {
      const answer = answers[i];
      if (answer === undefined || answer.outcome === "not-applied") return true;
      results.set(place, answer);
      return false;
    });
    if (undecided.length === open.length) {
      throw new ProtocolError("the server stored nothing and refused nothing");
    }
    open = undecided;
  }
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}

type PersistOptions = AppendOptions & { deadlineMs: number; signal: AbortSignal };

/** Sends one all-or-none request until the server decides on it. */
async function persist(
  connection: ConnectionOptions,
  scope: string,
  texts: readonly string[],
  { deadlineMs, signal, onRetry }: PersistOptions,
): Promise<AppendResult[]> {
  for (let attempt = 0; ; attempt++) {
    const answer = await post(connection, scope, texts, signal);
    if (!(answer instanceof UnavailableError)) return answer;
    const retryInMs = Math.max(backoffMs(attempt, FIRST_RETRY_MS), answer.retryAfterMs);
    if (Date.now() + retryInMs > deadlineMs) throw answer;
    onRetry?.({ reason: answer.message, cause: answer.cause, retryInMs });
    await pause(retryInMs, signal);
    signal.throwIfAborted();
  }
}

async function post(
  connection: ConnectionOptions,
  scope: string,
  texts: readonly string[],
  outer: AbortSignal,
): Promise<AppendResult[] | UnavailableError> {
  const address = addressOf(connection, scope, "events", { atomic: 1 });
  const headers = { "content-type": "application/json" };
  const body = `[${texts.join(",")}]`;
  try {
    const answer = await within(REQUEST_TIMEOUT_MS, outer, async (signal) => {
      const response = await request(connection, address, {
        method: "POST",
        headers,
        body,
        signal,
      });
      return response.text();
    });
    return decided(parseResults(answer, texts.length));
  } catch (error) {
    outer.throwIfAborted();
    if (error instanceof UnavailableError) return error;
    if (error instanceof RequestRefusedError || error instanceof ProtocolError) throw error;
    // The answer broke off, or took too long: it is not known what was stored.
    return new UnavailableError("the server's answer did not arrive", 0, { cause: error });
  }
}

function parseResults(text: string, count: number): AppendResult[] {
  let results: unknown;
  try {
    results = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError("the answer to an append is not JSON", { cause });
  }
  if (Array.isArray(results) && results.length === count) return results as AppendResult[];
  throw new ProtocolError(`the answer to an append of ${count} drafts is not ${count} results`);
}

function decided(results: AppendResult[]): AppendResult[] | UnavailableError {
  const unavailable = results.find(({ outcome }) => outcome === "unavailable");
  if (unavailable === undefined || !("problem" in unavailable)) return results;
  const { detail, retryAfterMs = 0 } = unavailable.problem;
  return new UnavailableError(detail, retryAfterMs);
}
