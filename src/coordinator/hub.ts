import type { LogRecord } from "../log/record.js";
import type { TimelineHeads } from "../log/read.js";
import { correlationPath } from "../wire/timeline.js";
import { Channel } from "./channel.js";

const NO_HEADS: TimelineHeads = { own: undefined, newest: 0 };

/** What a record costs beside its bytes: objects, and its places in the channels. */
const RECORD_OVERHEAD_BYTES = 400;

/** How much of a timeline one pull hands out. */
const PULL_BYTES = 64 * 1024;

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
  readonly #channels = new Map<string, Channel>();
  readonly #toWake = new Set<Channel>();
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
      this.#toWake.add(channel);
    }
    while (this.#ringBytes > this.ringBytes) this.#evict();
    this.#scheduleWake();
  }

  /**
   * The next events of a timeline after a sequence, oldest first; empty when there is none yet.
   * Undefined when the ring no longer reaches back that far: history must be read from the log.
   */
  read(tenant: string, path: string, after: number): readonly LogRecord[] | undefined {
    const channel = this.#channels.get(timelineKey(tenant, path));
    if (after < (channel?.reachesBackTo ?? this.#reachesBackTo)) return undefined;
    return channel?.after(after, PULL_BYTES) ?? [];
  }

  /**
   * The newest events of a scope's timeline, where the ring reaches back to before all of it; otherwise
   * they may be older than the ring.
   */
  heads(tenant: string, path: string): TimelineHeads {
    return this.#channels.get(timelineKey(tenant, path))?.heads(path) ?? NO_HEADS;
  }

  /** Calls back once, when a timeline has got another event. Returns how to give up. */
  wait(tenant: string, path: string, callback: () => void): () => void {
    const key = timelineKey(tenant, path);
    const channel = this.#channel(key);
    channel.wait(callback);
    return () => {
      channel.giveUp(callback);
      this.#dropIfIdle(key, channel);
    };
  }

  #channel(key: string): Channel {
    const known = this.#channels.get(key);
    if (known) return known;
    const channel = new Channel(this.#reachesBackTo);
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

  #dropIfIdle(key: string, channel: Channel): void {
    if (channel.isIdle) this.#channels.delete(key);
  }

  /** Followers are woken once a turn of the event loop, however many events it brought. */
  #scheduleWake(): void {
    if (this.#isWakeScheduled) return;
    this.#isWakeScheduled = true;
    setImmediate(() => {
      this.#isWakeScheduled = false;
      const channels = [...this.#toWake];
      this.#toWake.clear();
      for (const channel of channels) channel.wake();
    });
  }
}

function timelineKey(tenant: string, path: string): string {
  return `${tenant} ${path}`;
}

/** The whole tenant, the record's correlation, its scope, and the scopes that contain it. */
function timelinesOf({ tenant, scope, correlationId }: LogRecord): string[] {
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
