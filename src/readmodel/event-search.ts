import { typePattern } from "../envelope/type-glob.js";
import type { IndexFilter } from "../log/history-index.js";
import type { ReadDatabase } from "./database.js";
import { PLACES } from "./documents.js";
import { MatchExpression } from "./match-expression.js";
import { tag, typeName } from "./tags.js";

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
  readonly #keyOf;
  readonly #types;
  readonly #ids;

  constructor(db: ReadDatabase) {
    this.#keyOf = db
      .prepare<[string, string], number>("SELECT id FROM keys WHERE tenant = ? AND name = ?")
      .pluck();
    this.#types = db.prepare<[string, string, string], { id: number; name: string }>(
      "SELECT id, name FROM keys WHERE tenant = ? AND name >= ? AND name < ?",
    );
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
    const match = this.#expressionOf(tenant, path, filter);
    if (match === undefined) return [];
    const range = [BigInt(from) * BigInt(PLACES), (BigInt(to) + 1n) * BigInt(PLACES)] as const;
    const sequences: number[] = [];
    for (const id of this.#ids[order].iterate(match, ...range)) {
      const sequence = Math.floor(id / PLACES);
      // An event has as many documents as log entries.
      if (sequence === sequences.at(-1)) continue;
      if (sequences.length === most) break;
      sequences.push(sequence);
    }
    return sequences;
  }

  /** Undefined where nothing can be found. */
  #expressionOf(tenant: string, path: string, filter: IndexFilter): string | undefined {
    const { type, level, category, milestone, correlationId, text } = filter;
    const keyOf = (name: string) => this.#keyOf.get(tenant, name);
    const match = new MatchExpression();
    if (path !== "") {
      const key = keyOf(path);
      if (key === undefined) return undefined;
      match.anyOf([path.startsWith("correlations/") ? tag.correlation(key) : tag.within(key)]);
    }
    if (correlationId !== undefined) {
      const key = keyOf(`correlations/${correlationId}`);
      if (key === undefined) return undefined;
      match.anyOf([tag.correlation(key)]);
    }
    if (type) {
      const keys = this.#typesLike(tenant, type);
      if (keys.length === 0) return undefined;
      match.anyOf(keys.map(tag.type));
    }
    if (level ?? category ?? milestone) {
      const key = keyOf(typeName("log.appended"));
      if (key === undefined) return undefined;
      match.anyOf([tag.type(key)]);
    }
    if (level) match.level(level);
    if (category) match.category(category);
    if (milestone) match.anyOf([tag.milestone]);
    if (text) match.text(text);
    return match.toString();
  }

  #typesLike(tenant: string, globs: readonly string[]): number[] {
    const pattern = typePattern(globs);
    const prefix = typeName("");
    const end = `${prefix}\uffff`;
    return this.#types
      .all(tenant, prefix, end)
      .filter(({ name }) => pattern.test(name.slice(prefix.length)))
      .map(({ id }) => id);
  }
}
