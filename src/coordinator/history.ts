import { readBounds, recentBounds, type LogBounds } from "../log/bounds.js";
import { readHistory } from "../log/history.js";
import type {
  HistoryIndex,
  HistoryPiece,
  HistoryQuery,
  IndexFilter,
} from "../log/history-index.js";
import type { LogRecord } from "../log/record.js";
import type { Log } from "../log/stream.js";
import { Turns } from "../log/turns.js";
import { isUnavailable } from "../log/unavailable.js";
import { correlationIn, type TimelinePath } from "../wire/timeline.js";
import { End } from "./end.js";
import { timelineKey, type Hub } from "./hub.js";

export interface HistoryRequest {
  tenant: string;
  path: TimelinePath;
  /** Everything up to and including this sequence is left out. */
  after: number;
  /** Everything up to here must come, more may; default: the newest event that the log's leader knows of. */
  through?: number;
  /** What the index need not give out. Others may come that do not meet it, but for its `text`. */
  filter?: IndexFilter | undefined;
  signal: AbortSignal;
}

/** What only an index knows was asked for, and it cannot answer now. */
export class IndexAwayError extends Error {
  override readonly name = "IndexAwayError";
}

export interface BackwardRequest {
  tenant: string;
  path: TimelinePath;
  /** This sequence and everything after it is left out; Infinity: the end of the log. */
  before: number;
  /** As far back as this sequence is looked, itself left out; default: to the start of the log. */
  after?: number;
  /** As in a {@link HistoryRequest}. */
  filter?: IndexFilter | undefined;
  signal: AbortSignal;
}

/** Some events of a timeline, in the order of reading. */
export interface HistoryPart {
  /** Of a correlation others may be among them, where it is read from the log: subjects do not know it. */
  records: readonly LogRecord[];
  /** All of the timeline from where reading began up to and including this sequence has come. */
  reached: number;
  /** Only some events of their scopes are there, so that their indices do not tell whether one was lost. */
  isSparse: boolean;
  /** Trimming has overtaken reading: what there was between the part before and this sequence is gone. */
  lostBefore?: number | undefined;
}

/** How much comes at first, so that it comes soon, and then. */
const FIRST_BYTES = 16 * 1024;
const NEXT_BYTES = 128 * 1024;

/** So many are read from the log at once, each with some megabytes ahead; the others wait. */
const FROM_LOG_AT_ONCE = 32;

/** So long what the log has trimmed or lost may still be delivered. */
const BOUNDS_AGE_MS = 1000;

/** Sequences of the log that are read at first when it is read backward, and how many times as many the next time. */
const FIRST_REACH = 1000;
const REACH_FACTOR = 16;

/**
 * What timelines hold, from wherever it can be had soonest: an index, as far as that has got; the newest part
 * from memory where that reaches back so far; and from the log itself what neither has. An index that is behind,
 * is gone or is made anew at any moment makes reading slower, and nothing else.
 *
 * What the log has trimmed or lost counts as gone, also where the index still has it.
 */
export class History {
  /** Of those who read from the log. */
  readonly turns = new Turns(FROM_LOG_AT_ONCE);

  constructor(
    readonly log: Log,
    readonly hub: Hub,
    /** Undefined where there is none. */
    readonly index: HistoryIndex | undefined,
  ) {}

  /**
   * What a timeline holds after a sequence, in order. Reads no faster than it is iterated over, and ends where
   * the request says, or for a text as far as the index has got; waits while NATS is away.
   *
   * @throws IndexAwayError where a text is wanted
   */
  async *read(request: HistoryRequest): AsyncGenerator<HistoryPart> {
    const { tenant, path, after, filter, signal } = request;
    let reached = after;
    const bounds = await this.#indexedBounds(request.through !== undefined);
    if (bounds) {
      const through = request.through ?? bounds.last;
      const from = Math.max(after + 1, bounds.first);
      for await (const part of this.#indexed({ tenant, path, from, to: through, filter }, signal)) {
        yield part;
        reached = part.reached;
      }
      if (filter?.text && reached >= Math.min(through, this.index?.position ?? Infinity)) return;
      if (filter?.text) throw new IndexAwayError();
      for (const part of this.#recent(tenant, path, reached, through)) {
        yield part;
        reached = part.reached;
      }
      if (reached >= through) return;
    }
    if (signal.aborted) return;
    if (filter?.text) throw new IndexAwayError();
    const rest = { tenant, path: logPathOf(path), after: reached, signal };
    for await (const records of readHistory(this.log, rest, this.turns)) {
      yield { records, reached: records.at(-1)?.sequence ?? reached, isSparse: false };
    }
  }

  /**
   * What a timeline holds before a sequence, newest first; up to the newest event at the call. Where it must be
   * read from the log, parts may be empty: they tell how far reading has got.
   *
   * @throws ConnectionLostError while NATS is away; IndexAwayError where a text is wanted
   */
  async *readBackward(request: BackwardRequest): AsyncGenerator<HistoryPart> {
    const { tenant, path, filter, after = 0, signal } = request;
    const { first: oldest, last, hasHoles } = await readBounds(this.log);
    const first = Math.max(oldest, after + 1);
    let index = hasHoles ? undefined : this.index;
    let to = Math.min(request.before - 1, last);
    // What the index has not got to is left out: it is told how far the answer goes.
    if (filter?.text) to = Math.min(to, index?.position ?? 0);
    let reach = FIRST_REACH;
    let bytes = FIRST_BYTES;
    while (to >= first && !signal.aborted) {
      if (index && index.position >= to) {
        const query = {
          tenant,
          path,
          from: first,
          to,
          filter,
          order: "descending",
          bytes,
        } as const;
        const piece: HistoryPiece | undefined = await index.read(query, signal);
        if (piece && piece.reached <= to) {
          yield { ...piece, isSparse: isSparse(path) };
          to = piece.reached - 1;
          bytes = NEXT_BYTES;
        } else index = undefined;
        continue;
      }
      if (filter?.text) throw new IndexAwayError();
      // No further back than to where the index begins.
      const from = Math.max(first, to - reach + 1, (index?.position ?? 0) + 1);
      const end = await this.#endOf({ tenant, path, signal }, from, to);
      if (!end) return;
      yield { records: end.records.toReversed(), reached: end.from, isSparse: isSparse(path) };
      reach = end.isCut ? to - end.from + 1 : reach * REACH_FACTOR;
      to = end.from - 1;
    }
  }

  /**
   * The log's bounds, where the index may be used at all.
   *
   * @param isEndKnown where it is, those that the reader's start was resolved with, or later ones, are as good
   */
  async #indexedBounds(isEndKnown: boolean): Promise<LogBounds | undefined> {
    if (!this.index || this.index.position === 0) return undefined;
    try {
      const bounds = await (isEndKnown
        ? recentBounds(this.log, BOUNDS_AGE_MS)
        : readBounds(this.log));
      return bounds.hasHoles ? undefined : bounds;
    } catch (error) {
      if (this.log.nc.isClosed() || !isUnavailable(error)) throw error;
      return undefined;
    }
  }

  /** What the index has, as far as it goes: the end of it need not be reached. */
  async *#indexed(
    { from, to, ...timeline }: Pick<HistoryQuery, "tenant" | "path" | "from" | "to" | "filter">,
    signal: AbortSignal,
  ): AsyncGenerator<HistoryPart> {
    let next = from;
    let bytes = FIRST_BYTES;
    while (next <= to && this.index && this.index.position >= next && !signal.aborted) {
      const query = { ...timeline, from: next, to, order: "ascending", bytes } as const;
      const piece: HistoryPiece | undefined = await this.index.read(query, signal);
      if (!piece || piece.reached < next) return;
      const isOvertaken = next > from && piece.oldest > next;
      const lostBefore = isOvertaken ? Math.min(piece.oldest, piece.reached + 1) : undefined;
      yield { ...piece, isSparse: isSparse(timeline.path), lostBefore };
      next = piece.reached + 1;
      bytes = NEXT_BYTES;
    }
  }

  /** What is in memory of all that comes after a sequence, where that is everything. */
  *#recent(
    tenant: string,
    path: TimelinePath,
    after: number,
    through: number,
  ): Generator<HistoryPart> {
    let reached = after;
    while (reached < through && this.hub.position >= through) {
      const records = this.hub.read(timelineKey(tenant, path), reached);
      if (!records) return;
      reached = records.at(-1)?.sequence ?? through;
      yield { records, reached, isSparse: isSparse(path) };
    }
  }

  /** The end of what a timeline holds between two sequences, read forward; undefined where the signal aborts. */
  async #endOf(
    { tenant, path, signal }: Omit<BackwardRequest, "before">,
    from: number,
    to: number,
  ): Promise<End | undefined> {
    const end = new End(from, to);
    let reached = from - 1;
    for (const part of this.#recent(tenant, path, reached, to)) {
      end.add(part.records);
      reached = part.reached;
    }
    if (reached >= to) return end;
    const request = { tenant, path: logPathOf(path), after: reached, signal };
    for await (const records of readHistory(this.log, request, this.turns)) {
      end.add(records);
      if ((records.at(-1)?.sequence ?? 0) >= to) break;
    }
    return signal.aborted ? undefined : end;
  }
}

/** The smallest timeline of the log that holds all of another one. */
function logPathOf(path: TimelinePath): string {
  return isSparse(path) ? "" : path;
}

/** Whether only some events of its scopes are in a timeline. */
function isSparse(path: TimelinePath): boolean {
  return correlationIn(path) !== undefined;
}
