import { figure, median, type Figure } from "./figure.js";
import type { Side } from "./load.js";

/** Both sides of a comparison, measured in turns. */
export interface Sides {
  ours: Side;
  reference: Side;
}

type Goal = Parameters<typeof figure>[1];
type Beside = Figure["beside"];

/** How many a second, of each side the median turn. */
export function rate(name: string, sides: Sides, goal: Goal, beside: Beside = {}): Figure {
  return compare(name, "events/s", sides, "perSecond", goal, { ...latencies(sides), ...beside });
}

/** How long the slowest of a hundred takes. */
export function p99(
  name: string,
  sides: Sides,
  goal: Goal = { atMost: 1 },
  beside: Beside = {},
): Figure {
  return compare(`${name}: p99`, "ms", sides, "p99Ms", goal, beside);
}

/** How long the middle one takes. */
export function p50(name: string, sides: Sides, goal: Goal, beside: Beside = {}): Figure {
  return compare(`${name}: p50`, "ms", sides, "p50Ms", goal, { ...latencies(sides), ...beside });
}

export function events({ load }: Side): number {
  return load.reduce((sum, { count }) => sum + count, 0);
}

/** CPU of this process for each event, of both sides. */
export function cpu({ ours, reference }: Sides): Beside {
  return {
    "CPU µs an event": ours.cpuMicros / events(ours),
    "reference CPU µs": reference.cpuMicros / events(reference),
  };
}

function latencies({ ours, reference }: Sides): Beside {
  const middle = ({ load }: Side) => median(load.map(({ p99Ms }) => p99Ms));
  return Number.isNaN(middle(ours))
    ? {}
    : { "p99 ms": middle(ours), "reference p99 ms": middle(reference) };
}

function compare(
  name: string,
  unit: string,
  { ours, reference }: Sides,
  what: "perSecond" | "p50Ms" | "p99Ms",
  goal: Goal,
  beside: Beside = {},
): Figure {
  const middle = ({ load }: Side) => median(load.map((turn) => turn[what]));
  return figure(
    { name, unit, ours: middle(ours), reference: middle(reference), n: events(ours), beside },
    goal,
  );
}
