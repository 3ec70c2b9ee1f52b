import { useVirtualizer } from "@tanstack/react-virtual";
import { Maximize2, ZoomIn, ZoomOut } from "lucide-react";
import { useId, useRef, type KeyboardEvent } from "react";
import { useQuery } from "../app/query.js";
import type { RunView } from "../run/run-view.js";
import { BarDetail } from "./bar-detail.js";
import { BarRow } from "./bar-row.js";
import { shareOf, ticksOf, tickText, type Range } from "./range.js";
import type { Bar } from "./timeline-rows.js";
import { useRange } from "./use-range.js";

const ROW_PX = 30;
const OVERSCAN = 12;
/** No two times on the axis are nearer than this. */
const TICK_PX = 90;

/** The bars of a timeline over a stretch of time, which can be made shorter and moved. */
export function Waterfall({
  store,
  bars,
  whole,
  now,
  closed,
  onToggle: toggle,
}: {
  store: RunView;
  bars: readonly Bar[];
  whole: Range;
  /** What time it is; undefined where nothing goes on. */
  now: number | undefined;
  closed: ReadonlySet<string>;
  onToggle: (key: string) => void;
}) {
  const query = useQuery();
  const id = useId();
  const idOf = (place: number) => `${id}-${place}`;
  const lane = useRef<HTMLDivElement>(null);
  const ranged = useRange(whole, lane);
  const { range, width } = ranged;
  const zero = whole.from;

  const list = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: bars.length,
    getScrollElement: () => list.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  });
  const node = query.get("node");
  const place = bars.findIndex(({ key }) => key === node);
  const selected = bars[place];
  const select = (key: string | undefined) => {
    query.set({ node: key }, "push");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const bar = selected;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        const next = bars[place + (event.key === "ArrowDown" ? 1 : -1)];
        if (next) {
          select(next.key);
          virtualizer.scrollToIndex(bars.indexOf(next), { align: "auto" });
        }
        break;
      }
      case "ArrowRight":
      case "ArrowLeft":
        if (bar?.hasChildren && closed.has(bar.key) === (event.key === "ArrowRight")) {
          toggle(bar.key);
        }
        break;
      case "+":
        ranged.zoom(0.5);
        break;
      case "-":
        ranged.zoom(2);
        break;
      case "0":
        ranged.fit();
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  const ticks = ticksOf(range, zero, width / TICK_PX);
  return (
    <div className="timeline">
      <div className="timeline-main">
        <div className="timeline-head">
          <div className="timeline-tools" role="group" aria-label="Zoom">
            <button
              className="button quiet icon"
              aria-label="Zoom in"
              onClick={() => {
                ranged.zoom(0.5);
              }}
            >
              <ZoomIn size={15} aria-hidden />
            </button>
            <button
              className="button quiet icon"
              aria-label="Zoom out"
              disabled={ranged.isWhole}
              onClick={() => {
                ranged.zoom(2);
              }}
            >
              <ZoomOut size={15} aria-hidden />
            </button>
            <button
              className="button quiet icon"
              aria-label="Show all"
              disabled={ranged.isWhole}
              onClick={() => {
                ranged.fit();
              }}
            >
              <Maximize2 size={14} aria-hidden />
            </button>
          </div>
          <div className="timeline-axis" aria-hidden>
            {ticks.map((at) => (
              <span key={at} style={{ left: `${shareOf(at, range)}%` }}>
                {tickText(at - zero)}
              </span>
            ))}
          </div>
        </div>
        <div
          className="timeline-list"
          data-shortcut="list"
          ref={list}
          role="tree"
          aria-label="Timeline"
          tabIndex={0}
          aria-activedescendant={selected && idOf(place)}
          onKeyDown={onKeyDown}
        >
          <div
            className="timeline-rows"
            style={{ height: virtualizer.getTotalSize() }}
            {...ranged.dragging}
          >
            <div className="timeline-lane-box" ref={lane} aria-hidden>
              {ticks.map((at) => (
                <i key={at} className="timeline-grid" style={{ left: `${shareOf(at, range)}%` }} />
              ))}
              {now !== undefined && (
                <i className="timeline-now" style={{ left: `${shareOf(now, range)}%` }} />
              )}
            </div>
            {virtualizer.getVirtualItems().map(({ index, start }) => {
              const bar = bars[index];
              if (!bar) return null;
              return (
                <BarRow
                  key={bar.key}
                  id={idOf(index)}
                  bar={bar}
                  range={range}
                  now={now ?? whole.to}
                  start={start}
                  isSelected={bar.key === node}
                  isClosed={closed.has(bar.key)}
                  onSelect={select}
                  onToggle={toggle}
                />
              );
            })}
          </div>
        </div>
      </div>
      {selected && (
        <BarDetail
          store={store}
          bar={selected}
          now={now ?? whole.to}
          onClose={() => {
            select(undefined);
            list.current?.focus();
          }}
        />
      )}
    </div>
  );
}
