import { useCallback, useMemo } from "react";
import { Link } from "wouter";
import type { StatsBucket, StatsPoint, WorkflowStats } from "../../projections/workflow-stats.js";
import { scopeAddress } from "../app/address.js";
import { countText, durationText, momentText } from "../app/format.js";
import { lookOf, Status } from "../parts/status.js";
import { durationAxis } from "./axis.js";
import { Chart } from "./chart.js";
import type { TimeRange } from "./period.js";
import { Plot, type Mark, type Places } from "./plot.js";
import { ENDS, Point } from "./point.js";

/** How long runs took: each as a point, and what half and 95 of 100 of them stayed below, over time. */
export function DurationChart({ stats, range }: { stats: WorkflowStats; range: TimeRange }) {
  const { buckets = [], points = [] } = stats;
  // What has ended, the oldest first.
  const ended = useMemo(
    () =>
      points
        .flatMap((point) => (point.durationMs === null ? [] : { ...point, ms: point.durationMs }))
        .sort((one, other) => (one.createdAt < other.createdAt ? -1 : 1)),
    [points],
  );
  const longestMs = Math.max(
    0,
    ...ended.map(({ ms }) => ms),
    ...buckets.map(({ durationMs }) => durationMs.p95 ?? 0),
  );
  const axis = useMemo(() => durationAxis(longestMs), [longestMs]);
  const marks = useMemo(() => ended.map(markOf), [ended]);
  const draw = useCallback(
    ({ x, y }: Places) => (
      <>
        <path className="line-p95" d={steps(buckets, "p95", { x, y })} />
        <path className="line-p50" d={steps(buckets, "p50", { x, y })} />
        {ended.map(({ scope, status, createdAt, ms }) => (
          <Point
            key={scope}
            status={status ?? "completed"}
            x={x(Date.parse(createdAt))}
            y={y(ms)}
          />
        ))}
      </>
    ),
    [buckets, ended],
  );
  const shown = ENDS.filter((status) => ended.some((point) => point.status === status));
  const isPart = stats.runs > points.length;
  return (
    <Chart
      title="Durations"
      note={isPart && `The newest ${countText(points.length)} runs are shown as points`}
      legend={
        <ul className="legend">
          {shown.map((status) => (
            <li key={status}>
              <svg width={14} height={14} viewBox="-7 -7 14 14" aria-hidden>
                <Point status={status} x={0} y={0} />
              </svg>
              {lookOf(status).word}
            </li>
          ))}
          <LineKey name="p50" words="Median" />
          <LineKey name="p95" words="95th percentile" />
        </ul>
      }
      columns={["From", "Runs", "Median", "95th percentile"]}
      rows={buckets
        .filter(({ runs }) => runs > 0)
        .map(({ since, runs, durationMs: { p50, p95 } }) => [
          momentText(Date.parse(since)),
          countText(runs),
          p50 === null ? "–" : durationText(p50),
          p95 === null ? "–" : durationText(p95),
        ])}
    >
      <Plot
        label={`Durations of ${countText(marks.length)} runs over time. The arrow keys go from run to run.`}
        range={range}
        axis={axis}
        marks={marks}
        hint={marks.length === 0 ? "None of the runs has ended yet." : HINT}
      >
        {draw}
      </Plot>
    </Chart>
  );
}

const HINT = "Point at a run, or choose one with the arrow keys; a click or Enter opens it.";

function LineKey({ name, words }: { name: "p50" | "p95"; words: string }) {
  return (
    <li>
      <svg width={20} height={14} aria-hidden>
        <path className={`line-${name}`} d="M0,7H20" />
      </svg>
      {words}
    </li>
  );
}

function markOf({ scope, status, createdAt, ms }: StatsPoint & { ms: number }): Mark {
  const at = Date.parse(createdAt);
  return {
    at,
    value: ms,
    address: scopeAddress(scope),
    words: (
      <>
        <Status status={status} />
        <Link href={scopeAddress(scope)} className="mono cut">
          {scope.slice(scope.indexOf("/") + 1)}
        </Link>
        <span>{durationText(ms)}</span>
        <span className="muted">{momentText(at)}</span>
      </>
    ),
  };
}

/** A line that holds its height for as long as what is counted together, and has a hole where there is nothing. */
function steps(buckets: readonly StatsBucket[], name: "p50" | "p95", { x, y }: Places): string {
  let path = "";
  let isBroken = true;
  for (const { since, until, durationMs } of buckets) {
    const value = durationMs[name];
    if (value !== null) {
      const height = y(value);
      path += isBroken ? `M${x(Date.parse(since))},${height}` : `V${height}`;
      path += `H${x(Date.parse(until))}`;
    }
    isBroken = value === null;
  }
  return path;
}
