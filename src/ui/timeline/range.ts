/** A stretch of time, in milliseconds since 1970. */
export interface Range {
  from: number;
  to: number;
}

/** Shorter than this nobody can tell apart. */
const MIN_SPAN_MS = 20;

/** The range at `factor` of its length, with one point of time left where it is; never beyond `whole`. */
export function zoomed({ from, to }: Range, factor: number, around: number, whole: Range): Range {
  const span = Math.max(MIN_SPAN_MS, (to - from) * factor);
  if (span >= whole.to - whole.from) return whole;
  const share = (around - from) / (to - from);
  return within({ from: around - share * span, to: around + (1 - share) * span }, whole);
}

export function panned({ from, to }: Range, byMs: number, whole: Range): Range {
  return within({ from: from + byMs, to: to + byMs }, whole);
}

/** The range, moved into another one that is not shorter. */
function within({ from, to }: Range, whole: Range): Range {
  const shift = from < whole.from ? whole.from - from : to > whole.to ? whole.to - to : 0;
  return { from: from + shift, to: to + shift };
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const STEPS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR_MS),
  ...[1, 2, 7, 14, 30, 90, 365].map((n) => n * DAY_MS),
];

/** Round times in a range, counted from `zero`, at most about `most` of them. */
export function ticksOf({ from, to }: Range, zero: number, most: number): number[] {
  const least = (to - from) / Math.max(1, most);
  const step = STEPS_MS.find((ms) => ms >= least) ?? least;
  const ticks: number[] = [];
  for (let n = Math.ceil((from - zero) / step); zero + n * step <= to; n++) {
    ticks.push(zero + n * step);
  }
  return ticks;
}

/** `0`, `250 ms`, `1.5 s`, `2m 30s`, `1h 05m`: how long after the start. */
export function tickText(ms: number): string {
  if (ms === 0) return "0";
  if (Math.abs(ms) < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${Math.round(ms / 10) / 100} s`;
  if (ms < HOUR_MS) {
    const seconds = Math.floor((ms % MINUTE_MS) / SECOND_MS);
    return `${Math.floor(ms / MINUTE_MS)}m${seconds === 0 ? "" : ` ${seconds}s`}`;
  }
  const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
  return `${Math.floor(ms / HOUR_MS)}h${minutes === 0 ? "" : ` ${minutes}m`}`;
}

/** Where a time stands in a range, in percent from its left edge. */
export function shareOf(at: number, { from, to }: Range): number {
  return ((at - from) / (to - from)) * 100;
}
