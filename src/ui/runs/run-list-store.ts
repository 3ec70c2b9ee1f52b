import type { ClientFrame, EventFrame } from "../../client/client-frame.js";
import { UnavailableError } from "../../client/errors.js";
import { fetchRuns, type RunsPage } from "../../client/state.js";
import { troubleText } from "../../client/trouble-text.js";
import type { RunSummary } from "../../projections/run-summary.js";
import type { Linked } from "../app/link.js";
import { Listeners } from "../app/listeners.js";
import { messageOf } from "../app/message-of.js";
import { server } from "../app/server.js";
import { Feed } from "../feed/feed.js";
import { FrameBatch } from "../feed/frame-batch.js";
import type { Link } from "../feed/link.js";
import { LiveRun } from "./live-run.js";
import { queryOf, statusesOf, type RunsFilter } from "./runs-filter.js";

export interface RunList {
  runs: readonly RunSummary[];
  /** Where the next page begins; null: there is none. */
  next: string | null;
  /** What is listed is that of another filter, until the answer comes. */
  isLoading: boolean;
  /** Why the list could not be had, or newer runs may be missing from it. */
  error: string | undefined;
}

const PAGE = 50;
/** The list is asked for again at most this often while runs come and go. */
const AGAIN_MS = 500;
const RETRY_MS = 2000;
/** Runs that are known not to be on the page; beyond it they are asked for once more. */
const MAX_PASSED_OVER = 10_000;

/**
 * A page of runs that keeps itself up to date: what happens to a run that is listed is folded into it, and the
 * page is asked for again when another run may belong on it. One stream, of the events of runs alone.
 */
export class RunListStore implements Linked {
  readonly #feed: Feed;
  readonly #batch = new FrameBatch(() => {
    this.#publish();
  });
  readonly #listeners = new Listeners();
  readonly #onNews: () => void;
  #filter: RunsFilter;
  #runs = new Map<string, LiveRun>();
  readonly #passedOver = new Set<string>();
  #list: RunList = { runs: [], next: null, isLoading: true, error: undefined };
  #hasChanged = false;
  /** What is asked for must not be older. */
  #cursor: string | undefined;
  #request: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onNews called when any run has begun, gone on or ended, its progress apart, or may have unseen */
  constructor(filter: RunsFilter, onNews: () => void = () => undefined) {
    this.#filter = filter;
    this.#onNews = onNews;
    this.#feed = new Feed(server, {
      scope: "",
      from: "now",
      filter: { type: ["run.*"] },
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
    this.refresh();
  }

  stop(): void {
    this.#feed.stop();
    this.#batch.stop();
    this.#request?.abort();
    clearTimeout(this.#timer);
  }

  get link(): Link {
    return this.#feed.link;
  }

  /** The newest position that has come in. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  get list(): RunList {
    return this.#list;
  }

  readonly subscribe = this.#listeners.subscribe;

  reconnect(): void {
    this.#feed.reconnect();
    this.refresh();
  }

  /** Asks for the page again at once. */
  refresh(): void {
    void this.#ask();
  }

  /** Lists other runs. */
  show(filter: RunsFilter): void {
    if (JSON.stringify(filter) === JSON.stringify(this.#filter)) return;
    this.#filter = filter;
    this.#list = { ...this.#list, isLoading: true };
    this.#publish();
    this.refresh();
  }

  #take(frame: ClientFrame): void {
    if ("cursor" in frame) this.#cursor = frame.cursor;
    // What happened between the first answer and the stream's beginning is in neither.
    if (frame.kind === "open" || frame.kind === "gap") {
      this.#askSoon(0);
      this.#onNews();
    }
    // In another log sequences begin anew: what is listed cannot be compared with it.
    if (frame.kind === "gap" && frame.reason === "epoch") this.#runs.clear();
    if (frame.kind === "event") this.#takeEvent(frame);
  }

  #takeEvent(frame: EventFrame): void {
    const { scope, type } = frame.event;
    if (type !== "run.progress") this.#onNews();
    const run = this.#runs.get(scope);
    if (run) {
      const before = run.summary.status;
      if (!run.take(frame)) return;
      this.#hasChanged = true;
      const { status } = run.summary;
      if (status !== before && statusesOf(this.#filter.status).length > 0) this.#askSoon(AGAIN_MS);
    } else if (type !== "run.progress" || !this.#passedOver.has(scope)) {
      if (this.#passedOver.size > MAX_PASSED_OVER) this.#passedOver.clear();
      this.#passedOver.add(scope);
      this.#askSoon(AGAIN_MS);
    }
  }

  #askSoon(ms: number): void {
    this.#timer ??= setTimeout(() => {
      void this.#ask();
    }, ms);
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#request?.abort();
    const { signal } = (this.#request = new AbortController());
    try {
      const { runs, next, error } = await this.#read(signal);
      if (signal.aborted) return;
      this.#runs = new Map(runs.map((run) => [run.scope, this.#newerOf(run)]));
      this.#list = { runs: [], next, isLoading: false, error };
      this.#hasChanged = true;
      if (error !== undefined) this.#askSoon(RETRY_MS);
    } catch (error) {
      if (signal.aborted) return;
      this.#list = { ...this.#list, isLoading: false, error: messageOf(error) };
      this.#askSoon(RETRY_MS);
    }
    this.#publish();
  }

  /** The page; where the server cannot answer as of what has come in, as of whenever it can, and why. */
  async #read(signal: AbortSignal): Promise<RunsPage & { error: string | undefined }> {
    let error: string | undefined;
    const onTrouble = (state: string) => {
      error = troubleText(state);
    };
    const query = { ...queryOf(this.#filter), limit: PAGE, signal, onTrouble };
    const consistent = this.#cursor;
    try {
      const page = await fetchRuns(server, { ...query, consistent });
      return { ...page, error };
    } catch (cause) {
      // What is refused would be refused again.
      if (!(cause instanceof UnavailableError) || consistent === undefined) throw cause;
      error = messageOf(cause);
      const page = await fetchRuns(server, query);
      return { ...page, error };
    }
  }

  /** What has come in by stream meanwhile is not taken back. */
  #newerOf(run: RunSummary): LiveRun {
    const known = this.#runs.get(run.scope);
    const isNewer = (known?.summary.lastSequence ?? 0) > (run.lastSequence ?? 0);
    return known && isNewer ? known : new LiveRun(run);
  }

  #publish(): void {
    if (this.#hasChanged) {
      const runs = [...this.#runs.values()].map(({ summary }) => summary);
      this.#list = { ...this.#list, runs };
      this.#hasChanged = false;
    }
    this.#listeners.tell();
  }
}
