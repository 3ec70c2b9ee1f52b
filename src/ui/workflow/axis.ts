import { scaleLinear } from "d3-scale";

/** What stands beside the lines of a chart. */
export interface Axis {
  /** What is measured, and in what. */
  title: string;
  /** From 0 to there. */
  max: number;
  ticks: readonly { value: number; text: string }[];
}

const UNITS = [
  { name: "days", ms: 86_400_000 },
  { name: "hours", ms: 3_600_000 },
  { name: "minutes", ms: 60_000 },
  { name: "seconds", ms: 1000 },
] as const;
const MILLISECONDS = { name: "milliseconds", ms: 1 } as const;

/** The unit is taken of which there are so many at least. */
const LEAST = 2;
const TICKS = 4;

const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** An axis of durations, up to the longest of them, in a unit in which they are easy to read. */
export function durationAxis(longestMs: number): Axis {
  const unit = UNITS.find(({ ms }) => longestMs >= LEAST * ms) ?? MILLISECONDS;
  const scale = scaleLinear([0, Math.max(longestMs, 1) / unit.ms], [0, 1]).nice(TICKS);
  return {
    title: `Duration in ${unit.name}`,
    max: (scale.domain()[1] ?? 1) * unit.ms,
    ticks: scale.ticks(TICKS).map((value) => {
      return { value: value * unit.ms, text: number.format(value) };
    }),
  };
}

/** An axis of shares, 0 to 1. */
export const SHARES: Axis = {
  title: "Success rate in percent",
  max: 1,
  ticks: [0, 0.25, 0.5, 0.75, 1].map((value) => ({ value, text: String(value * 100) })),
};
