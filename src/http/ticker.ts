/** Something that must look at the clock now and then. */
export interface Ticking {
  tick(nowMs: number): void;
}

/**
 * One timer for all connections. Ten thousand idle streams would otherwise keep ten thousand timers for
 * heartbeats that need no precision.
 */
export class Ticker {
  readonly #members = new Set<Ticking>();
  readonly #timer: NodeJS.Timeout;

  constructor(readonly periodMs: number) {
    this.#timer = setInterval(() => {
      const nowMs = Date.now();
      for (const member of this.#members) member.tick(nowMs);
    }, periodMs);
    this.#timer.unref();
  }

  add(member: Ticking): void {
    this.#members.add(member);
  }

  delete(member: Ticking): void {
    this.#members.delete(member);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** How often to look so that none of these durations is missed by more than a tenth of it, or a second. */
export function tickPeriodMs(...durationsMs: number[]): number {
  return Math.min(1000, Math.max(10, Math.min(...durationsMs) / 10));
}

/** When a connection has lived long enough. Those that were opened together must not end together. */
export function endOfLifeMs(startedAtMs: number, maxAgeMs: number): number {
  return startedAtMs + maxAgeMs * (1 - Math.random() / 10);
}
