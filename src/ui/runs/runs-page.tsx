import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useShowLink } from "../app/link.js";
import { useQuery, type Query } from "../app/query.js";
import { Nothing } from "../parts/nothing.js";
import { FirstEvent } from "./first-event.js";
import { RunListStore } from "./run-list-store.js";
import { filterOf, isNarrow } from "./runs-filter.js";
import { RunsFilters } from "./runs-filters.js";
import { RunsTable } from "./runs-table.js";
import "./runs.css";

/** Home: all runs, the newest first, as they are now. */
export function RunsPage() {
  const query = useQuery();
  const filter = filterOf(query);
  const [store] = useState(() => new RunListStore(filter));
  const key = JSON.stringify(filter);
  useEffect(() => {
    store.start();
    return () => {
      store.stop();
    };
  }, [store]);
  useEffect(() => {
    store.show(JSON.parse(key) as typeof filter);
  }, [store, key]);
  useShowLink(store);
  const list = useSyncExternalStore(store.subscribe, () => store.list);
  const { runs, next, isLoading, error } = list;
  const active = runs.filter(({ status, endedAt }) => status !== null && endedAt === null).length;
  useEffect(() => {
    document.title = active > 0 ? `(${active}) Runs · Runtrail` : "Runs · Runtrail";
  }, [active]);
  const isFirstPage = filter.after === undefined;

  return (
    <div className="runs">
      <div className="runs-head">
        <h1>Runs</h1>
        <RunsFilters query={query} workflows={useWorkflows(runs)} />
      </div>
      {error !== undefined && (
        <p className="runs-error" role="alert">
          The list is not up to date: {error}
        </p>
      )}
      {runs.length > 0 || isLoading ? (
        <RunsTable runs={runs} isLoading={isLoading} />
      ) : error !== undefined ? null : isNarrow(filter) || !isFirstPage ? (
        <NoMatch query={query} />
      ) : (
        <FirstEvent />
      )}
      <Pages query={query} isFirst={isFirstPage} next={next} />
    </div>
  );
}

function NoMatch({ query }: { query: Query }) {
  return (
    <Nothing title="No run matches">
      <p>There may be some that do without the filters.</p>
      <button
        className="button"
        onClick={() => {
          query.set({ status: "", workflow: "", q: "", since: "", after: "" }, "push");
        }}
      >
        Clear the filters
      </button>
    </Nothing>
  );
}

function Pages({ query, isFirst, next }: { query: Query; isFirst: boolean; next: string | null }) {
  if (isFirst && next === null) return null;
  return (
    <nav className="runs-pages" aria-label="Pages">
      <button
        className="button"
        disabled={isFirst}
        onClick={() => {
          query.set({ after: undefined }, "push");
        }}
      >
        Newest
      </button>
      <button
        className="button"
        disabled={next === null}
        onClick={() => {
          query.set({ after: next ?? undefined }, "push");
        }}
      >
        Older
      </button>
    </nav>
  );
}

/** Every workflow that has been seen on this page, to choose from. */
function useWorkflows(runs: readonly { workflowId: string | null }[]): readonly string[] {
  const known = useRef(new Set<string>());
  for (const { workflowId } of runs) if (workflowId !== null) known.current.add(workflowId);
  return [...known.current].sort();
}
