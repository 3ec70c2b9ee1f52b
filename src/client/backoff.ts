/** No wait between two attempts is longer than this, unless the server asks for it. */
const MAX_DELAY_MS = 5_000;

/**
 * How long to wait before attempt `attempt` (0 is the first one after a success): a random part of
 * `baseMs`, doubled each time, so that the clients of a server that comes back do not all knock at once
 * ("full jitter": AWS Architecture Blog, Exponential Backoff And Jitter, 2015).
 */
export function backoffMs(attempt: number, baseMs: number): number {
  const ceilingMs = Math.min(baseMs * 2 ** attempt, Math.max(baseMs, MAX_DELAY_MS));
  return ceilingMs * Math.random();
}

/** Resolves after `ms`, or at once when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
