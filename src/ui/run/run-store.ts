import type { ClientFrame, EventFrame } from "../../client/client-frame.js";
import type { ConnectionOptions } from "../../client/connection.js";
import type { TimelineState } from "../../projections/timeline-state.js";
import { rollUp } from "../../projections/timeline-state.js";
import { applyToTimeline, initialTimeline, type Timeline } from "../../projections/timeline.js";
import type { EndFrame, OpenFrame } from "../../wire/frame.js";
import { correlationIn } from "../../wire/timeline.js";
import type { Linked } from "../app/link.js";
import { Listeners } from "../app/listeners.js";
import { Feed } from "../feed/feed.js";
import { FrameBatch, LIVE_SHARE } from "../feed/frame-batch.js";
import type { Link } from "../feed/link.js";
import { Keyframes } from "./keyframes.js";
import { Lines } from "./lines.js";
import { droppedText, gapText, type Note } from "./note.js";
import { Records } from "./records.js";
import type { RunView } from "./run-view.js";

/** At most so often the state is made of those of all scopes, and never for more than a tenth of the time. */
const STATE_MS = 100;

/** Of the time while history comes in: drawn on its way, it would be there much later. */
const LOADING_SHARE = 1 / 10;

/** More are not kept; whoever has so many knows that much is missing. */
const MAX_NOTES = 1000;

/**
 * A timeline that is open in this tab: its events, its log lines, and the state that they add up to, from the
 * start of its history on and while it goes on. All views of it read from here.
 */
export class RunStore implements Linked, RunView {
  records = new Records();
  lines = new Lines();
  notes: Note[] = [];
  /** What the newest gap means. */
  gap: string | undefined;
  /** The places of the events before which others are missing. */
  gaps: number[] = [];
  /** The states of all its scopes, which change in place. */
  timeline: Timeline;
  /** What they were before. */
  keyframes: Keyframes;
  readonly past = undefined;
  /** Of the timeline of a correlation. */
  readonly correlationId: string | undefined;
  readonly #feed: Feed;
  readonly #batch = new FrameBatch(
    () => {
      this.#publish();
    },
    () => (this.#feed.isLive || this.#recordEnd === 0 ? LIVE_SHARE : LOADING_SHARE),
  );
  readonly #listeners = new Listeners();
  #version = 0;
  /** As of the newest version: what comes in between is not drawn yet, whatever else is drawn. */
  #recordEnd = 0;
  #lineEnd = 0;
  #isCaughtUp = false;
  #state: TimelineState | undefined;
  /** What the server made of history, until it has come in here too. */
  #snapshot: TimelineState | undefined;
  #hasNewState = false;
  #stateDueAt = 0;
  #end: EndFrame | undefined;
  #cursor: string | undefined;
  #newestAt: number | undefined;
  #firstCorrelationId: string | undefined;

  /** @param path a scope, or `correlations/<id>` */
  constructor(
    readonly path: string,
    server: ConnectionOptions,
  ) {
    this.correlationId = correlationIn(path);
    // A correlation has no events of its own: all scopes are below nothing.
    this.timeline = initialTimeline(this.#root);
    this.keyframes = new Keyframes(this.timeline);
    this.#feed = new Feed(server, {
      scope: path,
      from: "start",
      snapshot: this.correlationId === undefined,
      take: (frame) => {
        this.#take(frame);
      },
      onChange: () => {
        this.#batch.ask();
      },
    });
  }

  start(): void {
    void this.#feed.run();
  }

  stop(): void {
    this.#feed.stop();
    this.#batch.stop();
  }

  get link(): Link {
    return this.#feed.link;
  }

  /** Everything that has happened so far is here. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** It has ended, and everything is here. */
  get hasEnded(): boolean {
    return this.#end !== undefined || this.link.state === "closed";
  }

  get recordEnd(): number {
    return this.#recordEnd;
  }

  get lineEnd(): number {
    return this.#lineEnd;
  }

  /** Where it has got to. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** The correlation id of its first event. */
  get firstCorrelationId(): string | undefined {
    return this.#firstCorrelationId;
  }

  /** What it adds up to; undefined where nothing is known. Another object whenever it is another one. */
  get state(): TimelineState | undefined {
    return this.isCaughtUp ? this.#state : (this.#snapshot ?? this.#state);
  }

  /** Another number whenever anything has changed. */
  readonly version = (): number => this.#version;

  readonly subscribe = this.#listeners.subscribe;

  reconnect(): void {
    this.#feed.reconnect();
  }

  #take(frame: ClientFrame): void {
    if ("cursor" in frame) this.#cursor = frame.cursor;
    switch (frame.kind) {
      case "event":
        this.#takeEvent(frame);
        return;
      case "open":
        this.#snapshot ??= snapshotOf(frame);
        return;
      case "gap":
        // Sequences begin anew in another log, and nothing of the one before goes on in it.
        if (frame.reason === "epoch") this.#forget();
        if (this.gaps.length < MAX_NOTES) this.gaps.push(this.records.end);
        this.gap = gapText(frame);
        this.#note(this.gap);
        return;
      case "end":
        this.#end = frame;
        return;
      case "caught-up":
      case "checkpoint":
        return;
    }
  }

  get #root(): string {
    return this.correlationId === undefined ? this.path : "";
  }

  #forget(): void {
    this.records = new Records();
    this.lines = new Lines();
    this.notes = [];
    this.gaps = [];
    this.#recordEnd = 0;
    this.#lineEnd = 0;
    this.timeline = initialTimeline(this.#root);
    this.keyframes = new Keyframes(this.timeline);
    this.#state = undefined;
    this.#snapshot = undefined;
    this.#end = undefined;
    this.#firstCorrelationId = undefined;
    this.#hasNewState = false;
  }

  #takeEvent(frame: EventFrame): void {
    const { event, sequence } = frame;
    this.#firstCorrelationId ??= event.correlationId;
    applyToTimeline(this.timeline, event, sequence);
    this.#hasNewState = true;
    if (event.type === "log.appended") this.lines.add(event, this.records.end);
    if (event.type === "log.truncated") this.#note(droppedText(event));
    this.records.add(frame);
    this.keyframes.offer(this.records.end, this.records.first, this.timeline);
    if (this.#feed.isLive) this.#newestAt = Date.parse(event.occurredAt);
  }

  #note(text: string): void {
    if (this.notes.length >= MAX_NOTES) return;
    this.notes.push({ line: this.lines.end, record: this.records.end, text });
  }

  #publish(): void {
    if (this.#newestAt !== undefined) {
      this.#feed.lagMs = Date.now() - this.#newestAt;
      this.#newestAt = undefined;
    }
    this.#isCaughtUp = this.#feed.isLive;
    this.#foldState();
    this.#recordEnd = this.records.end;
    this.#lineEnd = this.lines.end;
    this.#version++;
    this.#listeners.tell();
  }

  #foldState(): void {
    if (!this.#hasNewState) return;
    const start = performance.now();
    const isLast = this.hasEnded || (this.isCaughtUp && this.#state === undefined);
    if (start < this.#stateDueAt && !isLast) {
      this.#batch.ask();
      return;
    }
    this.#state = rollUp(this.timeline.own, Object.values(this.timeline.below));
    this.#hasNewState = false;
    const end = performance.now();
    this.#stateDueAt = end + Math.max(STATE_MS, 9 * (end - start));
  }
}

/** The state that a stream begins with; undefined where there is nothing yet that it could be of. */
function snapshotOf({ snapshot }: OpenFrame): TimelineState | undefined {
  const { state } = (snapshot ?? {}) as { state?: TimelineState };
  return state && state.total.counts.events > 0 ? state : undefined;
}
