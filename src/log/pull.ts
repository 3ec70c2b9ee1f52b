import { createInbox, type Msg } from "@nats-io/transport-node";
import type { Consumer } from "@nats-io/jetstream";
import type { Log } from "./stream.js";

/** A server that has nothing for this long does not answer any more. */
const SILENCE_MS = 5000;

/**
 * Asks a pull consumer for messages at hand, at most so many, and returns them when all have come or the server
 * says that there are no more (ADR-37, `no_wait`). The client library's own ways hand them out one at a
 * time, at twice the cost, or without a bound.
 *
 * @throws ConnectionLostError when the connection is lost
 * @throws PullTimeoutError when the server falls silent
 */
export async function pull(
  log: Log,
  consumer: Consumer,
  most: { messages: number; bytes: number },
): Promise<Msg[]> {
  const inbox = createInbox();
  const messages: Msg[] = [];
  let done: (error?: Error) => void = () => undefined;
  const over = new Promise<void>((resolve, reject) => {
    done = (error) => {
      if (error) reject(error);
      else resolve();
    };
  });
  const subscription = log.nc.subscribe(inbox, {
    callback: (error, message) => {
      if (error) done(error);
      // A status has no subject of its own, and a code.
      else if (message.subject === inbox) done();
      else if (messages.push(message) >= most.messages) done();
    },
  });
  let seen = -1;
  const silence = setInterval(() => {
    if (messages.length === seen) done(new PullTimeoutError());
    seen = messages.length;
  }, SILENCE_MS);
  try {
    const { stream_name: stream, name } = await consumer.info(true);
    const ask = { batch: most.messages, max_bytes: most.bytes, no_wait: true };
    log.nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify(ask), {
      reply: inbox,
    });
    await log.connection.answer(over);
  } finally {
    clearInterval(silence);
    subscription.unsubscribe();
  }
  return messages;
}

/** The server has not answered a pull. */
export class PullTimeoutError extends Error {
  override readonly name = "PullTimeoutError";
  constructor() {
    super("the server does not answer a pull");
  }
}
