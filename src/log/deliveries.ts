import type { Consumer, ConsumeOptions, JsMsg } from "@nats-io/jetstream";
import type { Log } from "./stream.js";

/**
 * What a consumer delivers, in order, until `signal` aborts, the connection is lost, or a message that
 * the server has sent turns out not to have arrived: the reader then goes on with another consumer behind
 * the last message that it got. The client library would wait for the lost one for ever.
 *
 * @param onIdle called after each second without a message
 */
export async function* deliveries(
  log: Log,
  consumer: Consumer,
  options: ConsumeOptions,
  signal: AbortSignal,
  onIdle: (stop: () => void) => void = () => undefined,
): AsyncGenerator<{ message: JsMsg; isLastAtHand: boolean }> {
  const messages = await consumer.consume({
    ...options,
    expires: 5000,
    // A dead server is noticed after two missed heartbeats.
    idle_heartbeat: 1000,
    abort_on_missing_resource: true,
  });
  const stop = () => {
    messages.stop();
  };
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  const stopWatching = log.connection.onLost(stop);

  const reading = {
    /** Of this consumer's deliveries, the last one that arrived. */
    arrived: 0,
    /** We wait for the next message; otherwise our reader is still busy with the last one. */
    isWaiting: true,
  };
  void (async () => {
    for await (const status of messages.status()) {
      if (status.type === "heartbeat" && reading.isWaiting) {
        if (status.lastConsumerSequence > reading.arrived) stop();
        else onIdle(stop);
      }
    }
  })();

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
    signal.removeEventListener("abort", stop);
    stopWatching();
    await messages.close();
  }
}
