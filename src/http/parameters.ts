import type { FastifyRequest } from "fastify";
import { parseCursor, type Cursor } from "../wire/cursor.js";
import {
  FILTER_MEMBERS,
  FilterError,
  parseFilter,
  type EventFilter,
} from "../wire/event-filter.js";
import { isTimestamp } from "../envelope/catalogue/timestamp.js";
import { problem, ProblemError } from "../wire/problem.js";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** RFC 3339, but for seconds, which may be left out. */
const TO_THE_MINUTE = /^(.{10}T\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})$/;

/** What was before a time, or not: milliseconds since 1970. */
export interface TimeRange {
  /** The first moment that counts. */
  sinceMs: number | undefined;
  /** The first that does not count any more. */
  untilMs: number | undefined;
}

/** What stands behind the question mark of a request, by name, each at most once. */
export class Parameters {
  readonly #given: Partial<Record<string, string | string[]>>;

  constructor({ query }: FastifyRequest) {
    this.#given = query as Partial<Record<string, string | string[]>>;
  }

  /** @throws ProblemError `bad-parameter` where it is given twice */
  text(name: string): string | undefined {
    const value = this.#given[name];
    if (Array.isArray(value)) throw badParameter(name, "is given more than once");
    return value;
  }

  /** @throws ProblemError `bad-parameter` */
  integer(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw badParameter(name, `must be a whole number from ${least} to ${most}`);
  }

  /** `1` and `true` are yes, `0` and `false` no, as is its absence. @throws ProblemError `bad-parameter` */
  flag(name: string): boolean {
    const text = this.choice(name, ["1", "true", "0", "false"]);
    return text === "1" || text === "true";
  }

  /** @throws ProblemError `bad-parameter` */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const chosen = choices.find((choice) => choice === text);
    if (chosen === undefined) throw badParameter(name, `must be one of ${choices.join(", ")}`);
    return chosen;
  }

  /** A text that says something. @throws ProblemError `bad-parameter` */
  words(name: string, maxLength: number): string | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    // SQLite takes a text to end there: what is behind it would be asked for by nobody.
    if (text.includes("\0")) throw badParameter(name, "must not have a NUL in it");
    if (text.trim() !== "" && text.length <= maxLength) return text;
    throw badParameter(name, `must be a text of 1 to ${maxLength} characters`);
  }

  /** RFC 3339, or a day; in milliseconds since 1970. @throws ProblemError `bad-parameter` */
  time(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const whole = DAY.test(text) ? `${text}T00:00:00Z` : text.replace(TO_THE_MINUTE, "$1:00$2");
    if (isTimestamp(whole)) return Date.parse(whole);
    // What a + becomes in a URL.
    const hint = / \d{2}:\d{2}$/.test(text) ? "; a + is written %2B" : "";
    throw badParameter(name, `must be a time such as 2026-03-01T09:30:00Z, or a day${hint}`);
  }

  /** `since` and `until`. @throws ProblemError `bad-parameter` */
  timeRange(): TimeRange {
    const sinceMs = this.time("since");
    const untilMs = this.time("until");
    if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs) {
      throw badParameter("since", "must be before until");
    }
    return { sinceMs, untilMs };
  }

  /** @throws ProblemError `bad-cursor` */
  cursor(name: string): Cursor | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : cursorFrom(text, `/query/${name}`);
  }

  /** @throws ProblemError `bad-parameter` */
  filter(): EventFilter | undefined {
    const given = FILTER_MEMBERS.map((name) => [name, this.text(name)] as const);
    try {
      return parseFilter(Object.fromEntries(given.filter(([, text]) => text !== undefined)));
    } catch (error) {
      if (error instanceof FilterError) throw badParameter(error.member, error.flaw);
      throw error;
    }
  }

  /** Those of the names that are given. */
  among(...names: string[]): string[] {
    return names.filter((name) => this.#given[name] !== undefined);
  }

  /** @throws ProblemError `bad-parameter` where more than one of the names is given */
  atMostOne(...names: string[]): void {
    const [first, second] = this.among(...names);
    if (second !== undefined) throw badParameter(second, `cannot go together with ${first ?? ""}`);
  }
}

/** @throws ProblemError `bad-cursor` */
export function cursorFrom(text: string, pointer: string): Cursor {
  const cursor = parseCursor(text);
  if (cursor) return cursor;
  const detail =
    "A cursor is a sequence and the log's epoch, such as 1042.k3f9q2, as events and pages give it; " +
    "a sequence alone will do.";
  throw badCursor(detail, pointer);
}

export function badCursor(detail: string, pointer: string): ProblemError {
  return new ProblemError(problem("bad-cursor", detail, { pointer }));
}

/** The pointer names the parameter as a member of `query`. */
export function badParameter(name: string, flaw: string): ProblemError {
  return new ProblemError(
    problem("bad-parameter", `${name} ${flaw}.`, { pointer: `/query/${name}` }),
  );
}
