import type { Status } from "../../projections/status.js";

/** How the end of a run is drawn: each with a shape of its own, so that it can be told without its colour. */
const SHAPES: Partial<Record<Status, string>> = {
  completed: "M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0Z",
  failed: "M-4,-4L4,4M-4,4L4,-4",
  timed_out: "M0,-4.6L4.6,3.6H-4.6Z",
  canceled: "M0,-4.8L4.8,0L0,4.8L-4.8,0Z",
};

/** The statuses that there are points of. */
export const ENDS = ["completed", "failed", "timed_out", "canceled"] as const satisfies Status[];

/** A run as a point. */
export function Point({ status, x, y }: { status: Status; x: number; y: number }) {
  return (
    <path
      className={`point point-${status}`}
      d={SHAPES[status] ?? SHAPES.completed}
      transform={`translate(${x},${y})`}
    />
  );
}
