import { createInbox, type Msg } from "@nats-io/transport-node";
import { ConnectionLostError } from "./connect.js";
import type { Log } from "./stream.js";

/** A server that owes messages and sends nothing for this long does not answer any more. */
const SILENCE_MS = 5000;

/** How a server says how many messages of a pull are not coming (ADR-13). */
const PENDING_HEADER = "Nats-Pending-Messages";

export interface ConsumerName {
  stream: string;
  name: string;
}

/** How much a server is asked for at once. */
export interface PullSize {
  messages: number;
  /** Larger than any message, or that one would never be sent. */
  bytes: number;
}

/**
 * Reads what a pull consumer has at hand (ADR-13, `no_wait`), in order, and is one pull ahead of whoever reads, so
 * that the server sends while we work. Holds at most two pulls' worth of messages. The client library's own
 * ways hand messages out one at a time, at twice the cost, or without a bound.
 */
export class PullReader<T> {
  readonly #subject: string;
  readonly #inbox = createInbox();
  readonly #subscription: { unsubscribe(): void };
  readonly #stopWatching: () => void;
  #arrived: T[] = [];
  /** Messages that have been asked for, and neither came nor were refused. */
  #due = 0;
  /** Pulls so far: each has a subject of its own for what the server says of it. */
  #pulls = 0;
  #error: Error | undefined;
  #wake: () => void = () => undefined;

  /** @param take what is kept of a message, taken at once: of messages that wait, the heap is soon full */
  constructor(
    readonly log: Log,
    readonly consumer: ConsumerName,
    readonly size: PullSize,
    take: (message: Msg) => T,
  ) {
    this.#subject = `$JS.API.CONSUMER.MSG.NEXT.${consumer.stream}.${consumer.name}`;
    this.#subscription = log.nc.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error) this.#fail(error);
        // What the server says of a pull comes to the pull's subject, messages have their own.
        else if (message.subject.startsWith(this.#inbox)) this.#end(message);
        else {
          this.#due--;
          this.#arrived.push(take(message));
        }
        this.#wake();
      },
    });
    // What was under way then does not come any more, also when the connection is back.
    this.#stopWatching = log.connection.onLost(() => {
      this.#fail(new ConnectionLostError());
    });
  }

  /**
   * Some messages, as soon as there are any; none when the consumer has no more at hand.
   *
   * @throws ConnectionLostError when the connection is lost
   * @throws PullTimeoutError when the server falls silent
   */
  async next(): Promise<T[]> {
    if (this.#due <= this.size.messages / 2) this.#pull();
    if (this.#arrived.length === 0) await this.#something();
    if (this.#error) throw this.#error;
    const arrived = this.#arrived;
    this.#arrived = [];
    return arrived;
  }

  /** Leaves the consumer as it is. */
  close(): void {
    this.#stopWatching();
    this.#subscription.unsubscribe();
  }

  #pull(): void {
    const { messages, bytes } = this.size;
    const request = JSON.stringify({ batch: messages, max_bytes: bytes, no_wait: true });
    this.#due += messages;
    this.log.nc.publish(this.#subject, request, { reply: `${this.#inbox}.${++this.#pulls}` });
  }

  #end({ subject, headers }: Msg): void {
    // The newest pull ends last, and then nothing is due any more.
    const isNewest = subject === `${this.#inbox}.${this.#pulls}`;
    const pending = Number(headers?.get(PENDING_HEADER) ?? 0);
    this.#due = isNewest ? 0 : Math.max(0, this.#due - pending);
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#wake();
  }

  /** Resolves when there is something to return, or nothing is to come. */
  #something(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#fail(new PullTimeoutError());
      }, SILENCE_MS);
      this.#wake = () => {
        if (this.#arrived.length === 0 && this.#due > 0 && !this.#error) return;
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
      this.#wake();
    });
  }
}

/** The server has not answered a pull. */
export class PullTimeoutError extends Error {
  override readonly name = "PullTimeoutError";
  constructor() {
    super("the server does not answer a pull");
  }
}
