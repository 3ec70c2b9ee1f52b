import type { IndexFilter } from "../log/history-index.js";
import type { ReadDatabase } from "./database.js";
import { PLACES } from "./documents.js";
import { FilterExpressions } from "./filter-expression.js";

/** Events that are wanted, and how many of them. */
export interface EventSearchQuery {
  tenant: string;
  /** A scope, `correlations/<id>`, or empty: everything. */
  path: string;
  filter: IndexFilter;
  /** The first and the last sequence that are wanted. */
  from: number;
  to: number;
  order: "ascending" | "descending";
  most: number;
}

/** Finds the events that meet a filter, without looking at the others. */
export class EventSearch {
  readonly #expressions: FilterExpressions;
  readonly #ids;

  constructor(db: ReadDatabase) {
    this.#expressions = new FilterExpressions(db);
    // Integers, as only those are seen by FTS5 as a range that it can begin at.
    const inOrder = (order: "ASC" | "DESC") =>
      db
        .prepare<[string, bigint, bigint], number>(
          `SELECT rowid FROM entries WHERE entries MATCH ? AND rowid >= ? AND rowid < ?
           ORDER BY rowid ${order}`,
        )
        .pluck();
    this.#ids = { ascending: inOrder("ASC"), descending: inOrder("DESC") };
  }

  /** Their sequences. Of the whole log also those of other tenants. */
  list({ tenant, path, filter, from, to, order, most }: EventSearchQuery): number[] {
    const match = this.#expressions.of(tenant, path, filter);
    if (match === undefined) return [];
    const range = [BigInt(from) * BigInt(PLACES), (BigInt(to) + 1n) * BigInt(PLACES)] as const;
    const sequences: number[] = [];
    for (const id of this.#ids[order].iterate(match.toString(), ...range)) {
      const sequence = Math.floor(id / PLACES);
      // An event has as many documents as log entries.
      if (sequence === sequences.at(-1)) continue;
      if (sequences.length === most) break;
      sequences.push(sequence);
    }
    return sequences;
  }
}
