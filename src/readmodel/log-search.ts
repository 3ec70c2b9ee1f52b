import type { LogLevel } from "../envelope/catalogue/log-entry.js";
import type { JsonObject } from "../envelope/envelope.js";
import { objectOf } from "../projections/payload-values.js";
import type { ReadDatabase } from "./database.js";
import { PLACES, textOfEntry } from "./documents.js";
import { FilterExpressions } from "./filter-expression.js";
import { Highlighter, type Snippet } from "./highlighter.js";
import { keyFinder, subtreeOf, type FindKey } from "./keys.js";
import { effectiveEntry, type LogLine } from "./log-line.js";
import { eventOf } from "./states.js";
import { nodeName, tag } from "./tags.js";
import type { TextQuery } from "./text-query.js";
import { firstRecordedAt } from "./time-bound.js";

/** Which log entries, and how many of them. Each member that is there must be met. */
export interface LogsRequest {
  /** A scope, `correlations/<id>`, or empty: everything. */
  path: string;
  /** At least this serious. */
  level?: LogLevel | undefined;
  category?: "business" | "technical" | undefined;
  nodeId?: string | undefined;
  stream?: "stdout" | "stderr" | undefined;
  milestone?: true | undefined;
  minPriority?: number | undefined;
  maxPriority?: number | undefined;
  /** Recorded then or later; milliseconds since 1970, the broker's clock. */
  sinceMs?: number | undefined;
  /** Recorded before. */
  untilMs?: number | undefined;
  /** None behind this sequence. */
  through?: number | undefined;
  text?: TextQuery | undefined;
  order: "asc" | "desc";
  /** Those behind this one, in the order that is asked for. */
  after?: LinePlace | undefined;
  offset: number;
  limit: number;
  /** False: the total is not counted. */
  isCounted?: boolean | undefined;
}

/** Where a log entry is. */
export interface LinePlace {
  sequence: number;
  /** Which of the event's entries, from 0. */
  entry: number;
}

export interface LogsPage {
  lines: (LogLine & { snippet?: Snippet })[];
  /** There are others behind these. */
  hasMore: boolean;
  total: LineCount;
}

/** How many lines there are in all. */
export interface LineCount {
  count: number;
  /** Otherwise it is at least so many. */
  isExact: boolean;
}

/** A page may hold fewer lines than were asked for, so that long ones cannot fill the memory. */
const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** Lines are counted one by one up to so many. */
const MAX_COUNTED = 1000;

/** Finds log entries, each by itself, in the order of the log. What it costs does not depend on how deep they are. */
export class LogSearch {
  readonly #db: ReadDatabase;
  readonly #highlighter = new Highlighter();
  readonly #findKey: FindKey;
  readonly #expressions: FilterExpressions;
  readonly #bytesOf;
  readonly #countBelow;
  readonly #hasOthers;

  constructor(db: ReadDatabase) {
    this.#db = db;
    this.#findKey = keyFinder(db);
    this.#expressions = new FilterExpressions(db);
    this.#bytesOf = db.prepare<[number], { bytes: Uint8Array; recordedMs: number }>(
      "SELECT bytes, recorded_ms AS recordedMs FROM events WHERE sequence = ?",
    );
    this.#countBelow = db.prepare<
      { tenant: string; root: string; path: string; prefix: string; end: string },
      { count: number | null; isWhole: number | null }
    >(
      `SELECT sum(log_entries) AS count,
              min(first_sequence) >= (SELECT min(sequence) FROM events) AS isWhole
       FROM scopes JOIN keys ON keys.id = scopes.key
       WHERE root = (SELECT id FROM keys WHERE tenant = :tenant AND name = :root)
         AND (keys.name = :path OR (keys.name >= :prefix AND keys.name < :end))`,
    );
    this.#hasOthers = db
      .prepare<[string, string], number>(
        `SELECT EXISTS (SELECT 1 FROM keys WHERE tenant < ?)
             OR EXISTS (SELECT 1 FROM keys WHERE tenant > ?)`,
      )
      .pluck();
  }

  page(tenant: string, request: LogsRequest): LogsPage {
    const { order, offset, limit, after } = request;
    const match = this.#expressionOf(tenant, request);
    if (match === undefined) {
      return { lines: [], hasMore: false, total: { count: 0, isExact: true } };
    }
    const [low, high] = this.#rangeOf(request);
    const place = after && after.sequence * PLACES + after.entry;
    const [from, to] = order === "asc" ? [place ?? low, high] : [low, place ?? high];
    const { sql, values } = this.#selectOf(tenant, request);
    const range = [BigInt(Math.max(from, low)), BigInt(Math.min(to, high))];
    const ids = this.#db
      .prepare<unknown[], number>(`${sql} ORDER BY entries.rowid ${order} LIMIT ? OFFSET ?`)
      .pluck()
      .iterate(match, ...range, ...values, limit + 1, offset);
    const { lines, texts, hasMore } = this.#read(ids, limit);
    if (request.text) {
      for (const [i, snippet] of this.#highlighter.snippets(texts, request.text).entries()) {
        const line = lines[i];
        if (line && snippet) line.snippet = snippet;
      }
    }
    return { lines, hasMore, total: this.#total(tenant, request, match, [low, high]) };
  }

  #read(
    ids: Iterable<number>,
    limit: number,
  ): { lines: LogsPage["lines"]; texts: string[]; hasMore: boolean } {
    const lines: LogsPage["lines"] = [];
    const texts: string[] = [];
    let bytes = 0;
    let event:
      { sequence: number; recordedAt: string; scope: string; correlationId: string } | undefined;
    let entries: readonly unknown[] = [];
    for (const id of ids) {
      const sequence = Math.floor(id / PLACES);
      if (lines.length === limit || bytes > MAX_PAGE_BYTES) return { lines, texts, hasMore: true };
      if (event?.sequence !== sequence) {
        const stored = this.#bytesOf.get(sequence);
        if (!stored) continue;
        const { scope, correlationId, payload } = eventOf(stored.bytes);
        entries = Array.isArray(payload["entries"]) ? payload["entries"] : [];
        const recordedAt = new Date(stored.recordedMs).toISOString();
        event = { sequence, recordedAt, scope, correlationId };
      }
      const place = id % PLACES;
      const entry: JsonObject = objectOf(entries[place] as JsonObject) ?? {};
      const { message } = entry;
      // Spread, this takes twenty times as long, and now and then much longer.
      lines.push(
        Object.assign({}, event, { entry: place }, entry, effectiveEntry(entry), {
          message: typeof message === "string" ? message : "",
        }),
      );
      const text = textOfEntry(entry);
      texts.push(text);
      bytes += text.length;
    }
    return { lines, texts, hasMore: false };
  }

  #total(
    tenant: string,
    request: LogsRequest,
    match: string,
    [low, high]: [number, number],
  ): LineCount {
    const { path, isCounted = true } = request;
    if (!isCounted) return { count: 0, isExact: false };
    if (isWholeScope(request)) {
      const counted = this.#countBelow.get({ tenant, path, ...subtreeOf(path) });
      if (counted?.isWhole === 1) return { count: counted.count ?? 0, isExact: true };
    }
    const { sql, values } = this.#selectOf(tenant, request);
    const count =
      this.#db
        .prepare<unknown[], number>(`SELECT count(*) FROM (${sql} LIMIT ${MAX_COUNTED + 1})`)
        .pluck()
        .get(match, BigInt(low), BigInt(high), ...values) ?? 0;
    return { count: Math.min(count, MAX_COUNTED), isExact: count <= MAX_COUNTED };
  }

  /** Correlations and scopes are of one tenant; the log as a whole may be of several. */
  #selectOf(tenant: string, { path }: LogsRequest): { sql: string; values: string[] } {
    if (path !== "" || this.#hasOthers.get(tenant, tenant) === 0)
      return { sql: SELECT, values: [] };
    return { sql: `${SELECT} AND (${OF_TENANT}) = ?`, values: [tenant] };
  }

  /** Undefined where nothing can be found. */
  #expressionOf(tenant: string, request: LogsRequest): string | undefined {
    const { path, nodeId, stream, minPriority = 1, maxPriority = 10 } = request;
    const { level, category, milestone, text } = request;
    const filter = {
      ...(level && { level }),
      ...(category && { category }),
      ...(milestone && { milestone }),
      text,
    };
    const match = this.#expressions.of(tenant, path, filter, true);
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
  #rangeOf({ sinceMs, untilMs, through = Infinity }: LogsRequest): [number, number] {
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

function isWholeScope({
  path,
  order,
  after,
  offset,
  limit,
  isCounted,
  ...filters
}: LogsRequest): boolean {
  const isScope = path !== "" && !path.startsWith("correlations/");
  return isScope && Object.values(filters).every((value) => value === undefined);
}
