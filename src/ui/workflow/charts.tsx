import type { WorkflowStats } from "../../projections/workflow-stats.js";
import { DurationChart } from "./duration-chart.js";
import type { Period, TimeRange } from "./period.js";
import { StatusCounts } from "./status-counts.js";
import { SuccessChart } from "./success-chart.js";

/** What the runs of a workflow are like. */
export function Charts({
  stats,
  range,
  period,
}: {
  stats: WorkflowStats;
  range: TimeRange;
  period: Period;
}) {
  return (
    <div className="workflow-charts">
      <div className="chart-wide">
        <DurationChart stats={stats} range={range} />
      </div>
      <SuccessChart stats={stats} range={range} />
      <StatusCounts stats={stats} period={period} />
    </div>
  );
}
