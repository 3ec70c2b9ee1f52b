const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `350 ms`, `4.2 s`, `3m 20s`, `2h 05m`, `4d 2h`. */
export function durationText(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`;
  if (ms < MINUTE_MS) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < HOUR_MS) return `${whole(ms, MINUTE_MS)}m ${two((ms % HOUR_MS) / SECOND_MS, 60)}s`;
  if (ms < DAY_MS) return `${whole(ms, HOUR_MS)}h ${two((ms % HOUR_MS) / MINUTE_MS, 60)}m`;
  return `${whole(ms, DAY_MS)}d ${whole(ms % DAY_MS, HOUR_MS)}h`;
}

/** The same to the second, for what ticks. */
export function tickingText(ms: number): string {
  return ms < MINUTE_MS ? `${whole(ms, SECOND_MS)} s` : durationText(ms);
}

/** `just now`, `4 min ago`, `3 h ago`, `2 days ago`. */
export function agoText(ms: number): string {
  if (ms < 10 * SECOND_MS) return "just now";
  if (ms < MINUTE_MS) return `${whole(ms, SECOND_MS)} s ago`;
  if (ms < HOUR_MS) return `${whole(ms, MINUTE_MS)} min ago`;
  if (ms < DAY_MS) return `${whole(ms, HOUR_MS)} h ago`;
  const days = whole(ms, DAY_MS);
  return days === 1 ? "yesterday" : `${days} days ago`;
}

/** `14:03:27.120`, in the reader's own zone. */
export function clockText(ms: number): string {
  const at = new Date(ms);
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((n) => two(n, 100)).join(":");
  return `${time}.${String(at.getMilliseconds()).padStart(3, "0")}`;
}

/** `2026-03-01 14:03:27`, in the reader's own zone. */
export function momentText(ms: number): string {
  const at = new Date(ms);
  const day = [at.getFullYear(), two(at.getMonth() + 1, 100), two(at.getDate(), 100)].join("-");
  return `${day} ${clockText(ms).slice(0, 8)}`;
}

/** `+3.120`, `+1:03.120`, `+2:01:03.120`: since something began. */
export function sinceText(ms: number): string {
  const sign = ms < 0 ? "−" : "+";
  const rest = Math.abs(ms);
  const seconds = `${whole(rest % MINUTE_MS, SECOND_MS)}`;
  const millis = String(Math.floor(rest % SECOND_MS)).padStart(3, "0");
  if (rest < MINUTE_MS) return `${sign}${seconds}.${millis}`;
  const minutes = `${whole(rest % HOUR_MS, MINUTE_MS)}`;
  const tail = `${seconds.padStart(2, "0")}.${millis}`;
  if (rest < HOUR_MS) return `${sign}${minutes}:${tail}`;
  return `${sign}${whole(rest, HOUR_MS)}:${minutes.padStart(2, "0")}:${tail}`;
}

const counted = new Intl.NumberFormat("en-US");

/** `1,234`. */
export function countText(count: number): string {
  return counted.format(count);
}

/** `1 event`, `1,234 events`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

function whole(ms: number, unitMs: number): number {
  return Math.floor(ms / unitMs);
}

function two(value: number, below: number): string {
  return String(Math.floor(value) % below).padStart(2, "0");
}
