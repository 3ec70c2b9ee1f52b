import { UnavailableError } from "./errors.js";

/**
 * The bytes of a response as they come. Not every browser can iterate over a stream with `for await`.
 *
 * @param what is read, for the message: `the export`
 * @throws UnavailableError when the connection breaks before the end
 * @throws the signal's reason when it aborts
 */
export async function* bodyChunks(
  body: ReadableStream<Uint8Array>,
  what: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new UnavailableError(`the connection broke before the end of ${what}`, 0, { cause });
  } finally {
    // Closes the connection when the reader leaves early.
    await reader.cancel().catch(() => undefined);
  }
}
