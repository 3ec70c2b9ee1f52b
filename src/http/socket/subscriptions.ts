import type { Logger } from "pino";
import { problem, ProblemError, type Problem } from "../../wire/problem.js";
import type {
  AckMessage,
  ClientMessage,
  ErrorMessage,
  SubscribeMessage,
  UnsubscribeMessage,
} from "../../wire/socket.js";
import { cursorFrom } from "../parameters.js";
import { internalProblem, problemOf } from "../problem-reply.js";
import type { Serving } from "../serving.js";
import { badMember, hear } from "./client-message.js";
import type { SocketOutflow } from "./socket-outflow.js";
import { openSource } from "./source.js";
import { subscribeRequestOf, type SubscribeRequest } from "./subscribe-request.js";
import { Subscription, textOf, told } from "./subscription.js";

/** How long a client that finds no place for another stream stays away. */
const FULL_RETRY_MS = 30_000;

/** How long a client waits before it subscribes again to what broke off. */
const RETRY_MS = 2000;

/** The subscriptions of a socket, and what its client says about them. */
export class Subscriptions {
  readonly #outflow: SocketOutflow;
  readonly #serving: Serving;
  readonly #log: Logger;
  readonly #requestId: string;
  readonly #open = new Map<string, Subscription>();
  #opened = 0;
  #events = 0;

  constructor(
    outflow: SocketOutflow,
    serving: Serving,
    { log, requestId }: { log: Logger; requestId: string },
  ) {
    this.#outflow = outflow;
    this.#serving = serving;
    this.#log = log;
    this.#requestId = requestId;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Subscriptions that were opened, and events sent on those that are over. */
  get totals(): { subscriptions: number; events: number } {
    return { subscriptions: this.#opened, events: this.#events };
  }

  /** Does what a message says, or tells the client what is wrong with it. */
  take(value: unknown): void {
    const heard = hear(value);
    try {
      if (!heard.ok) throw new ProblemError(heard.problem);
      this.#obey(heard.message);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      this.#refuse(heard.about, error.problem);
    }
  }

  /** Ends all of them, silently. */
  end(): void {
    for (const subscription of [...this.#open.values()]) this.#drop(subscription);
  }

  /** @throws ProblemError */
  #obey(message: ClientMessage): void {
    switch (message.op) {
      case "subscribe":
        this.#subscribe(message);
        break;
      case "unsubscribe":
        this.#unsubscribe(message);
        break;
      case "ack":
        this.#ack(message);
        break;
      case "auth":
        throw new ProblemError(badMember("/op", "Nobody has to authenticate here"));
    }
  }

  #subscribe(message: SubscribeMessage): void {
    const { sub } = message;
    const { streams, config } = this.#serving;
    const { maxSubscriptionsPerSocket: most } = config.http;
    if (this.#open.has(sub)) {
      throw new ProblemError(badMember("/sub", `${sub} is in use: choose another name`));
    }
    const wanted = subscribeRequestOf(message);
    if (this.#open.size >= most) {
      const detail = `${most} subscriptions are open on this socket, which is as many as are allowed.`;
      throw new ProblemError(problem("too-many-streams", detail));
    }
    if (!streams.enter()) {
      throw new ProblemError(streams.tooMany(FULL_RETRY_MS));
    }
    const subscription = new Subscription(sub, this.#outflow);
    this.#open.set(sub, subscription);
    this.#opened++;
    void this.#serve(subscription, wanted).finally(() => {
      streams.leave();
    });
  }

  async #serve(subscription: Subscription, wanted: SubscribeRequest): Promise<void> {
    const { name, over } = subscription;
    let lastWords: Buffer;
    try {
      const source = await openSource(this.#serving, wanted, over);
      if (source.outcome === "open") subscription.ack = source.ack;
      const end =
        source.outcome === "open" &&
        (await subscription.pump(source, this.#serving.gateway.log.epoch));
      lastWords = end
        ? told(name, end)
        : textOf({ op: "unsubscribed", sub: name, reason: "complete" });
    } catch (error) {
      // Once it is over, whatever fails is of no consequence.
      if (over.aborted) return;
      lastWords = textOf(this.#failureOf(name, error));
    }
    await this.#outflow.send(() => {
      if (over.aborted) return undefined;
      this.#drop(subscription);
      return [lastWords];
    });
  }

  #failureOf(sub: string, error: unknown): ErrorMessage {
    const known = problemOf(error);
    if (known && known.status < 500) {
      const about = { op: "subscribe", sub } as const;
      return { op: "error", sub, about, problem: known, retryable: false };
    }
    this.#log.error({ err: error }, "a subscription broke off");
    const found = known ?? internalProblem(this.#requestId);
    const retryAfterMs = found.retryAfterMs ?? RETRY_MS;
    return { op: "error", sub, problem: found, retryable: true, retryAfterMs };
  }

  #unsubscribe({ sub }: UnsubscribeMessage): void {
    const subscription = this.#subscriptionOf(sub);
    this.#drop(subscription);
    this.#reply(textOf({ op: "unsubscribed", sub, reason: "asked" }));
  }

  #ack({ sub, cursor }: AckMessage): void {
    const { ack } = this.#subscriptionOf(sub);
    const position = cursorFrom(cursor, "/cursor");
    if (!ack) throw new ProblemError(badMember("/sub", `${sub} is not durable`));
    ack(position).catch((error: unknown) => {
      const found = problemOf(error);
      if (!found) this.#log.error({ err: error }, "an acknowledgement failed");
      this.#refuse({ op: "ack", sub }, found ?? internalProblem(this.#requestId));
    });
  }

  #subscriptionOf(sub: string): Subscription {
    const subscription = this.#open.get(sub);
    if (subscription) return subscription;
    const detail = `There is no subscription ${sub}, or none any more.`;
    throw new ProblemError(problem("not-found", detail, { pointer: "/sub" }));
  }

  #drop(subscription: Subscription): void {
    subscription.end();
    this.#events += subscription.events;
    this.#open.delete(subscription.name);
  }

  #refuse(about: NonNullable<ErrorMessage["about"]>, found: Problem): void {
    const { sub } = about;
    const { retryAfterMs } = found;
    const message: ErrorMessage = {
      op: "error",
      ...(sub !== undefined && !this.#open.has(sub) && { sub }),
      about,
      problem: found,
      retryable: retryAfterMs !== undefined,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
    this.#reply(textOf(message));
  }

  #reply(text: Buffer): void {
    void this.#outflow.send(() => [text]);
  }
}
