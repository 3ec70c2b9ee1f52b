import { createParser } from "eventsource-parser";
import { frameOf, type SseMessage, type WireFrame } from "./client-frame.js";
import { addressOf, headersFor, type ConnectionOptions } from "./connection.js";
import { ProtocolError, UnavailableError } from "./errors.js";
import { request } from "./request.js";

/** Longer than any event with its block: an event is at most 1 MiB. */
const MAX_BLOCK_LENGTH = 4 * 1024 * 1024;

/** Where and how a connection starts. */
export interface ConnectionStart {
  scope: string;
  parameters: Readonly<Record<string, string | number | undefined>>;
  /** The position of the connection before; it wins over the parameters. */
  lastEventId: string | undefined;
  /** A connection that is silent for longer is taken for dead. */
  silenceMs: number;
  signal: AbortSignal;
}

/** What comes out of one connection. */
export type Arrival =
  | { kind: "frame"; id: string | undefined; frame: WireFrame }
  /** The server's word on how long to wait before connecting again. */
  | { kind: "retry"; delayMs: number }
  /** There is nothing after the position, and never will be. */
  | { kind: "nothing-more" };

/**
 * One connection to a scope's stream, from its request until the server closes it in good order: what
 * arrives, as it arrives.
 *
 * @throws UnavailableError when the connection fails, breaks or falls silent
 * @throws RequestRefusedError, ProtocolError
 */
export async function* connectSse(
  connection: ConnectionOptions,
  { scope, parameters, lastEventId, silenceMs, signal }: ConnectionStart,
): AsyncGenerator<Arrival> {
  const cut = new AbortController();
  const either = AbortSignal.any([signal, cut.signal]);
  const watch = watchdog(silenceMs, () => {
    const seconds = Math.round(silenceMs / 1000);
    cut.abort(new UnavailableError(`nothing was heard of the server for ${seconds} s`, 0));
  });
  try {
    const address = addressOf(connection, scope, "stream", parameters);
    const headers = headersFor(connection, { accept: "text/event-stream" });
    if (lastEventId !== undefined) headers["last-event-id"] = lastEventId;
    watch.start();
    const response = await request(address, { headers, signal: either });
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
      if (frame) queue.push({ kind: "frame", id: message.id, frame });
    },
    onRetry: (delayMs) => queue.push({ kind: "retry", delayMs }),
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") throw fail(error);
    },
  });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    // Only the time in which we wait counts: a reader that is slow itself is no dead server.
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

interface Watchdog {
  start: () => void;
  stop: () => void;
}

function watchdog(ms: number, bark: () => void): Watchdog {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    clearTimeout(timer);
  };
  return {
    start: () => {
      stop();
      timer = setTimeout(bark, ms);
    },
    stop,
  };
}
