import { Link } from "wouter";
import { STATUSES } from "../../projections/status.js";
import type { WorkflowStats } from "../../projections/workflow-stats.js";
import { countText } from "../app/format.js";
import { lookOf, Status } from "../parts/status.js";
import type { Period } from "./period.js";

/** How many runs have which status; each leads to those runs. */
export function StatusCounts({
  stats: { workflowId, byStatus, runs },
  period,
}: {
  stats: WorkflowStats;
  period: Period;
}) {
  const addressOf = (status: string) =>
    `/?${new URLSearchParams({ workflow: workflowId ?? "", status, since: period.id }).toString()}`;
  const shown = STATUSES.filter((status) => byStatus[status] > 0);
  return (
    <section className="chart">
      <div className="chart-head">
        <h2>Runs by status</h2>
      </div>
      <ul className="status-counts">
        {shown.map((status) => (
          <li key={status}>
            <Link href={addressOf(status)}>
              <Status status={status} />
            </Link>
            <span className="status-count">{countText(byStatus[status])}</span>
            <span className={`status-bar tone-${lookOf(status).tone}`} aria-hidden>
              <span style={{ width: `${(byStatus[status] / runs) * 100}%` }} />
            </span>
          </li>
        ))}
        {byStatus.unknown > 0 && (
          <li>
            <Status status={null} />
            <span className="status-count">{countText(byStatus.unknown)}</span>
            <span className="status-bar" aria-hidden>
              <span style={{ width: `${(byStatus.unknown / runs) * 100}%` }} />
            </span>
          </li>
        )}
      </ul>
    </section>
  );
}
