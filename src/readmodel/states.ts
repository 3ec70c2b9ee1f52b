import type { EventEnvelope } from "../envelope/envelope.js";
import { applyEvent } from "../projections/apply-event.js";
import { initialScopeState, type ScopeState } from "../projections/scope-state.js";
import type { ReadDatabase } from "./database.js";

const utf8 = new TextDecoder();

/** The event that stored bytes are of. They were checked before they were stored in the log. */
export function eventOf(bytes: Uint8Array): EventEnvelope {
  return JSON.parse(utf8.decode(bytes)) as EventEnvelope;
}

/** A scope as the read model knows it. */
export interface ScopeKey {
  key: number;
  path: string;
}

interface StoredEvent {
  sequence: number;
  bytes: Uint8Array;
}

/** Reads what scopes were like at a place of the log, from the states that are stored now and then. */
export class States {
  readonly #stored;
  readonly #events;

  constructor(db: ReadDatabase) {
    this.#stored = db.prepare<[number, number], { sequence: number; state: string }>(
      "SELECT sequence, state FROM states WHERE key = ? AND sequence <= ? ORDER BY sequence DESC LIMIT 1",
    );
    this.#events = db.prepare<[number, number, number], StoredEvent>(
      `SELECT sequence, bytes FROM events WHERE scope = ? AND sequence > ? AND sequence <= ?
       ORDER BY sequence`,
    );
  }

  /** What the scope's own events up to and including a sequence add up to. */
  at({ key, path }: ScopeKey, sequence: number): ScopeState {
    const stored = this.#stored.get(key, sequence);
    const state = stored ? (JSON.parse(stored.state) as ScopeState) : initialScopeState(path);
    for (const event of this.#events.iterate(key, stored?.sequence ?? 0, sequence)) {
      applyEvent(state, eventOf(event.bytes), event.sequence);
    }
    return state;
  }
}
