import type { JsonObject } from "../envelope/envelope.js";
import { objectOf } from "../projections/payload-values.js";
import type { ReadDatabase } from "./database.js";
import { PLACES, textOfEntry } from "./documents.js";
import { FoundLines, MAX_FOUND } from "./found-lines.js";
import { Highlighter, type Snippet } from "./highlighter.js";
import { LineSelects, type LineSelect } from "./line-select.js";
import { effectiveEntry, type LogLine } from "./log-line.js";
import type { LogsFilter, LogsRequest } from "./logs-request.js";
import { scopeLineCounter } from "./scope-lines.js";
import { eventOf } from "./states.js";

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

/** Finds log entries, each by itself, in the order of the log. What it costs does not depend on how deep they are. */
export class LogSearch {
  readonly #db: ReadDatabase;
  readonly #selects: LineSelects;
  readonly #found: FoundLines;
  readonly #highlighter = new Highlighter();
  readonly #countOfScope;
  readonly #bytesOf;

  constructor(db: ReadDatabase) {
    this.#db = db;
    this.#selects = new LineSelects(db);
    this.#found = new FoundLines(db);
    this.#countOfScope = scopeLineCounter(db);
    this.#bytesOf = db.prepare<[number], { bytes: Uint8Array; recordedMs: number }>(
      "SELECT bytes, recorded_ms AS recordedMs FROM events WHERE sequence = ?",
    );
  }

  page(tenant: string, request: LogsRequest): LogsPage {
    const { order, after, offset, limit, isCounted = true, ...filter } = request;
    const select = this.#selects.of(tenant, filter);
    if (!select) return { lines: [], hasMore: false, total: { count: 0, isExact: true } };
    const inScope = isWholeScope(filter) ? this.#countOfScope(tenant, filter.path) : undefined;
    const found =
      isCounted && inScope === undefined
        ? this.#found.of(JSON.stringify([tenant, filter]), select)
        : undefined;
    const range = rangeBehind(after, order, select);
    const documents = found?.isAll
      ? within(found.documents, range, request)
      : this.#documents(select, range, request);
    const { lines, texts, hasMore } = this.#read(documents, limit);
    if (filter.text) {
      for (const [i, snippet] of this.#highlighter.snippets(texts, filter.text).entries()) {
        const line = lines[i];
        if (line && snippet) line.snippet = snippet;
      }
    }
    const total = {
      count: inScope ?? Math.min(MAX_FOUND, Math.max(found?.documents.length ?? 0, lines.length)),
      isExact: inScope !== undefined || found?.isAll === true,
    };
    return { lines, hasMore, total };
  }

  #documents(
    { sql, match, values }: LineSelect,
    [from, to]: Range,
    { order, offset, limit }: LogsRequest,
  ): Iterable<number> {
    return this.#db
      .prepare<unknown[], number>(`${sql} ORDER BY id ${order} LIMIT ? OFFSET ?`)
      .pluck()
      .iterate(match, BigInt(from), BigInt(to), ...values, limit + 1, offset);
  }

  #read(
    documents: Iterable<number>,
    limit: number,
  ): { lines: LogsPage["lines"]; texts: string[]; hasMore: boolean } {
    const lines: LogsPage["lines"] = [];
    const texts: string[] = [];
    let bytes = 0;
    let event:
      { sequence: number; recordedAt: string; scope: string; correlationId: string } | undefined;
    let entries: readonly unknown[] = [];
    for (const document of documents) {
      const sequence = Math.floor(document / PLACES);
      if (lines.length === limit || bytes > MAX_PAGE_BYTES) return { lines, texts, hasMore: true };
      if (event?.sequence !== sequence) {
        const stored = this.#bytesOf.get(sequence);
        if (!stored) continue;
        const { scope, correlationId, payload } = eventOf(stored.bytes);
        entries = Array.isArray(payload["entries"]) ? payload["entries"] : [];
        const recordedAt = new Date(stored.recordedMs).toISOString();
        event = { sequence, recordedAt, scope, correlationId };
      }
      const place = document % PLACES;
      const entry: JsonObject = objectOf(entries[place] as JsonObject) ?? {};
      const message = typeof entry["message"] === "string" ? entry["message"] : "";
      // Spread, this takes twenty times as long, and now and then much longer.
      const own = { entry: place };
      const line = Object.assign({}, event, own, entry, effectiveEntry(entry), {
        message,
      }) as LogLine;
      lines.push(line);
      const text = textOfEntry(entry);
      texts.push(text);
      bytes += text.length;
    }
    return { lines, texts, hasMore: false };
  }
}

/** Documents between two: both are outside of it. */
type Range = readonly [from: number, to: number];

function rangeBehind(
  after: LogsRequest["after"],
  order: LogsRequest["order"],
  { low, high }: LineSelect,
): Range {
  if (!after) return [low, high];
  const place = after.sequence * PLACES + after.entry;
  return order === "asc" ? [Math.max(low, place), high] : [low, Math.min(high, place)];
}

/** Those of all documents that a page is made of, and one more where there is one. */
function within(
  all: readonly number[],
  [from, to]: Range,
  { order, offset, limit }: LogsRequest,
): readonly number[] {
  const some = all.filter((document) => document > from && document < to);
  if (order === "desc") some.reverse();
  return some.slice(offset, offset + limit + 1);
}

function isWholeScope({ path, ...filters }: LogsFilter): boolean {
  const isScope = path !== "" && !path.startsWith("correlations/");
  return isScope && Object.values(filters).every((value) => value === undefined);
}
