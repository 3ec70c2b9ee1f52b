import { createParser } from "eventsource-parser";
import { filterText } from "../wire/event-filter.js";
import { controlFrame, eventFrame, parseObject, type WireFrame } from "./client-frame.js";
import { addressOf, type ConnectionOptions } from "./connection.js";
import { ProtocolError, UnavailableError } from "./errors.js";
import { requestOnce } from "./request.js";
import type { Arrival, ConnectionStart } from "./stream-connection.js";
import { watchdog, type Watchdog } from "./watchdog.js";

/** Longer than any event with its block: an event is at most 1 MiB. */
const MAX_BLOCK_LENGTH = 4 * 1024 * 1024;

/** One dispatched block of an SSE stream. */
interface SseMessage {
  id?: string | undefined;
  event?: string | undefined;
  data: string;
}

/** Follows over server-sent events (WHATWG HTML, section 9.2). */
export async function* connectSse(
  connection: ConnectionOptions,
  { scope, resumeAfter, silenceMs, signal, ...start }: ConnectionStart,
): AsyncGenerator<Arrival> {
  const cut = new AbortController();
  const either = AbortSignal.any([signal, cut.signal]);
  const watch = watchdog(silenceMs, (reason) => {
    cut.abort(reason);
  });
  try {
    const { after, from, last, to, filter = {}, snapshot } = start;
    const asked = { after, from, last, to, snapshot: snapshot ? 1 : undefined };
    const parameters = { ...asked, ...filterText(filter) };
    const address = addressOf(connection, scope, "stream", parameters);
    const resumed = resumeAfter === undefined ? {} : { "last-event-id": resumeAfter };
    const headers = { accept: "text/event-stream", ...resumed };
    watch.start();
    const response = await requestOnce(connection, address, { headers, signal: either });
    watch.stop();
    if (response.status === 204) {
      yield { kind: "nothing-more" };
      return;
    }
    const type = response.headers.get("content-type") ?? "no type";
    if (!type.startsWith("text/event-stream") || response.body === null) {
      throw new ProtocolError(`${address.href} answers with ${type}, not with an event stream`);
    }
    yield* arrivals(response.body, watch, either);
  } finally {
    watch.stop();
    // Closes the socket when the reader leaves early.
    cut.abort();
  }
}

async function* arrivals(
  body: ReadableStream<Uint8Array>,
  watch: Watchdog,
  signal: AbortSignal,
): AsyncGenerator<Arrival> {
  let queue: Arrival[] = [];
  const fail = (cause: unknown) => new ProtocolError("the event stream is malformed", { cause });
  const parser = createParser({
    maxBufferSize: MAX_BLOCK_LENGTH,
    onEvent: (message: SseMessage) => {
      const frame = frameOf(message);
      if (frame) queue.push({ kind: "frame", frame });
    },
    onRetry: (delayMs) => queue.push({ kind: "retry", delayMs }),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") throw fail(error);
    },
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    watch.start();
    const { done, value } = await reader.read().catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new UnavailableError("the connection broke", 0, { cause });
    });
    watch.stop();
    if (done) return;
    parser.feed(decoder.decode(value, { stream: true }));
    const arrived = queue;
    queue = [];
    yield* arrived;
  }
}

/** @throws ProtocolError */
function frameOf({ id, event = "", data }: SseMessage): WireFrame | undefined {
  if (!event.startsWith("stream.")) return eventFrame(id, data);
  return controlFrame(event.slice("stream.".length), parseObject(data));
}
