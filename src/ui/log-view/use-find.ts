import { useDeferredValue, useEffect, useRef, useState } from "react";
import type { Query } from "../app/query.js";
import type { RunView } from "../run/run-view.js";
import type { LogFilter } from "./log-filter.js";
import { useLogSearch } from "./use-log-rows.js";

/** What is looked for in the log, and where among its matches the reader is. */
export interface Find {
  /** As it was typed. */
  text: string;
  /** In lower case, as it is looked for. */
  needle: string;
  count: number;
  isDone: boolean;
  /** Which match is the present one, from 0, and the place of its line. */
  current: number | undefined;
  place: number | undefined;
  change: (text: string) => void;
  step: (direction: 1 | -1) => void;
}

/**
 * @param firstSeen tells the place of the first line that is seen, where the search starts
 * @param goTo brings a line into view
 */
export function useFind(
  store: RunView,
  filter: LogFilter,
  query: Query,
  version: number,
  firstSeen: () => number,
  goTo: (place: number) => void,
): Find {
  const text = query.get("find") ?? "";
  const needle = useDeferredValue(text.toLowerCase());
  const search = useLogSearch(store, filter, needle, version);
  const [chosen, setCurrent] = useState<number>();
  const count = search?.matches.length ?? 0;
  const current = chosen !== undefined && chosen < count ? chosen : undefined;

  const step = (direction: 1 | -1) => {
    if (!search) return;
    const from = current === undefined ? firstSeen() - 1 : search.matches.at(current);
    const next = search.next(from, direction);
    if (next === undefined) return;
    setCurrent(next);
    goTo(search.matches.at(next));
  };
  const latestStep = useRef(step);
  useEffect(() => {
    latestStep.current = step;
  });

  // The first match is gone to by itself, once for each text.
  const found = useRef("");
  // From what is seen on: so all of it must have been looked through.
  const hasMatch = count > 0 && (search?.isDone ?? false);
  useEffect(() => {
    if (needle === "") found.current = "";
    if (!hasMatch || found.current === needle) return;
    found.current = needle;
    latestStep.current(1);
  }, [needle, hasMatch]);

  return {
    text,
    needle,
    count,
    isDone: search?.isDone ?? true,
    current,
    place: current === undefined ? undefined : search?.matches.at(current),
    change: (changed) => {
      setCurrent(undefined);
      query.set({ find: changed });
    },
    step,
  };
}
