import { typePattern } from "../envelope/type-glob.js";
import type { IndexFilter } from "../log/history-index.js";
import type { ReadDatabase } from "./database.js";
import { keyFinder, type FindKey } from "./keys.js";
import { MatchExpression } from "./match-expression.js";
import { tag, typeName } from "./tags.js";

/** Makes expressions of FTS5 of what a timeline's events, or their log entries, are to meet. */
export class FilterExpressions {
  readonly #findKey: FindKey;
  readonly #types;

  constructor(db: ReadDatabase) {
    this.#findKey = keyFinder(db);
    this.#types = db.prepare<[string, string, string], { id: number; name: string }>(
      "SELECT id, name FROM keys WHERE tenant = ? AND name >= ? AND name < ?",
    );
  }

  /**
   * Undefined where nothing can be found.
   *
   * @param path a scope, `correlations/<id>`, or empty: everything
   * @param isOfEntries only log entries are wanted, as with a filter that is about those
   */
  of(
    tenant: string,
    path: string,
    filter: IndexFilter,
    isOfEntries = (filter.level ?? filter.category ?? filter.milestone) !== undefined,
  ): MatchExpression | undefined {
    const { type, level, category, milestone, correlationId, text } = filter;
    const match = new MatchExpression();
    if (path !== "") {
      const key = this.#findKey(tenant, path);
      if (key === undefined) return undefined;
      match.anyOf([path.startsWith("correlations/") ? tag.correlation(key) : tag.within(key)]);
    }
    if (correlationId !== undefined) {
      const key = this.#findKey(tenant, `correlations/${correlationId}`);
      if (key === undefined) return undefined;
      match.anyOf([tag.correlation(key)]);
    }
    if (type) {
      const keys = this.#typesLike(tenant, type);
      if (keys.length === 0) return undefined;
      match.anyOf(keys.map(tag.type));
    }
    if (isOfEntries) {
      const key = this.#findKey(tenant, typeName("log.appended"));
      if (key === undefined) return undefined;
      match.ofEntries(tag.type(key));
    }
    if (level) match.level(level);
    if (category) match.category(category);
    if (milestone) match.anyOfEntries([tag.milestone]);
    if (text) match.text(text);
    return match;
  }

  #typesLike(tenant: string, globs: readonly string[]): number[] {
    const pattern = typePattern(globs);
    const prefix = typeName("");
    return this.#types
      .all(tenant, prefix, `${prefix}\uffff`)
      .filter(({ name }) => pattern.test(name.slice(prefix.length)))
      .map(({ id }) => id);
  }
}
