import { runSummaryOf, type RunSummary } from "../projections/run-summary.js";
import type { Status } from "../projections/status.js";
import type { ReadDatabase } from "./database.js";
import type { States } from "./states.js";

/** Which runs, and how many of them. Each member that is there must be met. */
export interface RunsRequest {
  status?: Status[] | undefined;
  workflowId?: string | undefined;
  /** Created at this time or later; RFC 3339, UTC, as are all times. */
  since?: string | undefined;
  /** Created before this time. */
  until?: string | undefined;
  /** In the run's id, name or workflow, whatever the case. */
  q?: string | undefined;
  /** Those that appeared before this sequence. */
  before?: number | undefined;
  limit: number;
}

export interface RunsPage {
  runs: RunSummary[];
  /** Where to go on, as {@link RunsRequest.before}; undefined: these were the last ones. */
  next: number | undefined;
}

interface Row {
  key: number;
  path: string;
  firstSequence: number;
}

const NOW = Number.MAX_SAFE_INTEGER;

/** Lists runs in the order in which they appeared in the log, the newest first. */
export class RunList {
  readonly #db: ReadDatabase;
  readonly #states: States;

  constructor(db: ReadDatabase, states: States) {
    this.#db = db;
    this.#states = states;
  }

  page(tenant: string, request: RunsRequest): RunsPage {
    const { limit } = request;
    const { where, values } = conditionsOf(tenant, request);
    const rows = this.#db
      .prepare<unknown[], Row>(
        `SELECT scopes.key AS key, keys.name AS path, first_sequence AS firstSequence
         FROM scopes JOIN keys ON keys.id = scopes.key
         WHERE ${where.join(" AND ")}
         ORDER BY first_sequence DESC LIMIT ?`,
      )
      .all(...values, limit + 1);
    const page = rows.slice(0, limit);
    return {
      runs: page.map((row) => runSummaryOf(this.#states.at(row, NOW))),
      next: rows.length > limit ? page.at(-1)?.firstSequence : undefined,
    };
  }
}

function conditionsOf(
  tenant: string,
  { status, workflowId, since, until, q, before }: RunsRequest,
): { where: string[]; values: unknown[] } {
  const where = ["scopes.tenant = ?", "kind = 'runs'"];
  const values: unknown[] = [tenant];
  const and = (condition: string, ...more: unknown[]) => {
    where.push(condition);
    values.push(...more);
  };
  if (status) and(`status IN (${status.map(() => "?").join(", ")})`, ...status);
  if (workflowId !== undefined) and("workflow_id = ?", workflowId);
  if (since !== undefined) and("created_at >= ?", since);
  if (until !== undefined) and("created_at < ?", until);
  if (before !== undefined) and("first_sequence < ?", before);
  if (q !== undefined) {
    const within = `%${q.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    const has = (column: string) => `${column} LIKE ? ESCAPE '\\'`;
    const columns = ["substr(keys.name, 6)", "scopes.name", "workflow_id"];
    and(`(${columns.map(has).join(" OR ")})`, ...columns.map(() => within));
  }
  return { where, values };
}
