import { performance } from "node:perf_hooks";

/** Milliseconds on the clock that all processes of a machine share (CLOCK_MONOTONIC). */
const AHEAD_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export function nowMs(): number {
  return performance.now() + AHEAD_MS;
}

const WIDTH = 14;

/** Stands behind a stamp, so that it is only found when all of it has arrived. */
const MARK = Buffer.from(" sent ");

/** The time, to be put into an event when it is published. */
export function stamp(): string {
  return nowMs().toFixed(3).padStart(WIDTH, "0") + MARK.toString();
}

/** Where the mark of the next stamp is; -1 where there is none. */
export function findStamp(bytes: Buffer, from: number): number {
  return bytes.indexOf(MARK, from);
}

/** How long ago a stamp was made, in milliseconds. */
export function sinceStamp(bytes: Buffer, mark: number): number {
  return nowMs() - Number(bytes.toString("latin1", mark - WIDTH, mark));
}
