import { useEffect, useMemo, useReducer, useRef } from "react";
import { SLICE_MS, turn } from "../feed/turn.js";
import type { RunView } from "../run/run-view.js";
import { passesOf, type LogFilter } from "./log-filter.js";
import { LinesInOrder, RowsByStep, type LogRows } from "./log-rows.js";
import { LogSearch } from "./log-search.js";

/** The rows to be shown, up to date with the store. */
export function useLogRows(
  store: RunView,
  filter: LogFilter,
  closed: ReadonlySet<string> | undefined,
): LogRows {
  const { lines, lineEnd, notes } = store;
  const key = JSON.stringify(filter);
  // Lines that are let go take their rows along.
  const { first } = lines;
  const rows = useMemo(() => {
    const passes = passesOf(JSON.parse(key) as LogFilter, lines);
    return closed === undefined
      ? new LinesInOrder(first, notes, passes)
      : new RowsByStep(lines, first, notes, passes, (group) => closed.has(group));
  }, [lines, notes, key, closed, first]);
  rows.update(lineEnd);
  return rows;
}

/** The matches of a text; looks for them a few milliseconds at a time, and on as lines come. */
export function useLogSearch(
  store: RunView,
  filter: LogFilter,
  needle: string,
  version: number,
): LogSearch | undefined {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const key = JSON.stringify(filter);
  const { lines, lineEnd } = store;
  const { first } = lines;
  const search = useMemo(() => {
    if (needle === "") return undefined;
    return new LogSearch(lines, first, passesOf(JSON.parse(key) as LogFilter, lines), needle);
  }, [lines, key, needle, first]);
  search?.update(lineEnd);
  const running = useRef<LogSearch>(undefined);
  useEffect(() => {
    if (!search || running.current === search || search.isDone) return;
    const go = async () => {
      running.current = search;
      // Another search takes its place.
      while (running.current === search && !search.isDone) {
        search.advance(SLICE_MS);
        draw();
        await turn();
      }
      if (running.current === search) running.current = undefined;
    };
    void go();
  }, [search, version]);
  useEffect(
    () => () => {
      running.current = undefined;
    },
    [],
  );
  return search;
}
