import { RequestError, type Msg } from "@nats-io/transport-node";
import type { Log } from "./stream.js";
import type { SubscriptionKey } from "./subscription.js";

/** How long a gateway may take to answer for a reader that it has. */
const ANSWER_MS = 5000;

/** What is said about a subscription on its subject; whoever listens there has its reader. */
type Message =
  /** Is there a reader? Answered by the one that is. */
  | { op: "ask" }
  /** Everything up to a sequence has been dealt with. Answered when the server knows. */
  | { op: "ack"; sequence: number }
  /** Someone has begun to listen, and means to read. */
  | { op: "claim"; id: string }
  /** Answer to a claim: there is one who came first. */
  | { op: "taken"; id: string };

export type ReaderAnswer = { outcome: "done" } | { outcome: "failed" };

/** The right to read a subscription, while its signal is not aborted. */
export interface ReaderClaim {
  /** Aborted when another reader turns out to have come first. */
  lost: AbortSignal;
  release(): void;
}

/**
 * Makes this gateway the one that reads a subscription, or undefined when another reader is there.
 *
 * Readers listen on a subject of core NATS, so that asking whether there is one is a request that is
 * answered at once, and a reader whose process or connection dies is gone with it: no lease has to run
 * out. Two that begin at the same moment may both hear nothing; then each hears the claim of the other, or
 * one of them does, and either way both know which id is the lower, and so came first. Should claims be
 * lost altogether, what a reader is delivered tells it (SharedSubscriptionError).
 *
 * @param onAck stores an acknowledgement that came to another gateway
 */
export async function claimReader(
  log: Log,
  key: SubscriptionKey,
  onAck: (sequence: number) => Promise<void>,
): Promise<ReaderClaim | undefined> {
  if (await askReader(log, key, { op: "ask" })) return undefined;
  const subject = subjectOf(log, key);
  const id = newClaimId();
  const lost = new AbortController();
  const tell = (message: Message) => {
    log.nc.publish(subject, JSON.stringify(message));
  };
  const hear = (said: Msg) => {
    const message = said.json<Message>();
    const reply = (answer: ReaderAnswer) => said.respond(JSON.stringify(answer));
    switch (message.op) {
      case "ask":
        reply({ outcome: "done" });
        break;
      case "ack":
        onAck(message.sequence).then(
          () => reply({ outcome: "done" }),
          () => reply({ outcome: "failed" }),
        );
        break;
      case "claim":
        if (message.id < id) lost.abort();
        else if (message.id > id) tell({ op: "taken", id: message.id });
        break;
      case "taken":
        if (message.id === id) lost.abort();
        break;
    }
  };
  const listening = log.nc.subscribe(subject, {
    callback: (error, message) => {
      if (error === null) hear(message);
    },
  });
  tell({ op: "claim", id });
  return {
    lost: lost.signal,
    release: () => {
      // Questions that are under way are still answered: their sender would wait in vain. Without a
      // connection there are none, and the client must not come back to listen here.
      if (log.connection.isConnected) listening.drain().catch(() => undefined);
      else listening.unsubscribe();
    },
  };
}

/**
 * Asks, or tells, whoever reads a subscription; undefined when nobody does.
 *
 * @throws TimeoutError when its gateway does not answer
 */
export async function askReader(
  log: Log,
  key: SubscriptionKey,
  message: Extract<Message, { op: "ask" | "ack" }>,
): Promise<ReaderAnswer | undefined> {
  try {
    const request = log.nc.request(subjectOf(log, key), JSON.stringify(message), {
      timeout: ANSWER_MS,
    });
    return (await log.connection.answer(request)).json<ReaderAnswer>();
  } catch (error) {
    if (error instanceof RequestError && error.isNoResponders()) return undefined;
    throw error;
  }
}

function subjectOf({ stream }: Log, { tenant, name }: SubscriptionKey): string {
  return `runtrail.${stream}.readers.${tenant}.${name}`;
}

/** Later ones are greater, as far as clocks agree; no two are the same. */
function newClaimId(): string {
  return `${Date.now().toString(36).padStart(9, "0")}-${crypto.randomUUID()}`;
}
