import { framesOf } from "../../coordinator/coordinator.js";
import type { Delivery } from "../../coordinator/feed.js";
import type { EndFrame, OpenFrame } from "../../wire/frame.js";
import type { ServerMessage } from "../../wire/socket.js";
import { eventsMessage } from "./events-message.js";
import type { SocketOutflow } from "./socket-outflow.js";
import type { Source } from "./source.js";

/** One of the streams that a socket carries. Nothing of it is sent once it is over. */
export class Subscription {
  /** Moves the position that the server keeps, once the stream is open; undefined where it keeps none. */
  ack: Extract<Source, { outcome: "open" }>["ack"];
  readonly #outflow: SocketOutflow;
  readonly #over = new AbortController();
  #events = 0;

  constructor(
    /** The client's name for it. */
    readonly name: string,
    outflow: SocketOutflow,
  ) {
    this.#outflow = outflow;
  }

  /** Aborts when it is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get events(): number {
    return this.#events;
  }

  end(): void {
    this.#over.abort();
  }

  /**
   * Sends what comes, and takes no more from the stream than the socket takes from it. Returns the frame
   * that ends the stream, unsent, where one does.
   */
  async pump(
    source: Extract<Source, { outcome: "open" }>,
    epoch: string,
  ): Promise<EndFrame | undefined> {
    for await (const frame of framesOf(source, this.over)) {
      if (frame.kind === "end") return frame;
      await this.#outflow.send(() => {
        if (this.over.aborted) return undefined;
        if (frame.kind !== "events") return [told(this.name, frame)];
        this.#events += frame.records.length;
        return eventsMessage(this.name, frame, epoch);
      });
      if (this.over.aborted) return undefined;
    }
    return undefined;
  }
}

/** A control frame as a message. */
export function told(
  sub: string,
  { kind, ...rest }: Exclude<OpenFrame | Delivery, { kind: "events" }>,
): Buffer {
  return textOf({ op: kind, sub, ...rest } as ServerMessage);
}

export function textOf(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}
