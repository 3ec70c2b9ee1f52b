import { LRUCache } from "lru-cache";
import type { EventEnvelope } from "../envelope/envelope.js";
import { parseScope } from "../envelope/scope.js";
import { applyEvent } from "../projections/apply-event.js";
import type { ScopeState } from "../projections/scope-state.js";
import { metaOf, type ReadDatabase } from "./database.js";
import { documentsOf, PLACES } from "./documents.js";
import { keyFinder } from "./keys.js";
import type { IndexedRecord } from "./record-batch.js";
import { eventOf, States } from "./states.js";
import { nodeName, tag, typeName } from "./tags.js";
import { Trimming } from "./trimming.js";

/** Scopes whose state is held in memory while events come for them; that of others is read again. */
const OPEN_SCOPES = 20_000;

/** Keys that are known without asking the database. */
const KNOWN_KEYS = 100_000;

/** A state is stored when its scope ends, and after so many events, or more where it is large. */
const STATE_EVERY = 500;
const STATE_BYTES_AN_EVENT = 200;

/** A scope that events come for. */
interface OpenScope {
  tenant: string;
  key: number;
  /** The scopes that it is below, outermost first. */
  above: readonly number[];
  /** Of every document in it. */
  tags: string;
  /** What its newest event has in common with its neighbours, mostly. */
  kind: EventKind | undefined;
  state: ScopeState;
  /** Events since the state was last stored. */
  events: number;
  /** The length of the state when it was last stored. */
  length: number;
  isEndStored: boolean;
}

/** What is the same for all events of a scope that are of one correlation and one type. */
interface EventKind {
  correlationId: string;
  type: string;
  /** The correlation's key. */
  correlation: number;
  /** Of every document in them. */
  tags: string;
}

/** Writes the log's events into a read model, in order. */
export class Indexer {
  readonly #db: ReadDatabase;
  readonly #states: States;
  readonly #trimming: Trimming;
  readonly #statements;
  readonly #keys = new LRUCache<string, number>({ max: KNOWN_KEYS });
  readonly #open = new LRUCache<string, OpenScope>({ max: OPEN_SCOPES });
  #position: number;

  constructor(db: ReadDatabase) {
    this.#db = db;
    this.#states = new States(db);
    this.#trimming = new Trimming(db, this.#states);
    this.#statements = prepare(db);
    this.#position = Number(metaOf(db, "position"));
  }

  /** The sequence up to which the log is in the read model. */
  get position(): number {
    return this.#position;
  }

  /**
   * Takes in the events behind {@link position}; those up to there are passed over. A batch is in the read
   * model whole or not at all, and with it how far the log has been read: whatever crashes when, nothing is
   * lost, and nothing is there twice.
   *
   * @throws SqliteError when it could not be stored, and is not
   */
  add(records: Iterable<IndexedRecord>): void {
    const position = this.#position;
    try {
      this.#db.transaction(() => {
        const changed = new Set<OpenScope>();
        for (const record of records) {
          if (record.sequence > this.#position) changed.add(this.#add(record));
        }
        for (const scope of changed) this.#store(scope);
        this.#statements.position.run(this.#position);
      })();
    } catch (error) {
      // What was undone must not be remembered.
      this.#position = position;
      this.#forget();
      throw error;
    }
  }

  /**
   * Removes the first events, some at a time: what the log does not hold any more. Scopes of which nothing is
   * left go too; the others keep their state.
   *
   * @param before the first sequence that stays
   * @returns how many events went; 0: there are no more
   */
  trim(before: number): number {
    const { events, ended } = this.#db.transaction(() => this.#trimming.run(before))();
    if (ended > 0) this.#forget();
    return events;
  }

  #forget(): void {
    this.#keys.clear();
    this.#open.clear();
  }

  #add(record: IndexedRecord): OpenScope {
    const { tenant, sequence, bytes, recordedAtMs, recordedAtNanos } = record;
    const open = this.#open.get(record.subject) ?? this.#openScope(record);
    const event = eventOf(bytes);
    const { correlation, tags } = this.#kindOf(event, open);
    const { insertEvent, below, document } = this.#statements;
    insertEvent.run(sequence, open.key, correlation, recordedAtMs, recordedAtNanos, bytes);
    for (const key of open.above) below.run(key, sequence);
    applyEvent(open.state, event, sequence);
    const nodeKey = (nodeId: string) => this.#keyOf(tenant, nodeName(nodeId));
    for (const { place, tags: own, text } of documentsOf(event, nodeKey)) {
      document.run(sequence * PLACES + place, tags + own, text);
    }
    open.events++;
    this.#position = sequence;
    return open;
  }

  #openScope({ tenant, scope: path, subject }: IndexedRecord): OpenScope {
    const key = this.#keyOf(tenant, path);
    const ancestors = parseScope(path)?.ancestors ?? [];
    const above = ancestors.map((ancestor) => this.#keyOf(tenant, ancestor));
    const open: OpenScope = {
      tenant,
      key,
      above,
      tags: [key, ...above].map(tag.within).join(" "),
      kind: undefined,
      state: this.#states.at({ key, path }, this.#position),
      events: 0,
      length: 0,
      isEndStored: false,
    };
    this.#open.set(subject, open);
    return open;
  }

  #kindOf({ correlationId, type }: EventEnvelope, open: OpenScope): EventKind {
    const { kind, tenant } = open;
    if (kind?.correlationId === correlationId && kind.type === type) return kind;
    const correlation = this.#keyOf(tenant, `correlations/${correlationId}`);
    const ofType = tag.type(this.#keyOf(tenant, typeName(type)));
    const tags = [open.tags, tag.correlation(correlation), ofType].join(" ");
    return (open.kind = { correlationId, type, correlation, tags });
  }

  #store(open: OpenScope): void {
    const { tenant, key, above, state } = open;
    const { about, lastSequence } = state;
    this.#statements.scope.run({
      key,
      tenant,
      kind: state.kind,
      root: above[0] ?? key,
      firstSequence: state.firstSequence,
      lastSequence,
      status: state.status,
      name: about.name ?? null,
      workflowId: about.workflowId ?? null,
      createdAt: state.createdAt,
      durationMs: state.durationMs,
      events: state.counts.events,
      logEntries: state.logs.entries,
    });
    const hasEnded = state.endedAt !== null;
    const every = Math.max(STATE_EVERY, open.length / STATE_BYTES_AN_EVENT);
    if (open.events < every && hasEnded === open.isEndStored) return;
    const text = JSON.stringify(state);
    this.#statements.state.run(key, lastSequence, text);
    open.events = 0;
    open.length = text.length;
    open.isEndStored = hasEnded;
  }

  #keyOf(tenant: string, name: string): number {
    const full = `${tenant} ${name}`;
    let key = this.#keys.get(full);
    if (key === undefined) {
      key =
        this.#statements.findKey(tenant, name) ??
        Number(this.#statements.addKey.run(tenant, name).lastInsertRowid);
      this.#keys.set(full, key);
    }
    return key;
  }
}

function prepare(db: ReadDatabase) {
  return {
    position: db.prepare("UPDATE meta SET value = ? WHERE name = 'position'"),
    findKey: keyFinder(db),
    addKey: db.prepare("INSERT INTO keys (tenant, name) VALUES (?, ?)"),
    insertEvent: db.prepare(
      `INSERT INTO events (sequence, scope, correlation, recorded_ms, recorded_nanos, bytes)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    below: db.prepare("INSERT INTO events_below (key, sequence) VALUES (?, ?)"),
    document: db.prepare("INSERT INTO entries (rowid, tags, text) VALUES (?, ?, ?)"),
    state: db.prepare("INSERT OR REPLACE INTO states (key, sequence, state) VALUES (?, ?, ?)"),
    scope: db.prepare(
      `INSERT INTO scopes (key, tenant, kind, root, first_sequence, last_sequence, status, name, workflow_id, created_at,
         duration_ms, events, log_entries)
       VALUES (:key, :tenant, :kind, :root, :firstSequence, :lastSequence, :status, :name, :workflowId, :createdAt,
         :durationMs, :events, :logEntries)
       ON CONFLICT (key) DO UPDATE SET last_sequence = :lastSequence, status = :status, name = :name,
         workflow_id = :workflowId, created_at = :createdAt, duration_ms = :durationMs, events = :events,
         log_entries = :logEntries`,
    ),
  };
}
