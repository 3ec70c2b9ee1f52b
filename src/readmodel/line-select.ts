import type { ReadDatabase } from "./database.js";
import { PLACES } from "./documents.js";
import { FilterExpressions } from "./filter-expression.js";
import { keyFinder, type FindKey } from "./keys.js";
import type { LogsFilter } from "./logs-request.js";
import { nodeName, tag } from "./tags.js";
import { firstRecordedAt } from "./time-bound.js";

/** Finds the documents of lines. */
export interface LineSelect {
  /** It has the expression, the range and `values` as its parameters. */
  sql: string;
  match: string;
  values: readonly string[];
  /** The range: both are outside of it. */
  low: number;
  high: number;
}

/** Makes statements of what lines are to meet. */
export class LineSelects {
  readonly #db: ReadDatabase;
  readonly #findKey: FindKey;
  readonly #expressions: FilterExpressions;
  readonly #hasOthers;

  constructor(db: ReadDatabase) {
    this.#db = db;
    this.#findKey = keyFinder(db);
    this.#expressions = new FilterExpressions(db);
    this.#hasOthers = db
      .prepare<[string, string], number>(
        `SELECT EXISTS (SELECT 1 FROM keys WHERE tenant < ?)
             OR EXISTS (SELECT 1 FROM keys WHERE tenant > ?)`,
      )
      .pluck();
  }

  /** Undefined where nothing can be found. */
  of(tenant: string, filter: LogsFilter): LineSelect | undefined {
    const match = this.#expressionOf(tenant, filter);
    if (match === undefined) return undefined;
    const [low, high] = this.#rangeOf(filter);
    // Correlations and scopes are of one tenant; the log as a whole may be of several.
    const isOfOne = filter.path !== "" || this.#hasOthers.get(tenant, tenant) === 0;
    const [sql, values] = isOfOne ? [SELECT, []] : [`${SELECT} AND (${OF_TENANT}) = ?`, [tenant]];
    return { sql, match, values, low, high };
  }

  #expressionOf(tenant: string, filter: LogsFilter): string | undefined {
    const { path, level, category, milestone, text } = filter;
    const { nodeId, stream, minPriority = 1, maxPriority = 10 } = filter;
    const ofEvents = {
      ...(level && { level }),
      ...(category && { category }),
      ...(milestone && { milestone }),
      text,
    };
    const match = this.#expressions.of(tenant, path, ofEvents, true);
    match?.priority(minPriority, maxPriority);
    if (stream) match?.anyOfEntries([tag[stream]]);
    if (nodeId !== undefined) {
      const node = this.#findKey(tenant, nodeName(nodeId));
      if (node === undefined) return undefined;
      match?.anyOfEntries([tag.node(node)]);
    }
    return match?.toString();
  }

  /** The documents that lie between two times: from, and to, neither included. */
  #rangeOf({ sinceMs, untilMs, through = Infinity }: LogsFilter): [number, number] {
    const low = sinceMs === undefined ? 0 : firstRecordedAt(this.#db, sinceMs) * PLACES - 1;
    const high = untilMs === undefined ? Infinity : firstRecordedAt(this.#db, untilMs) * PLACES;
    return [low, Math.min(high, (through + 1) * PLACES, Number.MAX_SAFE_INTEGER)];
  }
}

/**
 * The range has to be given in integers: FTS5 passes over what is outside of it, but for numbers with a fraction,
 * which are those of JavaScript, it looks at everything.
 */
const SELECT = `
  SELECT entries.rowid AS id FROM entries
  WHERE entries MATCH ? AND entries.rowid > ? AND entries.rowid < ?`;

const OF_TENANT = `
  SELECT keys.tenant FROM events JOIN keys ON keys.id = events.scope
  WHERE events.sequence = entries.rowid / ${PLACES}`;
