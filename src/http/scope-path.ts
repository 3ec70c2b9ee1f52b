import type { FastifyRequest } from "fastify";
import { ID_PATTERN, parseScope, type Scope } from "../envelope/scope.js";
import { isCorrelationId } from "../wire/event-filter.js";
import { problem, ProblemError } from "../wire/problem.js";
import { correlationPath, type TimelinePath } from "../wire/timeline.js";

/** What can be asked of a timeline, the last word of its addresses. */
const TIMELINE_RESOURCES = ["events", "stream", "poll", "logs"] as const;
/** What can be asked of a scope alone. */
const SCOPE_RESOURCES = [...TIMELINE_RESOURCES, "logs/summary", "bundle", "receipt"] as const;
export type TimelineResource = (typeof TIMELINE_RESOURCES)[number];
export type ScopeResource = (typeof SCOPE_RESOURCES)[number];

const PAIRS = [
  ["kind1", "id1"],
  ["kind2", "id2"],
  ["kind3", "id3"],
] as const;

/**
 * The addresses of a resource: `/v1/<scope>/<resource>`, with one to three pairs in the scope; without one, of
 * the scope itself.
 */
export function scopeUrls(resource?: ScopeResource): string[] {
  return PAIRS.map((_, i) => {
    const pairs = PAIRS.slice(0, i + 1).map(([kind, id]) => `:${kind}/:${id}`);
    return ["/v1", ...pairs, ...(resource === undefined ? [] : [resource])].join("/");
  });
}

/** The same, and those of the whole tenant and of a correlation. */
export function timelineUrls(resource: TimelineResource): string[] {
  return [`/v1/${resource}`, `/v1/correlations/:correlationId/${resource}`, ...scopeUrls(resource)];
}

/**
 * The timeline that a request is addressed to.
 *
 * @throws ProblemError `bad-scope`
 */
export function timelineOf(request: FastifyRequest): TimelinePath {
  const { correlationId } = request.params as { correlationId?: string };
  if (correlationId === undefined) return scopeOf(request)?.path ?? "";
  if (!isCorrelationId(correlationId)) throw badCorrelation(correlationId);
  return correlationPath(correlationId);
}

/** What is wrong with the id of a correlation's timeline, for whoever wrote it. */
export function badCorrelation(id: string): ProblemError {
  const detail =
    `${shown(id)} is not a correlation id: 1 to 128 printable ASCII characters other than ` +
    "blanks, quotes and backslashes.";
  return new ProblemError(problem("bad-scope", detail));
}

/**
 * The scope that a request is addressed to; undefined for the whole tenant.
 *
 * @throws ProblemError `bad-scope`
 */
export function scopeOf({ params }: FastifyRequest): Scope | undefined {
  const given = params as Partial<Record<string, string>>;
  const parts = PAIRS.flat().flatMap((name) => given[name] ?? []);
  if (parts.length === 0) return undefined;
  // The parts are decoded: one of `a%2Fjobs%2Fb` must not become three.
  const path = parts.map((part) => (part.includes("/") ? "" : part)).join("/");
  const scope = parseScope(path);
  if (!scope) throw badScope(parts);
  return scope;
}

/** What a scope in the address is not, for whoever wrote it. */
export function badScope(parts: readonly string[]): ProblemError {
  return new ProblemError(problem("bad-scope", `${flawOf(parts)} ${FORM}`));
}

/** Whether an address without a route was meant as that of a scope, and which parts it has. */
export function intendedScope(url: string): string[] | undefined {
  const [path = ""] = url.split("?", 1);
  const parts = path.split("/");
  const resource = parts.at(-1);
  const isTimeline = SCOPE_RESOURCES.some((known) => known === resource);
  return isTimeline && parts[1] === "v1" ? parts.slice(2, -1) : undefined;
}

const FORM =
  "A scope is runs/<id>, and in it pack-runs/<id> and jobs/<id>, for example runs/r-42/jobs/build.";

function flawOf(parts: readonly string[]): string {
  if (parts.length % 2 !== 0) return `${shown(parts.join("/"))} is not made of pairs.`;
  for (let i = 0; i < parts.length; i += 2) {
    const [kind = "", id = ""] = parts.slice(i, i + 2);
    if (!["runs", "pack-runs", "jobs"].includes(kind)) {
      return `${shown(kind)} is not a kind of scope: those are runs, pack-runs and jobs.`;
    }
    if (!ID_PATTERN.test(id)) {
      return `${shown(id)} is not an id: 1 to 128 letters, digits, or any of _ : @ = + ~ -.`;
    }
  }
  return `${shown(parts.join("/"))} has its pairs in an order that there is not.`;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 140 ? `${text.slice(0, 140)}…` : text);
}
