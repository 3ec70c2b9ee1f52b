import { scaleLinear, scaleTime } from "d3-scale";
import {
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
} from "react";
import { navigate } from "wouter/use-browser-location";
import type { Axis } from "./axis.js";
import type { TimeRange } from "./period.js";

/** Something on a plot that can be pointed at. */
export interface Mark {
  at: number;
  value: number;
  /** What it is, in words. */
  words: ReactNode;
  /** Where it leads. */
  address?: string;
}

/** From what is shown to where it is, in pixels. */
export interface Places {
  x: (at: number) => number;
  y: (value: number) => number;
}

const MARGIN = { top: 10, right: 14, bottom: 24, left: 44 };
const TICK_PX = 96;
/** Half of what stands at a tick: it must not be cut off. */
const TICK_TEXT_PX = 20;
/** What is further away is not pointed at. */
const REACH_PX = 28;

const day = new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric" });
const time = new Intl.DateTimeFormat("en-US", {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

/**
 * A plot over time: its axes, and what the children draw on it. What is marked is told in words below it, for the
 * mouse and the finger and, from mark to mark, for the arrow keys. Enter or a click opens it; a finger has the
 * words to press, because it cannot point without pressing.
 */
export function Plot({
  label,
  range,
  axis,
  marks,
  hint,
  children,
}: {
  label: string;
  range: TimeRange;
  axis: Axis;
  /** In the order of time. */
  marks: readonly Mark[];
  /** What stands below it while nothing is pointed at. */
  hint: ReactNode;
  children: (places: Places) => ReactNode;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(box);
  const [chosen, choose] = useState<number>();
  const readout = useId();
  const { since, until } = range;
  const places = useMemo<Places>(() => {
    const x = scaleTime([since, until], [MARGIN.left, width - MARGIN.right]);
    const y = scaleLinear([0, axis.max], [height - MARGIN.bottom, MARGIN.top]);
    return { x: (at) => x(at), y: (value) => y(value) };
  }, [since, until, axis.max, width, height]);
  // Hundreds of marks need not be drawn again for every step of the mouse.
  const drawn = useMemo(() => children(places), [children, places]);
  const mark = chosen === undefined ? undefined : marks[chosen];

  const open = () => {
    if (mark?.address !== undefined) navigate(mark.address);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") open();
    const next = stepTo(event.key, chosen, marks.length);
    if (next === "elsewhere") return;
    event.preventDefault();
    choose(next);
  };
  const point = ({ clientX, clientY, currentTarget }: PointerEvent<HTMLElement>) => {
    const { left, top } = currentTarget.getBoundingClientRect();
    choose(nearest(marks, places, clientX - left, clientY - top));
  };
  return (
    <>
      <p className="plot-title" aria-hidden>
        {axis.title}
      </p>
      <div
        ref={box}
        className="plot"
        role="group"
        aria-label={label}
        aria-describedby={readout}
        tabIndex={0}
        data-opens={mark?.address !== undefined}
        onKeyDown={onKeyDown}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={({ pointerType }) => {
          if (pointerType === "mouse") choose(undefined);
        }}
        onClick={({ nativeEvent }) => {
          if ((nativeEvent as globalThis.PointerEvent).pointerType === "mouse") open();
        }}
      >
        <svg width={width} height={height} aria-hidden>
          <Grid places={places} axis={axis} range={range} width={width} height={height} />
          {drawn}
          {mark && (
            <g className="plot-chosen">
              <line
                x1={places.x(mark.at)}
                x2={places.x(mark.at)}
                y1={MARGIN.top}
                y2={height - MARGIN.bottom}
              />
              <circle cx={places.x(mark.at)} cy={places.y(mark.value)} r={8} />
            </g>
          )}
        </svg>
      </div>
      <p className="plot-readout" id={readout} role="status">
        {mark ? mark.words : hint}
      </p>
    </>
  );
}

function Grid({
  places: { x, y },
  axis,
  range: { since, until },
  width,
  height,
}: {
  places: Places;
  axis: Axis;
  range: TimeRange;
  width: number;
  height: number;
}) {
  const bottom = height - MARGIN.bottom;
  const count = Math.max(2, Math.floor(width / TICK_PX));
  return (
    <g className="plot-grid">
      {axis.ticks.map(({ value, text }) => (
        <g key={value}>
          <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(value)} y2={y(value)} />
          <text x={MARGIN.left - 8} y={y(value)} dy="0.32em" textAnchor="end">
            {text}
          </text>
        </g>
      ))}
      {scaleTime([since, until], [0, 1])
        .ticks(count)
        .filter((tick) => x(tick.getTime()) < width - TICK_TEXT_PX)
        .map((tick) => (
          <g key={tick.getTime()}>
            <line x1={x(tick.getTime())} x2={x(tick.getTime())} y1={bottom} y2={bottom + 4} />
            <text x={x(tick.getTime())} y={bottom + 17} textAnchor="middle">
              {isMidnight(tick) ? day.format(tick) : time.format(tick)}
            </text>
          </g>
        ))}
    </g>
  );
}

function isMidnight(at: Date): boolean {
  return at.getHours() === 0 && at.getMinutes() === 0;
}

/** Where a key leads from one of so many marks; undefined: to none. */
function stepTo(
  key: string,
  from: number | undefined,
  count: number,
): number | undefined | "elsewhere" {
  if (count === 0) return "elsewhere";
  switch (key) {
    case "ArrowRight":
      return from === undefined ? 0 : Math.min(from + 1, count - 1);
    case "ArrowLeft":
      return from === undefined ? count - 1 : Math.max(from - 1, 0);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    case "Escape":
      return undefined;
    default:
      return "elsewhere";
  }
}

function nearest(
  marks: readonly Mark[],
  { x, y }: Places,
  px: number,
  py: number,
): number | undefined {
  let best: number | undefined;
  let least = REACH_PX;
  for (const [i, { at, value }] of marks.entries()) {
    const distance = Math.hypot(x(at) - px, y(value) - py);
    if (distance > least) continue;
    best = i;
    least = distance;
  }
  return best;
}

/** Of an element, in pixels, as it is and as it becomes. */
function useSize(element: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const { current } = element;
    if (!current) return;
    const resized = new ResizeObserver(() => {
      setSize({ width: current.clientWidth, height: current.clientHeight });
    });
    resized.observe(current);
    return () => {
      resized.disconnect();
    };
  }, [element]);
  return size;
}
