import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { follow, revealer } from "../client/index.js";
import { onStopSignals } from "../runner/signals.js";
import { Terminal } from "../runner/terminal.js";
import { connectionOf, readableScope } from "./environment.js";
import { EventPrinter } from "./event-printer.js";
import { CommandFailure, EXIT } from "./failure.js";
import { reporter } from "./tail.js";

interface Options {
  from?: string;
  to?: string;
  speed: string;
  json?: boolean;
  reveal?: boolean;
}

/** Adds `runtrail replay`. */
export function register(program: Command): void {
  program
    .command("replay")
    .description("show a scope's history again, at the pace at which it happened or faster")
    .argument("[scope]", "such as runs/r-42; left out, everything")
    .option("--from <seq>", "start at this sequence (default: the first)")
    .option("--to <seq>", "end at this sequence (default: the newest)")
    .option("--speed <speed>", "1 as it happened, 10 ten times as fast, max without waiting", "1")
    .option("--json", "print the stored envelopes, one a line, byte for byte")
    .option("--reveal", "decrypt personal data of subjects that have not been forgotten")
    .addHelpText("after", HELP)
    .action(async (scope: string | undefined, options: Options) => {
      process.exitCode = await replay(readableScope(scope), options);
    });
}

async function replay(scope: string, options: Options): Promise<number> {
  const connection = connectionOf(process.env);
  const from = sequenceOf("--from", options.from);
  const to = sequenceOf("--to", options.to);
  const speed = speedOf(options.speed);
  const stop = new AbortController();
  let status: number = EXIT.ok;
  onStopSignals((signal) => {
    status = signal === "SIGINT" ? 130 : 143;
    stop.abort();
  });
  const reveal = options.reveal === true ? revealer(connection) : undefined;
  const printer = new EventPrinter(
    scope,
    options.json === true,
    new Terminal(process.stdout),
    reveal,
  );
  const pace = new Pace(speed, stop.signal);
  const frames = follow(connection, scope, {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    signal: stop.signal,
    onState: reporter(),
  });
  for await (const frame of frames) {
    // What follows happens now, and is no history.
    if (frame.kind === "caught-up") break;
    if (frame.kind !== "event") continue;
    await pace.until(Date.parse(frame.event.occurredAt));
    if (stop.signal.aborted) break;
    if ((await printer.print(frame.text, frame.event)) === "gone") break;
  }
  return status;
}

/** Waits between moments of the past as long as it took then, divided by the speed. */
class Pace {
  #first: { then: number; now: number } | undefined;

  constructor(
    readonly speed: number,
    readonly signal: AbortSignal,
  ) {}

  async until(then: number): Promise<void> {
    this.#first ??= { then, now: performance.now() };
    const dueMs = this.#first.now + (then - this.#first.then) / this.speed;
    const waitMs = dueMs - performance.now();
    if (waitMs > 0) {
      await delay(waitMs, undefined, { signal: this.signal }).catch(() => undefined);
    }
  }
}

function sequenceOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const sequence = Number(text);
  if (Number.isSafeInteger(sequence) && sequence >= 1) return sequence;
  throw new CommandFailure(
    `${option} takes a sequence number such as 1042, not ${text}`,
    EXIT.usage,
  );
}

function speedOf(text: string): number {
  if (text === "max") return Infinity;
  const speed = Number(text.replace(/x$/, ""));
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw new CommandFailure(
    `--speed takes 1, 10 or another number, or max, not ${text}`,
    EXIT.usage,
  );
}

const HELP = `
It ends at the end of the history that is there; to see what happens from then on: runtrail tail.

Exit codes: 0 all of it was shown; 1 the server refused, or events are missing; 2 called wrongly;
130 interrupted.

Examples:
  $ runtrail replay runs/r-42 --speed 10
  $ runtrail replay runs/r-42 --from 1042 --to 1100 --speed max --json`;
