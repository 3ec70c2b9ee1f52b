import { TIMES } from "../runs/runs-filter.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How far back the numbers go, in the word of the page's address. */
export interface Period {
  id: string;
  words: string;
  ms: number;
  /** The time that runs are counted together by. */
  bucketMs: number;
}

const BUCKETS: Readonly<Record<string, number>> = {
  "1h": 2 * MINUTE_MS,
  "24h": HOUR_MS,
  "7d": 6 * HOUR_MS,
  "30d": DAY_MS,
};

/** The same as of the list of runs. */
export const PERIODS: readonly Period[] = Object.entries(TIMES).map(([id, { words, ms }]) => {
  return { id, words, ms, bucketMs: BUCKETS[id] ?? ms / 30 };
});

const DEFAULT = "7d";

/** What an address asks for; a week where it does not say, or says what there is not. */
export function periodOf(id: string | undefined): Period {
  const found = PERIODS.find((period) => period.id === (id ?? DEFAULT));
  return found ?? periodOf(DEFAULT);
}

/** From when to when, in milliseconds since 1970. */
export interface TimeRange {
  since: number;
  until: number;
}

/**
 * The time that is looked at. It begins and ends where the reader's clock begins an hour, a quarter of a day or
 * a day: what is counted together stays so while time goes on.
 */
export function rangeOf({ ms, bucketMs }: Period, now: number): TimeRange {
  const offsetMs = -new Date(now).getTimezoneOffset() * MINUTE_MS;
  const until = (Math.floor((now + offsetMs) / bucketMs) + 1) * bucketMs - offsetMs;
  return { since: until - ms, until };
}
