import {
  useEffect,
  useRef,
  useState,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
} from "react";
import { panned, zoomed, type Range } from "./range.js";

/** One notch of a wheel, in pixels, makes the range shorter by about a tenth. */
const ZOOM_PER_PX = 0.0012;

/** Less is a click by a hand that is not quite still. */
const DRAG_PX = 4;

export interface Ranged {
  range: Range;
  /** Of the lane, in pixels. */
  width: number;
  isWhole: boolean;
  zoom: (factor: number) => void;
  fit: () => void;
  pan: (share: number) => void;
  /** To be put on what is dragged. */
  dragging: {
    onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    onPointerUp: () => void;
    onClickCapture: (event: MouseEvent<HTMLElement>) => void;
  };
}

/**
 * The stretch of time that is shown: all of it, growing as it does, until the reader zooms or pans. Zooms with
 * Ctrl and the wheel (or two fingers on a pad), pans with the wheel sideways and by dragging.
 *
 * @param lane where times are, from its left to its right edge
 */
export function useRange(whole: Range, lane: RefObject<HTMLElement | null>): Ranged {
  const [chosen, choose] = useState<Range>();
  const [width, setWidth] = useState(0);
  const range = chosen ?? whole;
  const latest = useRef({ range, whole });
  useEffect(() => {
    latest.current = { range, whole };
  });

  const set = (next: Range) => {
    choose(next.to - next.from >= whole.to - whole.from ? undefined : next);
  };
  const middle = (range.from + range.to) / 2;

  useEffect(() => {
    const element = lane.current;
    if (!element) return;
    // React's own listeners cannot keep the page from zooming too.
    const onWheel = (event: WheelEvent) => {
      const { range: from, whole: all } = latest.current;
      const box = element.getBoundingClientRect();
      const span = from.to - from.from;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const at = from.from + ((event.clientX - box.left) / box.width) * span;
        const next = zoomed(from, Math.exp(event.deltaY * ZOOM_PER_PX), at, all);
        choose(next === all ? undefined : next);
      } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
        event.preventDefault();
        const px = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
        choose((now) => now && panned(now, (px / box.width) * span, all));
      }
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    const resized = new ResizeObserver(() => {
      setWidth(element.clientWidth);
    });
    resized.observe(element);
    return () => {
      resized.disconnect();
      element.removeEventListener("wheel", onWheel);
    };
  }, [lane]);

  const drag = useRef<{ x: number; range: Range }>(undefined);
  const hasMoved = useRef(false);
  return {
    range,
    width,
    isWhole: chosen === undefined,
    zoom: (factor) => {
      set(zoomed(range, factor, middle, whole));
    },
    fit: () => {
      choose(undefined);
    },
    pan: (share) => {
      if (chosen) choose(panned(range, share * (range.to - range.from), whole));
    },
    dragging: {
      onPointerDown: (event) => {
        hasMoved.current = false;
        if (event.button === 0) drag.current = { x: event.clientX, range };
      },
      onPointerMove: (event) => {
        const width = lane.current?.clientWidth ?? 1;
        if (!drag.current || event.buttons === 0 || !chosen) return;
        const { x, range: from } = drag.current;
        if (Math.abs(event.clientX - x) < DRAG_PX && !hasMoved.current) return;
        hasMoved.current = true;
        const byMs = ((x - event.clientX) / width) * (from.to - from.from);
        choose(panned(from, byMs, whole));
      },
      onPointerUp: () => {
        drag.current = undefined;
      },
      // What was dragged was not clicked on.
      onClickCapture: (event) => {
        if (hasMoved.current) event.stopPropagation();
      },
    },
  };
}
