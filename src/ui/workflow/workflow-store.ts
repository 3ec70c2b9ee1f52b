import { RequestRefusedError } from "../../client/errors.js";
import { fetchStats } from "../../client/stats.js";
import type { WorkflowStats } from "../../projections/workflow-stats.js";
import type { Linked } from "../app/link.js";
import { Listeners } from "../app/listeners.js";
import { messageOf } from "../app/message-of.js";
import { server } from "../app/server.js";
import type { Link } from "../feed/link.js";
import { RunListStore, type RunList } from "../runs/run-list-store.js";
import { rangeOf, type Period, type TimeRange } from "./period.js";

export interface Numbers {
  range: TimeRange;
  /** Undefined: no run was created in that time, or it is not known yet. */
  stats: WorkflowStats | undefined;
  /** There are more runs than were counted. */
  isCut: boolean;
  /** What is shown is of another period, or nothing, until the answer comes. */
  isLoading: boolean;
  /** Why the numbers could not be had. */
  error: string | undefined;
}

/** More would not be told apart. */
const MAX_POINTS = 500;
/** The numbers are asked for again at most this often, and less often where the answer takes long. */
const AGAIN_MS = 1000;
const AGAIN_FACTOR = 20;
const RETRY_MS = 2000;

/**
 * The numbers of a workflow and its newest runs, kept up to date: the numbers are asked for again when a run
 * has begun or ended, and when the time has passed that they are of. Nothing is asked for while nothing happens.
 */
export class WorkflowStore implements Linked {
  readonly #workflowId: string;
  readonly #runs: RunListStore;
  readonly #listeners = new Listeners();
  #period: Period;
  #numbers: Numbers;
  #againMs = AGAIN_MS;
  #isAsking = false;
  /** Something has happened since the numbers were asked for. */
  #isOutdated = false;
  #request: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dueAt = Infinity;

  constructor(workflowId: string, period: Period) {
    this.#workflowId = workflowId;
    this.#period = period;
    this.#numbers = {
      range: rangeOf(period, Date.now()),
      stats: undefined,
      isCut: false,
      isLoading: true,
      error: undefined,
    };
    const filter = { status: undefined, text: undefined, since: undefined, after: undefined };
    this.#runs = new RunListStore({ ...filter, workflow: workflowId }, () => {
      // An answer that is slow to come is waited for, however much happens meanwhile.
      if (this.#isAsking) this.#isOutdated = true;
      else this.#askIn(this.#againMs);
    });
    this.#runs.subscribe(() => {
      this.#listeners.tell();
    });
  }

  start(): void {
    this.#runs.start();
    void this.#ask();
  }

  stop(): void {
    this.#runs.stop();
    this.#request?.abort();
    this.#cancel();
  }

  get link(): Link {
    return this.#runs.link;
  }

  get list(): RunList {
    return this.#runs.list;
  }

  get numbers(): Numbers {
    return this.#numbers;
  }

  readonly subscribe = this.#listeners.subscribe;

  reconnect(): void {
    this.#runs.reconnect();
    void this.#ask();
  }

  /** Asks for everything again at once. */
  retry(): void {
    this.#runs.refresh();
    void this.#ask();
  }

  /** Looks at another time. */
  show(period: Period): void {
    if (period === this.#period) return;
    this.#period = period;
    this.#show({ isLoading: true });
    void this.#ask();
  }

  #againIfOutdated(): void {
    if (this.#isOutdated) this.#askIn(this.#againMs);
  }

  #askIn(ms: number): void {
    const dueAt = performance.now() + ms;
    if (dueAt >= this.#dueAt) return;
    this.#cancel();
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      void this.#ask();
    }, ms);
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    this.#dueAt = Infinity;
  }

  async #ask(): Promise<void> {
    this.#cancel();
    this.#request?.abort();
    const { signal } = (this.#request = new AbortController());
    const { ms, bucketMs } = this.#period;
    const range = rangeOf(this.#period, Date.now());
    const began = performance.now();
    this.#isAsking = true;
    this.#isOutdated = false;
    try {
      const { workflows, isCut } = await fetchStats(server, {
        workflowId: this.#workflowId,
        since: new Date(range.since).toISOString(),
        until: new Date(range.until).toISOString(),
        buckets: ms / bucketMs,
        points: MAX_POINTS,
        consistent: this.#runs.cursor,
        signal,
      });
      if (signal.aborted) return;
      this.#isAsking = false;
      this.#againMs = Math.max(AGAIN_MS, AGAIN_FACTOR * (performance.now() - began));
      this.#show({ range, stats: workflows[0], isCut, isLoading: false, error: undefined });
      this.#askIn(range.until - Date.now());
      this.#againIfOutdated();
    } catch (error) {
      if (signal.aborted) return;
      this.#isAsking = false;
      this.#show({ isLoading: false, error: messageOf(error) });
      // The same question would be refused again.
      if (!(error instanceof RequestRefusedError)) this.#askIn(RETRY_MS);
    }
  }

  #show(change: Partial<Numbers>): void {
    this.#numbers = { ...this.#numbers, ...change };
    this.#listeners.tell();
  }
}
