import { LOG_LEVELS, parseLogLevel, type LogLevel } from "../../envelope/catalogue/log-entry.js";
import { isWithin } from "../../envelope/scope.js";
import type { Query } from "../app/query.js";
import type { Lines } from "../run/lines.js";

/** Which lines are shown, in the words of the page's address. */
export interface LogFilter {
  level: LogLevel | undefined;
  lens: "business" | "technical" | undefined;
  milestones: boolean;
  /** A scope, or `<scope>#<node>`. */
  node: string | undefined;
}

export function logFilterOf({ get }: Query): LogFilter {
  const lens = get("lens");
  return {
    level: parseLogLevel(get("level") ?? ""),
    lens: lens === "business" || lens === "technical" ? lens : undefined,
    milestones: get("milestones") === "1",
    node: get("node"),
  };
}

/** Whether a line is shown, by its place. */
export function passesOf(
  { level, lens, milestones, node }: LogFilter,
  lines: Lines,
): (place: number) => boolean {
  const least = level === undefined ? 0 : LOG_LEVELS.indexOf(level);
  const [scope = "", nodeId = ""] = node?.split("#", 2) ?? [];
  // Scopes and nodes come again and again: each is looked at once.
  const scopes = new Map<number, boolean>();
  const isInScope = (place: number): boolean => {
    const number = lines.scopeNumber(place);
    let is = scopes.get(number);
    if (is === undefined) scopes.set(number, (is = isWithin(lines.scope(place), scope)));
    return is;
  };
  return (place) =>
    lines.levelRank(place) >= least &&
    (lens === undefined || lines.isBusiness(place) === (lens === "business")) &&
    (!milestones || lines.isMilestone(place)) &&
    (scope === "" || isInScope(place)) &&
    (nodeId === "" || lines.node(place) === nodeId);
}
