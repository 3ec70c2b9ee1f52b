/** One id of a scope path: also one token of a NATS subject, hence no dot, star, arrow or blank. */
export const ID_PATTERN = /^[A-Za-z0-9_:@=+~-]{1,128}$/;
export const TENANT_PATTERN = /^[a-z0-9-]{1,63}$/;

export type ScopeKind = "runs" | "pack-runs" | "jobs";

/** Which kinds may stand below which: a run holds pack-runs and jobs, a pack-run holds jobs. */
const BELOW: Record<ScopeKind, readonly ScopeKind[]> = {
  runs: ["pack-runs", "jobs"],
  "pack-runs": ["jobs"],
  jobs: [],
};

/**
 * A scope: the run, pack-run or job that an event belongs to, named by its path, e.g.
 * `runs/r-42/jobs/build`. Its *timeline* is its own events and those of every scope below it.
 */
export interface Scope {
  path: string;
  kind: ScopeKind;
  /** The id of the scope itself: `build`. */
  id: string;
  /** The id at the start of the path: `r-42`. */
  rootId: string;
  /** Paths of the scopes that contain this one, outermost first. */
  ancestors: readonly string[];
}

const ID = ID_PATTERN.source.slice(1, -1);
const PATH_PATTERN = new RegExp(
  `^(?:runs/${ID}(?:/pack-runs/${ID})?(?:/jobs/${ID})?|pack-runs/${ID}(?:/jobs/${ID})?|jobs/${ID})$`,
);

/** Whether {@link parseScope} finds a scope, at a tenth of the cost. */
export function isScopePath(path: string): boolean {
  return PATH_PATTERN.test(path);
}

/** The scope that `path` names, or `undefined` if it names none. */
export function parseScope(path: string): Scope | undefined {
  const parts = path.split("/");
  if (parts.length % 2 !== 0 || parts.length > 6) return undefined;
  const ancestors: string[] = [];
  let kind: ScopeKind | undefined;
  let id = "";
  for (let i = 0; i < parts.length; i += 2) {
    const next = parts[i] ?? "";
    if (!isScopeKind(next) || (kind && !BELOW[kind].includes(next))) return undefined;
    if (kind) ancestors.push(parts.slice(0, i).join("/"));
    kind = next;
    id = parts[i + 1] ?? "";
    if (!ID_PATTERN.test(id)) return undefined;
  }
  return kind && { path, kind, id, rootId: parts[1] ?? "", ancestors };
}

function isScopeKind(text: string): text is ScopeKind {
  return Object.hasOwn(BELOW, text);
}

/** Whether a scope is `container` or below it; everything is within an empty one. */
export function isWithin(scope: string, container: string): boolean {
  return container === "" || scope === container || scope.startsWith(`${container}/`);
}

/** The JetStream subject of a scope's own events: `ev.acme.runs.r-42.jobs.build`. */
export function subjectOf(tenant: string, path: string): string {
  return `ev.${tenant}.${path.replaceAll("/", ".")}`;
}

/** The subjects of a timeline; an empty path is the whole tenant. */
export function timelineSubjects(tenant: string, path: string): string[] {
  if (path === "") return [`ev.${tenant}.>`];
  const subject = subjectOf(tenant, path);
  return path.includes("/jobs/") || path.startsWith("jobs/")
    ? [subject]
    : [subject, `${subject}.>`];
}

/** Tenant and path of a subject made by {@link subjectOf}. */
export function scopeOfSubject(subject: string): { tenant: string; path: string } {
  const tenantEnd = subject.indexOf(".", 3);
  return {
    tenant: subject.slice(3, tenantEnd),
    path: subject.slice(tenantEnd + 1).replaceAll(".", "/"),
  };
}
