import type { RunsQuery } from "../../client/state.js";
import { STATUSES, type Status } from "../../projections/status.js";
import type { Query } from "../app/query.js";

/** Which runs are listed, in the words of the page's address. */
export interface RunsFilter {
  status: string | undefined;
  workflow: string | undefined;
  text: string | undefined;
  /** One of {@link TIMES}, or a time in RFC 3339. */
  since: string | undefined;
  /** The cursor behind which the page begins. */
  after: string | undefined;
}

const HOUR_MS = 60 * 60 * 1000;

/** How far back the list goes. */
export const TIMES: Readonly<Record<string, { words: string; ms: number }>> = {
  "1h": { words: "Last hour", ms: HOUR_MS },
  "24h": { words: "Last 24 hours", ms: 24 * HOUR_MS },
  "7d": { words: "Last 7 days", ms: 7 * 24 * HOUR_MS },
  "30d": { words: "Last 30 days", ms: 30 * 24 * HOUR_MS },
};

export function filterOf({ get }: Query): RunsFilter {
  return {
    status: get("status"),
    workflow: get("workflow"),
    text: get("q"),
    since: get("since"),
    after: get("after"),
  };
}

/** Whether it leaves any run out, the page apart. */
export function isNarrow({ status, workflow, text, since }: RunsFilter): boolean {
  return [status, workflow, text, since].some((value) => value !== undefined);
}

/** What the server is asked for. A status that there is not is left out. */
export function queryOf({ status, workflow, text, since, after }: RunsFilter): RunsQuery {
  const statuses = statusesOf(status);
  const backMs = since === undefined ? undefined : TIMES[since]?.ms;
  return {
    status: statuses.length === 0 ? undefined : statuses,
    workflowId: workflow,
    q: text?.trim() || undefined,
    since: backMs === undefined ? since : new Date(Date.now() - backMs).toISOString(),
    after,
  };
}

export function statusesOf(status: string | undefined): Status[] {
  const words = status?.split(",") ?? [];
  return STATUSES.filter((known) => words.includes(known));
}
