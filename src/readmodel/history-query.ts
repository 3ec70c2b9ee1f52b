import type { HistoryCover, HistoryQuery, IndexedHeads } from "../log/history-index.js";
import { peekEnvelope } from "../log/peek.js";
import { EventSearch } from "./event-search.js";
import { keyFinder } from "./keys.js";
import type { ReadDatabase } from "./database.js";
import { PackedFacts, type PackedEvent, type PackedEvents } from "./packed-events.js";

/** Some events of a timeline, by their scopes, in the query's order. */
export interface PackedPiece extends HistoryCover, PackedEvents {}

export function isPacked(answer: unknown): answer is PackedPiece {
  return typeof answer === "object" && answer !== null && "facts" in answer;
}

/** Events that are looked at for one answer: also those of other tenants, which are not in it. */
const MAX_LISTED = 1000;

/** A list is begun with as many as there may be of this size. */
const USUAL_BYTES = 256;

interface Stored extends PackedEvent {
  scope: number;
}

/** Reads timelines out of a read model, a piece at a time: between two pieces nothing is held open. */
export class HistoryQueries {
  readonly #db: ReadDatabase;
  readonly #statements;
  readonly #search: EventSearch;

  constructor(db: ReadDatabase) {
    this.#db = db;
    this.#search = new EventSearch(db);
    this.#statements = prepare(db);
  }

  /** One piece, of one moment. */
  read(query: HistoryQuery): PackedPiece {
    return this.#db.transaction(() => this.#read(query))();
  }

  /** What a scope and everything below it have; `own` is the scope's own newest event. */
  heads(tenant: string, path: string): IndexedHeads {
    return this.#db.transaction(() => {
      const position = this.#statements.position.get() ?? 0;
      const key = this.#statements.findKey(tenant, path);
      if (key === undefined) return { position, own: undefined, newest: 0 };
      const own = this.#statements.newestOf.get(key);
      const below = this.#statements.newestBelow.get(key) ?? 0;
      const peek = own && peekEnvelope(own.bytes);
      return {
        position,
        own: peek && {
          scope: path,
          sequence: own.sequence,
          index: peek.index,
          hash: peek.hash,
          type: peek.type,
        },
        newest: Math.max(own?.sequence ?? 0, below),
      };
    })();
  }

  #read(query: HistoryQuery): PackedPiece {
    const isDescending = query.order === "descending";
    const position = this.#statements.position.get() ?? 0;
    const oldest = this.#statements.oldest.get() ?? Infinity;
    const pack = new Pack(position, oldest);
    // Downwards, what is not here yet would come first.
    if (isDescending ? position < query.to : position < query.from) {
      return pack.of(isDescending ? query.to + 1 : query.from - 1);
    }
    const to = Math.min(query.to, position);
    const most = Math.min(MAX_LISTED, Math.ceil(query.bytes / USUAL_BYTES));
    const listed = this.#list({ ...query, to }, most);
    let reached = isDescending ? to + 1 : query.from - 1;
    for (const sequence of listed) {
      if (pack.length >= query.bytes) return pack.of(reached);
      reached = sequence;
      const event = this.#statements.event.get(sequence);
      if (!event) continue;
      const { tenant, name } = this.#keyOf(event.scope, pack);
      // Another's, which only a list of everything has.
      if (tenant === query.tenant) pack.add(event, name);
    }
    const isAll = listed.length < most;
    return pack.of(isAll ? (isDescending ? query.from : to) : reached);
  }

  #list(query: HistoryQuery, most: number): number[] {
    const { tenant, path, from, to, order, filter } = query;
    if (filter) return this.#search.list({ ...query, filter, most });
    const { all, ofScope, ofCorrelation } = this.#statements[order];
    if (path === "") return all.all({ from, to, most });
    // Keys come and go with trimming: what one is, is looked up each time.
    const key = this.#statements.findKey(tenant, path);
    if (key === undefined) return [];
    const list = path.startsWith("correlations/") ? ofCorrelation : ofScope;
    return list.all({ key, from, to, most });
  }

  #keyOf(scope: number, pack: Pack): { tenant: string; name: string } {
    let key = pack.keys.get(scope);
    if (!key) {
      key = this.#statements.key.get(scope) ?? { tenant: "", name: "" };
      pack.keys.set(scope, key);
    }
    return key;
  }
}

/** Gathers events. */
class Pack {
  /** The scopes that have been looked up, of whichever tenant. */
  readonly keys = new Map<number, { tenant: string; name: string }>();
  readonly #facts = new PackedFacts();
  readonly #bytes: Uint8Array[] = [];
  #length = 0;

  constructor(
    readonly position: number,
    readonly oldest: number,
  ) {}

  /** Of the envelopes, in bytes. */
  get length(): number {
    return this.#length;
  }

  add(event: PackedEvent, scope: string): void {
    this.#bytes.push(event.bytes);
    this.#length += event.bytes.length;
    this.#facts.add(event, scope, this.#length);
  }

  of(reached: number): PackedPiece {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#bytes) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return {
      position: this.position,
      oldest: this.oldest,
      reached,
      ...this.#facts.take(),
      bytes: bytes.buffer,
    };
  }
}

function prepare(db: ReadDatabase) {
  type Range = { from: number; to: number; most: number };
  type RangeOf = Range & { key: number };
  const lists = (direction: "ASC" | "DESC") => {
    const range = "sequence >= :from AND sequence <= :to";
    const order = `ORDER BY sequence ${direction} LIMIT :most`;
    return {
      all: db.prepare<Range, number>(`SELECT sequence FROM events WHERE ${range} ${order}`).pluck(),
      // Both halves are in order, so that the first few are found without a look at the others.
      ofScope: db
        .prepare<RangeOf, number>(
          `SELECT sequence FROM events WHERE scope = :key AND ${range}
           UNION ALL
           SELECT sequence FROM events_below WHERE key = :key AND ${range}
           ${order}`,
        )
        .pluck(),
      ofCorrelation: db
        .prepare<RangeOf, number>(
          `SELECT sequence FROM events WHERE correlation = :key AND ${range} ${order}`,
        )
        .pluck(),
    };
  };
  return {
    position: db.prepare<[], number>("SELECT value FROM meta WHERE name = 'position'").pluck(),
    oldest: db.prepare<[], number | null>("SELECT min(sequence) FROM events").pluck(),
    findKey: keyFinder(db),
    key: db.prepare<[number], { tenant: string; name: string }>(
      "SELECT tenant, name FROM keys WHERE id = ?",
    ),
    event: db.prepare<[number], Stored>(
      `SELECT sequence, scope, recorded_ms AS recordedAtMs, recorded_nanos AS recordedAtNanos, bytes
       FROM events WHERE sequence = ?`,
    ),
    newestOf: db.prepare<[number], { sequence: number; bytes: Uint8Array }>(
      "SELECT sequence, bytes FROM events WHERE scope = ? ORDER BY sequence DESC LIMIT 1",
    ),
    newestBelow: db
      .prepare<[number], number | null>("SELECT max(sequence) FROM events_below WHERE key = ?")
      .pluck(),
    ascending: lists("ASC"),
    descending: lists("DESC"),
  };
}
