/**
 * Runs a task under a signal that aborts with `signal`, or after `ms`. Nothing of it stays attached to
 * `signal`, which may live for days: AbortSignal.any and .timeout would leave something each time.
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const either = new AbortController();
  const follow = () => {
    either.abort(signal.reason);
  };
  const timer = setTimeout(() => {
    either.abort(new Error(`there was no answer within ${ms} ms`));
  }, ms);
  signal.addEventListener("abort", follow);
  try {
    return await task(either.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", follow);
  }
}
