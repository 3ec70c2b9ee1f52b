import type { Consumer, ConsumeOptions, ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import type { Log } from "./stream.js";

const PULL = {
  expires: 5000,
  // A dead server is noticed after two missed heartbeats.
  idle_heartbeat: 1000,
  abort_on_missing_resource: true,
};

/** How far a consumer's deliveries have been taken in. */
interface Reading {
  /** Of this consumer's deliveries, the last one that arrived. */
  arrived: number;
  /** We wait for the next message; otherwise our reader is still busy with the last one. */
  isWaiting: boolean;
}

/**
 * What a consumer delivers, in order, until `signal` aborts, the connection is lost, or a message that
 * the server has sent turns out not to have arrived: the reader then goes on with another consumer behind
 * the last message that it got. The client library would wait for the lost one for ever.
 *
 * Takes no more from the server than `options` let wait here.
 *
 * @param onIdle called after each second without a message
 */
export async function* deliveries(
  log: Log,
  consumer: Consumer,
  options: ConsumeOptions,
  signal: AbortSignal,
  onIdle: (stop: () => void) => void,
): AsyncGenerator<{ message: JsMsg; isLastAtHand: boolean }> {
  const messages = await consumer.consume({ ...PULL, ...options });
  const reading: Reading = { arrived: 0, isWaiting: true };
  const stopWatching = watch(log, messages, reading, signal, onIdle);
  try {
    for await (const message of messages) {
      reading.arrived = message.info.deliverySequence;
      reading.isWaiting = false;
      yield { message, isLastAtHand: messages.getPending() === 0 };
      reading.isWaiting = true;
    }
  } catch (error) {
    // The consumer is gone; placing another one tells why.
    if (log.nc.isClosed()) throw error;
  } finally {
    stopWatching();
    await messages.close();
  }
}

/**
 * The same for a reader that is never slower than the server: whatever has come in one turn of the event
 * loop comes together, at a fraction of what one message after the other costs.
 */
export async function* bursts(
  log: Log,
  consumer: Consumer,
  options: ConsumeOptions,
  signal: AbortSignal,
): AsyncGenerator<JsMsg[]> {
  let burst: JsMsg[] = [];
  let wake: () => void = () => undefined;
  const messages = await consumer.consume({
    ...PULL,
    ...options,
    callback: (message) => {
      if (burst.push(message) === 1) wake();
    },
  });
  const reading: Reading = { arrived: 0, isWaiting: true };
  const stopWatching = watch(log, messages, reading, signal);
  let isOpen = true;
  void messages.closed().then(() => {
    isOpen = false;
    wake();
  });
  const isOver = () => !isOpen && burst.length === 0;
  try {
    while (!isOver()) {
      if (burst.length === 0) {
        reading.isWaiting = true;
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const taken = burst;
      burst = [];
      reading.arrived = taken.at(-1)?.info.deliverySequence ?? reading.arrived;
      reading.isWaiting = false;
      yield taken;
    }
  } finally {
    stopWatching();
    await messages.close();
  }
}

/** Stops the deliveries when they cannot go on as they should. Returns how to end watching. */
function watch(
  log: Log,
  messages: ConsumerMessages,
  reading: Reading,
  signal: AbortSignal,
  onIdle: (stop: () => void) => void = () => undefined,
): () => void {
  const stop = () => {
    messages.stop();
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const stopWatching = log.connection.onLost(stop);
  void (async () => {
    for await (const status of messages.status()) {
      if (status.type !== "heartbeat" || !reading.isWaiting) continue;
      if (status.lastConsumerSequence > reading.arrived) stop();
      else onIdle(stop);
    }
  })();
  return () => {
    signal.removeEventListener("abort", stop);
    stopWatching();
  };
}
