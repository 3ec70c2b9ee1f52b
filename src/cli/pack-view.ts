import { formatDuration } from "../runner/duration.js";
import type { PackProgress } from "../runner/pack-context.js";
import type { StepOutcome } from "../runner/pack-graph.js";
import type { PackEnd } from "../runner/run-pack.js";
import { painterFor, printable, type Paint } from "./colour.js";

const REDRAW_MS = 200;

/** What outcomes are called, in the order in which they are counted up. */
const WORDS: Readonly<Record<StepOutcome, string>> = {
  completed: "completed",
  failed: "failed",
  timed_out: "timed out",
  canceled: "canceled",
  skipped: "skipped",
  "skipped-after-failure": "skipped",
};

/**
 * Shows a pack as it runs: what steps write, behind the step's id, and what becomes of them. On a terminal
 * a line at the bottom says how far it is; elsewhere there are plain lines only.
 */
export class PackView {
  readonly #paint: Paint = painterFor(process.stdout);
  readonly #hasColours = this.#paint("bold", "x") !== "x";
  readonly #hasStatus = process.stdout.isTTY && process.stderr.isTTY;
  readonly #startedAt = performance.now();
  readonly #running = new Set<string>();
  readonly #timer: NodeJS.Timeout | undefined;
  #ended = 0;

  constructor(readonly totalSteps: number) {
    if (!this.#hasStatus) return;
    this.#timer = setInterval(() => {
      this.#drawStatus();
    }, REDRAW_MS);
  }

  show(progress: PackProgress): void {
    const { id } = progress.step;
    const paint = this.#paint;
    switch (progress.kind) {
      case "started":
        this.#running.add(id);
        this.#write(
          `${paint("cyan", "▶")} ${id}${progress.attempt > 1 ? ` (attempt ${progress.attempt})` : ""}`,
        );
        return;
      case "line": {
        const { stream, line } = progress;
        // What was overwritten at once would be a flood of lines here.
        if (line.kind === "overwritten") return;
        const text = printable(line.text, this.#hasColours);
        this.#write(
          `${paint("dim", `${id} │`)} ${stream === "stderr" ? paint("yellow", text) : text}`,
        );
        return;
      }
      case "waiting-for-approval": {
        const { scope, approvalId, gate } = progress;
        const payload = JSON.stringify({ approvalId, gate, decidedBy: "me" });
        this.#write(`${paint("yellow", "⏸")} ${id} waits for an approval: ${gate}. To give it:`);
        this.#write(`    runtrail emit ${scope} approval.granted --payload '${payload}'`);
        return;
      }
      case "approved":
        this.#write(
          `${paint("green", "✔")} ${id} was approved by ${printable(progress.by, false)}`,
        );
        return;
      case "retrying": {
        const { message, attempt, maxAttempts, inMs } = progress;
        this.#running.delete(id);
        this.#write(
          `${paint("yellow", "↻")} ${id}: attempt ${attempt} of ${maxAttempts} failed: ${message} ` +
            `Again in ${formatDuration(inMs)}.`,
        );
        return;
      }
      case "ended":
        this.#running.delete(id);
        this.#ended++;
        this.#write(this.#endLine(progress));
    }
  }

  /** Says how it all went. */
  conclude({ status, durationMs, results }: PackEnd, packId: string): void {
    clearInterval(this.#timer);
    const words = [...results.values()].map(({ outcome }) => WORDS[outcome]);
    const summary = [...new Set(Object.values(WORDS))]
      .map((word) => ({ word, count: words.filter((other) => other === word).length }))
      .filter(({ count }) => count > 0)
      .map(({ word, count }) => `${count} ${word}`)
      .join(", ");
    const colour = status === "completed" ? "green" : "red";
    this.#write(
      `${packId} ${this.#paint(colour, status)} in ${formatDuration(durationMs)}: ${summary}`,
    );
    if (this.#hasStatus) process.stderr.write("\r\u001b[K");
  }

  #endLine({
    step,
    outcome,
    durationMs,
    message,
  }: Extract<PackProgress, { kind: "ended" }>): string {
    const paint = this.#paint;
    const because = message === undefined ? "" : `: ${printable(message, false)}`;
    switch (outcome) {
      case "completed":
        return `${paint("green", "✔")} ${step.id} (${formatDuration(durationMs)})`;
      case "skipped":
      case "skipped-after-failure":
        return `${paint("dim", "–")} ${step.id} skipped${because}`;
      case "failed":
      case "timed_out":
      case "canceled":
        return `${paint("red", "✖")} ${step.id} ${WORDS[outcome]}${because}`;
    }
  }

  #write(line: string): void {
    if (this.#hasStatus) process.stderr.write("\r\u001b[K");
    process.stdout.write(`${line}\n`);
    this.#drawStatus();
  }

  #drawStatus(): void {
    if (!this.#hasStatus || this.#ended === this.totalSteps) return;
    const elapsed = formatDuration(performance.now() - this.#startedAt);
    const running = [...this.#running].join(", ") || "waiting";
    const status = `${this.#ended}/${this.totalSteps} · ${running} · ${elapsed}`;
    process.stderr.write(`\r\u001b[K${status.slice(0, (process.stderr.columns || 80) - 1)}`);
  }
}
