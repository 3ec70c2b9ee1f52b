import type { LogRecord } from "../log/record.js";
import type { TimelineHeads } from "../log/read.js";
import { correlationPath } from "../wire/timeline.js";
import { Channel } from "./channel.js";
import { KeptPieces } from "./pieces.js";

const NO_HEADS: TimelineHeads = { own: undefined, newest: 0 };

/** What a record costs beside its bytes: objects, and its places in the channels. */
const RECORD_OVERHEAD_BYTES = 400;

/** So many followers are called in one turn of the event loop: less than a millisecond of work. */
const WAKE_AT_ONCE = 50;

/** How much of what has been handed out is kept for those who come to the same place. */
const KEPT_PIECES = 64;

/**
 * The gateway's one copy of the log's newest part, and who follows which timeline. Each event is put into
 * the channels of its scope, of the scopes that contain it, of its correlation and of its tenant: at most
 * six.
 */
export class Hub {
  readonly #ring: LogRecord[] = [];
  #ringStart = 0;
  #ringBytes = 0;
  #reachesBackTo: number;
  #position: number;
  readonly #channels = new Map<TimelineKey, Channel>();
  readonly #pieces = new KeptPieces(KEPT_PIECES);
  /** Who is to be called, because there is something new, in the order in which they have waited. */
  readonly #due = new Set<() => void>();
  readonly #changed = new Set<Channel>();
  #isWakeScheduled = false;

  constructor(
    /** The log is published from behind this sequence on. */
    position: number,
    /** Memory for recent events; the oldest go first. */
    readonly ringBytes: number,
  ) {
    this.#position = position;
    this.#reachesBackTo = position;
  }

  /** The newest sequence that followers can have. */
  get position(): number {
    return this.#position;
  }

  /** Every event of the log after this sequence can be had from here. */
  get reachesBackTo(): number {
    return this.#reachesBackTo;
  }

  get stats() {
    return {
      position: this.#position,
      ringRecords: this.#ring.length - this.#ringStart,
      ringBytes: this.#ringBytes,
      channels: this.#channels.size,
    };
  }

  /** Takes in the next event of the log. */
  publish(record: LogRecord): void {
    this.#position = record.sequence;
    this.#ring.push(record);
    this.#ringBytes += record.bytes.length + RECORD_OVERHEAD_BYTES;
    for (const key of timelinesOf(record)) {
      const channel = this.#channel(key);
      channel.push(record);
      this.#changed.add(channel);
    }
    while (this.#ringBytes > this.ringBytes) this.#evict();
    this.#scheduleWake();
  }

  /**
   * The next events of a timeline after a sequence, oldest first; empty when there is none yet.
   * Undefined when the ring no longer reaches back that far: history must be read from the log.
   */
  read(timeline: TimelineKey, after: number): readonly LogRecord[] | undefined {
    const channel = this.#channels.get(timeline);
    if (after < (channel?.reachesBackTo ?? this.#reachesBackTo)) return undefined;
    return channel?.after(after) ?? [];
  }

  /**
   * The newest events of a scope's timeline, where the ring reaches back to before all of it; otherwise
   * they may be older than the ring.
   */
  heads(tenant: string, scope: string): TimelineHeads {
    return this.#channels.get(timelineKey(tenant, scope))?.heads(scope) ?? NO_HEADS;
  }

  /** Calls back once, when a timeline has got another event, unless one has given up before. */
  wait(timeline: TimelineKey, callback: () => void): void {
    this.#channel(timeline).wait(callback);
  }

  giveUp(timeline: TimelineKey, callback: () => void): void {
    this.#due.delete(callback);
    const channel = this.#channels.get(timeline);
    channel?.giveUp(callback);
    if (channel) this.#dropIfIdle(timeline, channel);
  }

  #channel(key: TimelineKey): Channel {
    const known = this.#channels.get(key);
    if (known) return known;
    const channel = new Channel(this.#reachesBackTo, this.#pieces);
    this.#channels.set(key, channel);
    return channel;
  }

  #evict(): void {
    const oldest = this.#ring[this.#ringStart++];
    if (!oldest) return;
    this.#reachesBackTo = oldest.sequence;
    this.#ringBytes -= oldest.bytes.length + RECORD_OVERHEAD_BYTES;
    for (const key of timelinesOf(oldest)) {
      const channel = this.#channels.get(key);
      channel?.shift();
      if (channel) this.#dropIfIdle(key, channel);
    }
    if (this.#ringStart > 1024 && this.#ringStart * 2 > this.#ring.length) {
      this.#ring.splice(0, this.#ringStart);
      this.#ringStart = 0;
    }
  }

  #dropIfIdle(key: TimelineKey, channel: Channel): void {
    if (channel.isIdle) this.#channels.delete(key);
  }

  #scheduleWake(): void {
    if (this.#isWakeScheduled) return;
    this.#isWakeScheduled = true;
    setImmediate(this.#wakeSome);
  }

  /**
   * Calls a part of those who wait, and leaves the others for the next turn of the event loop. What is to be
   * read and appended meanwhile need not wait until a thousand followers are served; and who is served later
   * gets what has come by then in one piece.
   */
  readonly #wakeSome = (): void => {
    for (const channel of this.#changed) {
      for (const callback of channel.takeWaiting()) this.#due.add(callback);
    }
    this.#changed.clear();
    let left = WAKE_AT_ONCE;
    for (const callback of this.#due) {
      if (left-- === 0) break;
      this.#due.delete(callback);
      callback();
    }
    this.#isWakeScheduled = this.#due.size > 0;
    if (this.#isWakeScheduled) setImmediate(this.#wakeSome);
  };
}

/** Names one timeline among those of all tenants. */
export type TimelineKey = string & { readonly kind: "timeline" };

export function timelineKey(tenant: string, path: string): TimelineKey {
  return `${tenant} ${path}` as TimelineKey;
}

/** The whole tenant, the record's correlation, its scope, and the scopes that contain it. */
function timelinesOf({ tenant, scope, correlationId }: LogRecord): TimelineKey[] {
  const keys = [
    timelineKey(tenant, ""),
    timelineKey(tenant, correlationPath(correlationId)),
    timelineKey(tenant, scope),
  ];
  for (
    let slash = scope.indexOf("/"), parts = 1;
    slash >= 0;
    slash = scope.indexOf("/", slash + 1), parts++
  ) {
    if (parts % 2 === 0) keys.push(timelineKey(tenant, scope.slice(0, slash)));
  }
  return keys;
}
