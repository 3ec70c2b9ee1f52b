import { useCallback, useMemo } from "react";
import type { StatsBucket, WorkflowStats } from "../../projections/workflow-stats.js";
import { countOf, countText, momentText } from "../app/format.js";
import { SHARES } from "./axis.js";
import { Chart } from "./chart.js";
import type { TimeRange } from "./period.js";
import { Plot, type Mark, type Places } from "./plot.js";
import { Point } from "./point.js";
import { percentText, successOf } from "./success.js";

interface Rate {
  bucket: StatsBucket;
  at: number;
  rate: number;
}

/** Which share of the runs went well, over time. */
export function SuccessChart({ stats, range }: { stats: WorkflowStats; range: TimeRange }) {
  const { buckets = [] } = stats;
  const rates = useMemo(
    () =>
      buckets.flatMap((bucket): Rate[] => {
        const rate = successOf(bucket);
        const at = (Date.parse(bucket.since) + Date.parse(bucket.until)) / 2;
        return rate === null ? [] : [{ bucket, at, rate }];
      }),
    [buckets],
  );
  const marks = useMemo(() => rates.map(markOf), [rates]);
  const draw = useCallback(
    ({ x, y }: Places) => (
      <>
        <path
          className="line-p50"
          d={rates.map(({ at, rate }, i) => `${i === 0 ? "M" : "L"}${x(at)},${y(rate)}`).join("")}
        />
        {rates.map(({ at, rate }) => (
          <Point key={at} status={rate < 1 ? "failed" : "completed"} x={x(at)} y={y(rate)} />
        ))}
      </>
    ),
    [rates],
  );
  return (
    <Chart
      title="Success rate"
      note="Completed, of those that were not canceled"
      columns={["From", "Completed", "Failed", "Timed out", "Canceled", "Success rate"]}
      rows={buckets
        .filter(({ runs }) => runs > 0)
        .map((bucket) => {
          const { completed, failed, timed_out: timedOut, canceled } = bucket.byStatus;
          const rate = successOf(bucket);
          return [
            momentText(Date.parse(bucket.since)),
            ...[completed, failed, timedOut, canceled].map(countText),
            rate === null ? "–" : percentText(rate),
          ];
        })}
    >
      <Plot
        label="Success rate over time. The arrow keys go from one time to the next."
        range={range}
        axis={SHARES}
        marks={marks}
        hint={marks.length === 0 ? "None of the runs has ended yet." : HINT}
      >
        {draw}
      </Plot>
    </Chart>
  );
}

const HINT = "A cross is where at least one run failed or timed out.";

function markOf({ bucket, at, rate }: Rate): Mark {
  const { completed, failed, timed_out: timedOut } = bucket.byStatus;
  const counted = completed + failed + timedOut;
  return {
    at,
    value: rate,
    words: (
      <>
        <b>{percentText(rate)}</b>
        <span>
          {countText(completed)} of {countOf(counted, "run")}
        </span>
        <span className="muted">from {momentText(Date.parse(bucket.since))}</span>
      </>
    ),
  };
}
