import { LOG_LEVELS, parseLogLevel, type LogLevel } from "../envelope/catalogue/log-entry.js";

/** The order of the members is also that in which they stand in a URL. */
export const FILTER_MEMBERS = ["type", "level", "category", "milestone", "correlationId"] as const;
export type FilterMember = (typeof FILTER_MEMBERS)[number];

/**
 * Which events of a timeline a reader wants: those that meet every member that is there.
 *
 * `level`, `category` and `milestone` are about log entries: an event meets them when one of its entries
 * meets all of them, and an event without entries does not.
 */
export interface EventFilter {
  /** The type is one of these; `*` stands for any characters, `job.*`. */
  type?: readonly string[];
  /** At least this serious. */
  level?: LogLevel;
  category?: "business" | "technical";
  milestone?: true;
  correlationId?: string;
}

/** A member of a filter that cannot be used. */
export class FilterError extends Error {
  override readonly name = "FilterError";
  constructor(
    readonly member: FilterMember,
    /** What it must be, to be set behind the member's name. */
    readonly flaw: string,
  ) {
    super(`${member} ${flaw}`);
  }
}

const MAX_TYPES = 32;
const TYPE_GLOB = /^[a-z0-9_.*]{1,64}$/;
/** Printable ASCII without blanks, quotes and backslashes: as in the envelope. */
const CORRELATION_ID = /^[!#-[\]-~]{1,128}$/;

/**
 * The filter that was written as text, as in a URL: `type=job.*,run.failed`, `level=warning`,
 * `category=business`, `milestone=1`, `correlationId=r-42`. Undefined where nothing is filtered.
 *
 * @throws FilterError
 */
export function parseFilter(given: Partial<Record<FilterMember, string>>): EventFilter | undefined {
  const { type, level, category, milestone, correlationId } = given;
  const filter: EventFilter = {};
  if (type !== undefined) filter.type = parseTypes(type);
  if (level !== undefined) {
    const known = parseLogLevel(level);
    if (!known) throw new FilterError("level", `must be one of ${LOG_LEVELS.join(", ")}`);
    filter.level = known;
  }
  if (category !== undefined) {
    if (category !== "business" && category !== "technical") {
      throw new FilterError("category", "must be business or technical");
    }
    filter.category = category;
  }
  if (milestone !== undefined) {
    if (!["1", "true", "0", "false"].includes(milestone)) {
      throw new FilterError("milestone", "must be 1 or 0");
    }
    if (milestone === "1" || milestone === "true") filter.milestone = true;
  }
  if (correlationId !== undefined) {
    if (!isCorrelationId(correlationId)) {
      throw new FilterError(
        "correlationId",
        "must be 1 to 128 printable ASCII characters other than blanks, quotes and backslashes",
      );
    }
    filter.correlationId = correlationId;
  }
  return Object.keys(filter).length === 0 ? undefined : filter;
}

/** The same filter as text, to be read by {@link parseFilter}. */
export function filterText(filter: EventFilter): Partial<Record<FilterMember, string>> {
  const { type, level, category, milestone, correlationId } = filter;
  return {
    ...(type && { type: type.join(",") }),
    ...(level && { level }),
    ...(category && { category }),
    ...(milestone && { milestone: "1" }),
    ...(correlationId !== undefined && { correlationId }),
  };
}

export function isCorrelationId(text: string): boolean {
  return CORRELATION_ID.test(text);
}

function parseTypes(text: string): string[] {
  const types = text.split(",").map((type) => type.trim());
  if (types.length > MAX_TYPES || !types.every((type) => TYPE_GLOB.test(type))) {
    throw new FilterError(
      "type",
      `must be 1 to ${MAX_TYPES} types, separated by commas, with * for any characters: job.*,run.failed`,
    );
  }
  return types;
}
