import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useQuery } from "../app/query.js";
import type { RunStore } from "../run/run-store.js";
import { PastRun } from "./past-run.js";

/** Browsers let a page change its address about a hundred times in ten seconds, and Safari throws then. */
const ADDRESS_MS = 400;

export interface Travel {
  /** Undefined: the present is shown. */
  past: PastRun | undefined;
  /** The reader asked for it just now, rather than came to an address of it. */
  isAsked: boolean;
  /** Shows it as of the newest event, from where one goes back. */
  enter: () => void;
  leave: () => void;
  /** As of another event; `now` as of {@link PastRun.goTo}. */
  goTo: (at: number, now?: number) => void;
}

/** Shows a timeline as of the event that the address names as `at`, and keeps the address up to date. */
export function useTravel(store: RunStore): Travel {
  const { get, set } = useQuery();
  const at = sequenceOf(get("at"));
  const [past] = useState(() => new PastRun(store, at ?? 0));
  const [isAsked, ask] = useState(false);
  /** What the address says by now because it was told so. */
  const told = useRef(at);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const tell = useCallback(() => {
    timer.current = undefined;
    // Meanwhile it may have become the address of the present.
    if (sequenceOf(new URLSearchParams(window.location.search).get("at")) === undefined) return;
    told.current = past.at;
    set({ at: String(past.at) });
  }, [past, set]);

  useLayoutEffect(() => {
    if (at === told.current) return;
    told.current = at;
    clearTimeout(timer.current);
    timer.current = undefined;
    if (at !== undefined) past.goTo(at);
  }, [at, past]);
  useEffect(() => {
    // What is clicked may be the way to another view: the address that is left, and taken along, is right by then.
    const onClick = () => {
      if (timer.current === undefined) return;
      clearTimeout(timer.current);
      tell();
    };
    document.addEventListener("click", onClick, { capture: true });
    return () => {
      document.removeEventListener("click", onClick, { capture: true });
    };
  }, [tell]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );

  return {
    past: at === undefined ? undefined : past,
    isAsked,
    enter: () => {
      const { records } = store;
      if (records.end === 0) return;
      ask(true);
      set({ at: String(records.sequence(records.end - 1)) }, "push");
    },
    leave: () => {
      ask(false);
      set({ at: undefined }, "push");
    },
    goTo: (to, now) => {
      past.goTo(to, now);
      timer.current ??= setTimeout(tell, ADDRESS_MS);
    },
  };
}

function sequenceOf(text: string | null | undefined): number | undefined {
  return text && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
