/** A key that has signed, and from which size of the log on; the last one signs now. */
export interface SealKey {
  verifierKey: string;
  fromSize: number;
}

/** Neighbouring sequences, both included. */
export type SequenceRange = readonly [from: number, to: number];

/** How far a log is sealed: everything that must be known to go on, and never to sign two roots for one size. */
export interface SealState {
  v: 1;
  /** The stream's incarnation: sequences of another one are not those that were sealed. */
  epoch: string;
  size: number;
  /** The newest checkpoint, a signed note; null before the first. */
  note: string | null;
  /** Who stored this. */
  sealer: string;
  keys: readonly SealKey[];
  /** Sequences that were not there when they were sealed, and how many; of the ranges the newest. */
  missing: { count: number; ranges: readonly SequenceRange[] };
  /** The same of messages that are no events. */
  foreign: { count: number; ranges: readonly SequenceRange[] };
}

const MAX_RANGES = 100;

/** The state of a log of which nothing is sealed. */
export function unsealed(epoch: string): SealState {
  const none = { count: 0, ranges: [] };
  return { v: 1, epoch, size: 0, note: null, sealer: "", keys: [], missing: none, foreign: none };
}

/** Adds a sequence behind those that are there. */
export function withSequence(
  { count, ranges }: SealState["missing"],
  sequence: number,
): SealState["missing"] {
  const [from, to] = ranges.at(-1) ?? [0, -1];
  const added: SequenceRange[] =
    to + 1 === sequence
      ? [...ranges.slice(0, -1), [from, sequence]]
      : [...ranges, [sequence, sequence]];
  return { count: count + 1, ranges: added.slice(-MAX_RANGES) };
}

/** `7, 9–12` */
export function formatRanges(ranges: readonly SequenceRange[]): string {
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}
