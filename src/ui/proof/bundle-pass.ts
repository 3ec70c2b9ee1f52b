import type { BundleSummary } from "../../audit/bundle-summary.js";
import type { Remembered } from "../../audit/checkpoint-check.js";
import { LineSplitter, OverlongLine } from "../../audit/line-splitter.js";
import type { Place } from "../../audit/place.js";
import type { VerifierKey } from "../../audit/verifier-key.js";
import { BundleVerifier } from "../../audit/verify-bundle.js";
import { downloadBundle } from "../../client/bundle.js";
import type { ConnectionOptions } from "../../client/connection.js";
import { turn } from "../feed/turn.js";
import type { ProofFinding } from "./proof-report.js";
import type { ShownEvents } from "./shown-events.js";

export interface BundlePass {
  scope: string;
  keys: readonly VerifierKey[];
  remembered: Remembered;
  /** What the page shows; it grows meanwhile. */
  shown: ShownEvents;
  /** Whether all that there is is shown. */
  isComplete: boolean;
  find: (finding: ProofFinding) => void;
  /** So many of the shown events have come by. */
  onProgress: (count: number) => void;
}

export interface PassedBundle {
  summary: BundleSummary;
  /** Of the checkpoint; undefined where no key that is trusted has signed it. */
  note: string | undefined;
}

/**
 * Verifies the bundle of a scope as it comes, and that the events shown are those in it: none another, none
 * more, none less. Memory does not grow with the bundle.
 *
 * @throws UnavailableError, RequestRefusedError, ProtocolError
 */
export async function passBundle(
  connection: ConnectionOptions,
  { scope, keys, remembered, shown, isComplete, find, onProgress }: BundlePass,
  signal: AbortSignal,
): Promise<PassedBundle> {
  const comparison = new Comparison(shown, isComplete, find);
  const verifier = new BundleVerifier({ keys, remembered }, (place) => {
    comparison.take(place);
  });
  const splitter = new LineSplitter();
  const known = remembered.checkpoint?.size;
  const options = known === undefined || known === 0 ? { signal } : { known, signal };
  for await (const chunk of await downloadBundle(connection, scope, options)) {
    for (const line of splitter.push(chunk)) {
      const isLine = !(line instanceof OverlongLine);
      for (const finding of isLine ? verifier.check(line) : verifier.passOver(line)) find(finding);
    }
    onProgress(comparison.passed);
    // Events that come meanwhile are looked at in between.
    await turn();
  }
  const { findings, summary } = verifier.finish();
  for (const finding of findings) find(finding);
  if (summary.size !== undefined) comparison.end(summary.size);
  onProgress(comparison.passed);
  return { summary, note: verifier.note };
}

/** Walks along what is shown and what was sealed, side by side: both are in the order of the log. */
class Comparison {
  readonly #shown: ShownEvents;
  readonly #isComplete: boolean;
  readonly #find: (finding: ProofFinding) => void;
  #passed = 0;

  constructor(shown: ShownEvents, isComplete: boolean, find: (finding: ProofFinding) => void) {
    this.#shown = shown;
    this.#isComplete = isComplete;
    this.#find = find;
  }

  get passed(): number {
    return this.#passed;
  }

  take({ kind, sequence, sealed }: Place): void {
    this.#passUpTo(sequence - 1);
    if (this.#shown.sequence(this.#passed) === sequence) {
      if (!sealed || !this.#shown.has(this.#passed, sealed.hash)) {
        this.#find({
          check: "leaf",
          sequence,
          detail: "what is shown is not what was sealed here",
        });
      }
      this.#passed++;
      return;
    }
    // One that has been sealed already and has not come in yet is behind all that is shown.
    const isPast = this.#passed < this.#shown.count || (this.#isComplete && !this.#shown.isFull);
    if (kind === "event" && isPast) {
      const detail = "an event was sealed here that the stream has left out";
      this.#find({ check: "gap", sequence, detail });
    }
  }

  /** @param size of the checkpoint */
  end(size: number): void {
    this.#passUpTo(size);
  }

  #passUpTo(sequence: number): void {
    while (this.#shown.sequence(this.#passed) <= sequence) {
      this.#find({
        check: "inclusion",
        sequence: this.#shown.sequence(this.#passed++),
        detail: "this event is shown, and is not among those that were sealed",
      });
    }
  }
}
