import { useMemo, useState } from "react";
import { useNow } from "../app/clock.js";
import { Nothing } from "../parts/nothing.js";
import type { RunView } from "../run/run-view.js";
import { useRunVersion } from "../run/use-run.js";
import type { Range } from "./range.js";
import { timelineBars, type Bar } from "./timeline-rows.js";
import { Waterfall } from "./waterfall.js";
import "./timeline.css";

/** What took how long: a bar for each scope and node, nested, over time. */
export function TimelineView({ store }: { store: RunView }) {
  useRunVersion(store);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const { state } = store;
  // The timeline changes in place; there is another state whenever it has.
  const bars = useMemo(
    () => (state === undefined ? [] : timelineBars(store.timeline, closed)),
    [store, state, closed],
  );
  const isGoing = bars.some(({ pieces }) => pieces.some(({ to }) => to === null));
  const now = useNow(isGoing);
  const { past } = store;
  // How far it goes by now: so the bars grow, instead of all others shrinking.
  const whole = useWhole(bars, past ? past.newestAt : isGoing ? now : undefined);
  if (whole) {
    const toggle = (key: string) => {
      const next = new Set(closed);
      if (!next.delete(key)) next.add(key);
      setClosed(next);
    };
    return (
      <Waterfall
        store={store}
        bars={bars}
        whole={whole}
        now={isGoing || past ? now : undefined}
        closed={closed}
        onToggle={toggle}
      />
    );
  }
  return store.isCaughtUp ? (
    <Nothing title="Nothing has happened yet">
      <p>It is shown here as it happens.</p>
    </Nothing>
  ) : null;
}

/** From the first thing that happened to the last one, or to a later end; undefined: nothing has. */
function useWhole(bars: readonly Bar[], least: number | undefined): Range | undefined {
  return useMemo(() => {
    let from = Infinity;
    let to = -Infinity;
    for (const { pieces, marks } of bars) {
      for (const piece of pieces) {
        from = Math.min(from, piece.from);
        to = Math.max(to, piece.to ?? piece.from);
      }
      for (const { at } of marks) [from, to] = [Math.min(from, at), Math.max(to, at)];
    }
    if (from === Infinity) return undefined;
    const end = Math.max(to, least ?? to);
    return { from, to: end > from ? end : from + 1 };
  }, [bars, least]);
}
