import { LOG_LEVELS, levelRank, type LogLevel } from "../envelope/catalogue/log-entry.js";
import { tag } from "./tags.js";
import type { TextQuery } from "./text-query.js";

const PRIORITIES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const DEFAULT_PRIORITY = 5;
const INFO = levelRank("info");

/** Gathers what documents must have and must not have, and makes an expression of FTS5 of it. */
export class MatchExpression {
  readonly #wanted: string[] = [];
  readonly #unwanted: string[] = [];
  /** What all log entries have; needed where nothing else is wanted that only they have. */
  #ofEntries: string | undefined;
  #isOfEntries = false;

  /** One of these tags, of which there is at least one. */
  anyOf(tags: readonly string[]): this {
    this.#wanted.push(`tags : (${tags.join(" OR ")})`);
    return this;
  }

  /** One of these tags, which only log entries have. */
  anyOfEntries(tags: readonly string[]): this {
    this.#isOfEntries = true;
    return this.anyOf(tags);
  }

  /** Only log entries, all of which have this tag: it is a long list, left out where others do as well. */
  ofEntries(entryType: string): this {
    this.#ofEntries = entryType;
    return this;
  }

  noneOf(tags: readonly string[]): this {
    if (tags.length > 0) this.#unwanted.push(`tags : (${tags.join(" OR ")})`);
    return this;
  }

  text({ wanted, unwanted }: TextQuery): this {
    this.#wanted.push(`text : (${wanted})`);
    if (unwanted !== undefined) this.#unwanted.push(`text : (${unwanted})`);
    return this;
  }

  /** At least this serious. */
  level(least: LogLevel): this {
    const rank = levelRank(least);
    const ranks = LOG_LEVELS.map(levelRank);
    if (rank > INFO) return this.anyOfEntries(ranks.filter((one) => one >= rank).map(tag.level));
    return this.noneOf(ranks.filter((one) => one < rank).map(tag.level));
  }

  category(category: "business" | "technical"): this {
    return category === "business"
      ? this.anyOfEntries([tag.business])
      : this.noneOf([tag.business]);
  }

  priority(least: number, most: number): this {
    const isWithin = (one: number) => one >= least && one <= most;
    if (!isWithin(DEFAULT_PRIORITY))
      return this.anyOfEntries(PRIORITIES.filter(isWithin).map(tag.priority));
    return this.noneOf(PRIORITIES.filter((one) => !isWithin(one)).map(tag.priority));
  }

  /** Something must be wanted. */
  toString(): string {
    const isSaid = this.#isOfEntries || this.#ofEntries === undefined;
    const wanted = [...this.#wanted, ...(isSaid ? [] : [`tags : (${this.#ofEntries})`])].join(
      " AND ",
    );
    if (this.#unwanted.length === 0) return wanted;
    return `(${wanted}) NOT (${this.#unwanted.join(" OR ")})`;
  }
}
