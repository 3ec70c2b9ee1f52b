import type { RunSummary } from "../projections/run-summary.js";
import { rollUp, type TimelineState } from "../projections/timeline-state.js";
import { metaOf, type ReadDatabase } from "./database.js";
import { keyFinder, subtreeOf, type FindKey } from "./keys.js";
import { LogSearch, type LogsPage } from "./log-search.js";
import type { LogsRequest } from "./logs-request.js";
import { RunList, type RunsPage, type RunsRequest } from "./run-list.js";
import { States } from "./states.js";
import { readStats, type Stats, type StatsRequest } from "./workflow-stats.js";

/** The scopes below one that its state is made of: those that appeared first. */
const MAX_BELOW = 10_000;

/** The newest run of a workflow. */
export interface LatestRun {
  /** It first, and then the ones before it. */
  runs: RunSummary[];
  state: TimelineState;
  /** The first page. */
  logs: LogsPage;
}

/** What is answered, and how far the log was in the read model then. */
export interface Answer<T> {
  /** The sequence. */
  asOf: number;
  result: T;
}

/** What can be asked of a read model. Each answer is of one moment. */
export class Queries {
  readonly #db: ReadDatabase;
  readonly #states: States;
  readonly #runs: RunList;
  readonly #logs: LogSearch;
  readonly #findKey: FindKey;
  readonly #below;

  constructor(db: ReadDatabase) {
    this.#db = db;
    this.#states = new States(db);
    this.#runs = new RunList(db, this.#states);
    this.#logs = new LogSearch(db);
    this.#findKey = keyFinder(db);
    this.#below = db.prepare<
      { root: string; tenant: string; prefix: string; end: string; at: number; most: number },
      { key: number; path: string }
    >(
      `SELECT scopes.key AS key, keys.name AS path
       FROM scopes JOIN keys ON keys.id = scopes.key
       WHERE root = (SELECT id FROM keys WHERE tenant = :tenant AND name = :root)
         AND keys.name >= :prefix AND keys.name < :end AND first_sequence <= :at
       ORDER BY first_sequence LIMIT :most`,
    );
  }

  /**
   * What a scope and everything below it add up to; undefined where it has no event.
   *
   * @param at after the event at this sequence, or before where there is none of it; default: now
   */
  state(tenant: string, path: string, at?: number): Answer<TimelineState | undefined> {
    return this.#atOnce((position) =>
      this.#stateAt(tenant, path, Math.min(at ?? position, position)),
    );
  }

  /** Runs, newest first. */
  runs(tenant: string, request: RunsRequest): Answer<RunsPage> {
    return this.#atOnce(() => this.#runs.page(tenant, request));
  }

  /** Log entries. */
  logs(tenant: string, request: LogsRequest): Answer<LogsPage> {
    return this.#atOnce(() => this.#logs.page(tenant, request));
  }

  /** The newest run of a workflow, what it adds up to, and its log; undefined where there is none. */
  latestRun(
    tenant: string,
    workflowId: string,
    { logLimit, runLimit }: { logLimit: number; runLimit: number },
  ): Answer<LatestRun | undefined> {
    return this.#atOnce((asOf) => {
      const { runs } = this.#runs.page(tenant, { workflowId, limit: runLimit });
      const [run] = runs;
      if (!run) return undefined;
      const path = run.scope;
      const state = this.#stateAt(tenant, path, asOf);
      const logs = this.#logs.page(tenant, { path, order: "asc", offset: 0, limit: logLimit });
      return state && { runs, state, logs };
    });
  }

  /** Runs, counted by workflow. */
  stats(tenant: string, request: StatsRequest): Answer<Stats> {
    return this.#atOnce(() => readStats(this.#db, tenant, request));
  }

  #stateAt(tenant: string, path: string, sequence: number): TimelineState | undefined {
    const key = this.#findKey(tenant, path);
    const own = this.#states.at({ key: key ?? 0, path }, sequence);
    const below = this.#below
      .all({ tenant, ...subtreeOf(path), at: sequence, most: MAX_BELOW })
      .map((scope) => this.#states.at(scope, sequence));
    return own.index === 0 && below.length === 0 ? undefined : rollUp(own, below);
  }

  #atOnce<T>(read: (position: number) => T): Answer<T> {
    return this.#db.transaction(() => {
      const asOf = Number(metaOf(this.#db, "position"));
      return { asOf, result: read(asOf) };
    })();
  }
}
