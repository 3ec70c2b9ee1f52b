/** When and where an event is in the log, and its envelope. */
export interface PackedEvent {
  sequence: number;
  /** Milliseconds since 1970, and nanoseconds beyond them. */
  recordedAtMs: number;
  recordedAtNanos: number;
  bytes: Uint8Array;
}

/** Events in a form that costs little to hand over to another thread. */
export interface PackedEvents {
  /** What {@link facts} speak of: the events' scopes or subjects, each once. */
  names: string[];
  /** Of each event its sequence, when it was recorded, the place of its name, and where its bytes end. */
  facts: Float64Array<ArrayBuffer>;
  /** The envelopes, one behind the other; there may be room behind them. */
  bytes: ArrayBuffer;
}

/** Numbers an event. */
const FACTS = 5;

/** Gathers what is known of events beside their bytes. */
export class PackedFacts {
  readonly #places = new Map<string, number>();
  #facts: number[] = [];

  /** How many events they are of. */
  get count(): number {
    return this.#facts.length / FACTS;
  }

  /** @param end where the event's bytes end, which begin where those of the one before end */
  add(event: Omit<PackedEvent, "bytes">, name: string, end: number): void {
    let place = this.#places.get(name);
    if (place === undefined) this.#places.set(name, (place = this.#places.size));
    this.#facts.push(event.sequence, event.recordedAtMs, event.recordedAtNanos, place, end);
  }

  /** All of them; it goes on with none. */
  take(): Omit<PackedEvents, "bytes"> {
    const taken = { names: [...this.#places.keys()], facts: Float64Array.from(this.#facts) };
    this.#places.clear();
    this.#facts = [];
    return taken;
  }
}

/** How many bytes the envelopes have together. */
export function bytesIn({ facts }: PackedEvents): number {
  return facts.at(-1) ?? 0;
}

/** One at a time: what nobody holds any more costs the collector nothing. Bytes are views, not copies. */
export function* unpackEvents({
  facts,
  bytes,
}: PackedEvents): Generator<PackedEvent & { /** Its place in the names. */ name: number }> {
  let start = 0;
  for (let at = 0; at < facts.length;) {
    const sequence = facts[at++] ?? 0;
    const recordedAtMs = facts[at++] ?? 0;
    const recordedAtNanos = facts[at++] ?? 0;
    const name = facts[at++] ?? 0;
    const end = facts[at++] ?? 0;
    yield {
      sequence,
      recordedAtMs,
      recordedAtNanos,
      name,
      bytes: new Uint8Array(bytes, start, end - start),
    };
    start = end;
  }
}
