import { parseScope } from "../../envelope/scope.js";
import { isCorrelationId } from "../../wire/event-filter.js";
import { correlationIn, correlationPath } from "../../wire/timeline.js";

/** What an address of the application shows. */
export type Place =
  | { page: "runs" }
  /** A scope, or all events of a correlation. */
  | { page: "timeline"; path: string }
  | { page: "workflow"; workflowId: string }
  | { page: "unknown" };

const CORRELATIONS = "/correlations/";
const WORKFLOWS = "/workflows/";

/** @param pathname as in `location`: percent-encoded */
export function placeOf(pathname: string): Place {
  if (pathname === "/") return { page: "runs" };
  const correlationId = decoded(pathname, CORRELATIONS);
  if (correlationId !== undefined) {
    return isCorrelationId(correlationId)
      ? { page: "timeline", path: correlationPath(correlationId) }
      : { page: "unknown" };
  }
  const workflowId = decoded(pathname, WORKFLOWS);
  if (workflowId) return { page: "workflow", workflowId };
  const path = decoded(pathname, "/")?.replace(/\/$/, "") ?? "";
  return parseScope(path) ? { page: "timeline", path } : { page: "unknown" };
}

/** The address of a scope's page. */
export function scopeAddress(scope: string): string {
  return `/${scope.split("/").map(encodeURIComponent).join("/")}`;
}

export function correlationAddress(id: string): string {
  return `${CORRELATIONS}${encodeURIComponent(id)}`;
}

/** The address of a timeline's page, of a scope or a correlation. */
export function timelineAddress(path: string): string {
  const id = correlationIn(path);
  return id === undefined ? scopeAddress(path) : correlationAddress(id);
}

export function workflowAddress(id: string): string {
  // A URL takes these for steps, even encoded.
  if (id === "." || id === "..") return workflowRunsAddress(id);
  return `${WORKFLOWS}${encodeURIComponent(id)}`;
}

/** The address of the list of a workflow's runs. */
export function workflowRunsAddress(id: string): string {
  return `/?${new URLSearchParams({ workflow: id }).toString()}`;
}

/** What stands behind a prefix; undefined where it is not there, or is no text. */
function decoded(pathname: string, prefix: string): string | undefined {
  if (!pathname.startsWith(prefix)) return undefined;
  try {
    return decodeURIComponent(pathname.slice(prefix.length));
  } catch {
    return undefined;
  }
}
