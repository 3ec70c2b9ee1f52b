import type { ConnectionOptions } from "../../client/connection.js";
import type { EventFilter } from "../../wire/event-filter.js";
import type { EventEnvelope } from "../../envelope/envelope.js";
import { Listeners } from "../app/listeners.js";
import { Feed } from "../feed/feed.js";
import { FrameBatch } from "../feed/frame-batch.js";
import type { Link } from "../feed/link.js";
import { gapText } from "../run/note.js";

/** What is kept; of more, the oldest are let go. */
export const MAX_EVENTS = 10_000;

/** The events of a timeline that pass a filter, as they are now. */
export interface Events {
  /** In the order of the log, at most the newest 10,000. Another array whenever there are others. */
  events: readonly EventEnvelope[];
  /** Everything that has happened so far is among them. */
  isCaughtUp: boolean;
  /** How the connection stands; in state `error` with a message for people. */
  link: Link;
  /** What is missing, in words, where retention or a purge has taken something. */
  gap: string | undefined;
}

/** Follows what passes a filter, which the server applies. */
export class EventsStore {
  readonly #feed: Feed;
  readonly #batch = new FrameBatch(() => {
    this.#publish();
  });
  readonly #listeners = new Listeners();
  #coming: EventEnvelope[] = [];
  #gap: string | undefined;
  #now: Events;

  constructor(server: ConnectionOptions, scope: string, filter: EventFilter | undefined) {
    this.#feed = new Feed(server, {
      scope,
      from: "start",
      ...(filter && { filter }),
      take: (frame) => {
        if (frame.kind === "event") this.#coming.push(frame.event);
        if (frame.kind !== "gap") return;
        this.#gap = gapText(frame);
        // Nothing of the log before goes on in another one.
        if (frame.reason === "epoch") this.#forget();
      },
      onChange: () => {
        this.#batch.ask();
      },
    });
    this.#now = { events: [], isCaughtUp: false, link: this.#feed.link, gap: undefined };
  }

  readonly subscribe = this.#listeners.subscribe;

  readonly now = (): Events => this.#now;

  start(): void {
    void this.#feed.run();
  }

  stop(): void {
    this.#feed.stop();
    this.#batch.stop();
  }

  #forget(): void {
    this.#coming = [];
    this.#now = { ...this.#now, events: [] };
  }

  #publish(): void {
    const { isLive, link } = this.#feed;
    let { events } = this.#now;
    if (this.#coming.length > 0) events = [...events, ...this.#coming].slice(-MAX_EVENTS);
    this.#coming = [];
    this.#now = { events, isCaughtUp: isLive, link, gap: this.#gap };
    this.#listeners.tell();
  }
}
