import { LRUCache } from "lru-cache";
import { parseEnvelope } from "../envelope/parse.js";
import type { TimelineState } from "../projections/timeline-state.js";
import {
  applyToTimeline,
  initialTimeline,
  timelineState,
  type Timeline,
} from "../projections/timeline.js";
import type { History } from "./history.js";

export interface Snapshot {
  state: TimelineState;
  /** Everything up to this sequence is in it. */
  sequence: number;
}

/** A timeline, and what it added up to when somebody last looked. */
interface Kept {
  timeline: Timeline;
  snapshot: Snapshot;
}

/** The states of the timelines that are looked at: each is folded once, and then only brought up to date. */
export class Snapshots {
  readonly #latest: LRUCache<string, Kept>;
  readonly #underWay = new Map<string, Promise<Snapshot>>();

  constructor(
    readonly history: History,
    /** How many timelines are kept; the least recently used one goes first. */
    capacity: number,
  ) {
    this.#latest = new LRUCache({ max: capacity });
  }

  /** The state of a timeline as of now. */
  async current(tenant: string, path: string): Promise<Snapshot> {
    const key = `${tenant} ${path}`;
    const underWay = this.#underWay.get(key) ?? this.#update(key, tenant, path);
    this.#underWay.set(key, underWay);
    try {
      return await underWay;
    } finally {
      this.#underWay.delete(key);
    }
  }

  async #update(key: string, tenant: string, path: string): Promise<Snapshot> {
    const kept = this.#latest.get(key);
    // Not kept until the fold is through: events are taken in place, and one that broke off would be a
    // state between two sequences.
    this.#latest.delete(key);
    const timeline = kept?.timeline ?? initialTimeline(path);
    let sequence = kept?.snapshot.sequence ?? 0;
    let isNews = !kept;
    const live = this.history.hub.position;
    // Whoever waits for it may go away; the fold is for the next one too.
    const { signal } = new AbortController();
    const request = { tenant, path, after: sequence, signal };
    for await (const { records } of this.history.read(request)) {
      for (const record of records) {
        applyToTimeline(timeline, parseEnvelope(record.bytes), record.sequence);
        sequence = record.sequence;
        isNews = true;
      }
    }
    const snapshot = {
      state: kept && !isNews ? kept.snapshot.state : timelineState(timeline),
      sequence: Math.max(sequence, live),
    };
    this.#latest.set(key, { timeline, snapshot });
    return snapshot;
  }
}
