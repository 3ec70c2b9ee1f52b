import { ChevronRight } from "lucide-react";
import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { Link } from "wouter";
import { workflowRunsAddress } from "../app/address.js";
import { countText, durationText } from "../app/format.js";
import { useShowLink } from "../app/link.js";
import { useQuery, type Query } from "../app/query.js";
import { Nothing } from "../parts/nothing.js";
import { visibleText } from "../parts/visible-text.js";
import { RunsTable } from "../runs/runs-table.js";
import { periodOf, PERIODS, type Period } from "./period.js";
import { percentText, successOf } from "./success.js";
import { WorkflowStore, type Numbers as NumbersOfTime } from "./workflow-store.js";
import "../run/run.css";
import "../runs/runs.css";
import "./workflow.css";

const Charts = lazy(async () => ({ default: (await import("./charts.js")).Charts }));

/** So many runs stand below the numbers; the list of runs has all of them. */
const LATEST = 20;

/** A workflow: how long its runs take, how many of them go well, and the newest of them. */
export function WorkflowPage({ workflowId }: { workflowId: string }) {
  const query = useQuery();
  const period = periodOf(query.get("since"));
  const [store] = useState(() => new WorkflowStore(workflowId, period));
  useEffect(() => {
    store.start();
    return () => {
      store.stop();
    };
  }, [store]);
  useEffect(() => {
    store.show(period);
  }, [store, period]);
  useShowLink(store);
  const list = useSyncExternalStore(store.subscribe, () => store.list);
  const numbers = useSyncExternalStore(store.subscribe, () => store.numbers);
  const name = visibleText(workflowId);
  useEffect(() => {
    document.title = `${name} · Runtrail`;
  }, [name]);

  const error = numbers.error ?? list.error;
  const isLoading = list.isLoading || numbers.isLoading;
  const hasNothing = list.runs.length === 0 && numbers.stats === undefined;
  const isEmpty = hasNothing && !isLoading && error === undefined;
  const isUnknown = hasNothing && error !== undefined;
  return (
    <div className="workflow">
      <nav className="run-crumbs" aria-label="Where this is">
        <Link href="/">Runs</Link>
        <span className="run-crumb">
          <ChevronRight size={13} aria-hidden />
          <span aria-current="page">Workflow</span>
        </span>
      </nav>
      <div className="workflow-head">
        <h1 className="cut" title={name}>
          <bdi>{name}</bdi>
        </h1>
        <Periods period={period} query={query} />
      </div>
      {error !== undefined && (
        <div className="workflow-error" role="alert">
          <span>This is not up to date: {error}</span>
          <button
            className="button"
            onClick={() => {
              store.retry();
            }}
          >
            Retry
          </button>
        </div>
      )}
      {isEmpty && (
        <Nothing title="No runs of this workflow yet">
          <p>The first one appears here by itself, as soon as an event says that it is of it.</p>
          <Link href="/">All runs</Link>
        </Nothing>
      )}
      {!isUnknown && !isEmpty && (
        <>
          <Summary numbers={numbers} />
          <Numbers numbers={numbers} period={period} query={query} />
          <section aria-labelledby="latest">
            <div className="workflow-latest">
              <h2 id="latest">Latest runs</h2>
              <Link href={workflowRunsAddress(workflowId)}>All runs of this workflow</Link>
            </div>
            <RunsTable runs={list.runs.slice(0, LATEST)} isLoading={list.isLoading} ofOneWorkflow />
          </section>
        </>
      )}
    </div>
  );
}

function Periods({ period, query }: { period: Period; query: Query }) {
  return (
    <div className="workflow-periods" role="group" aria-label="Time">
      {PERIODS.map((choice) => (
        <button
          key={choice.id}
          className="button"
          aria-pressed={choice === period}
          onClick={() => {
            query.set({ since: choice.id }, "push");
          }}
        >
          {choice.words}
        </button>
      ))}
    </div>
  );
}

function Summary({ numbers: { stats, isLoading, error } }: { numbers: NumbersOfTime }) {
  const rate = stats ? successOf(stats) : null;
  const { p50, p95 } = stats?.durationMs ?? { p50: null, p95: null };
  const facts = [
    ["Runs", stats ? countText(stats.runs) : isLoading || error !== undefined ? "–" : "0"],
    ["Success rate", rate === null ? "–" : percentText(rate)],
    ["Median duration", p50 === null ? "–" : durationText(p50)],
    ["95th percentile", p95 === null ? "–" : durationText(p95)],
  ] as const;
  return (
    <dl className="workflow-summary" aria-busy={isLoading}>
      {facts.map(([what, value]) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Numbers({
  numbers,
  period,
  query,
}: {
  numbers: NumbersOfTime;
  period: Period;
  query: Query;
}) {
  const { stats, isLoading, isCut, error } = numbers;
  const longest = PERIODS.at(-1);
  if (stats) {
    return (
      <div aria-busy={isLoading} className="workflow-numbers">
        {isCut && (
          <p className="muted">
            There are more runs in this time than are counted: these are the newest.
          </p>
        )}
        <Suspense fallback={<Blanks />}>
          <Charts stats={stats} range={numbers.range} period={period} />
        </Suspense>
      </div>
    );
  }
  if (isLoading || error !== undefined) return <Blanks />;
  return (
    <div className="chart chart-blank">
      <p>No run was created in this time: {period.words.toLowerCase()}.</p>
      {period !== longest && (
        <button
          className="button"
          onClick={() => {
            query.set({ since: longest?.id }, "push");
          }}
        >
          {longest?.words}
        </button>
      )}
    </div>
  );
}

/** The place of the charts, until they are there. */
function Blanks() {
  return (
    <div className="workflow-charts" aria-busy>
      <div className="chart chart-blank chart-wide" />
      <div className="chart chart-blank" />
      <div className="chart chart-blank" />
    </div>
  );
}
