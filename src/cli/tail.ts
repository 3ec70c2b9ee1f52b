import type { Command } from "commander";
import { follow, type ConnectionState, type FollowOptions } from "../client/index.js";
import { LOG_LEVELS, parseLogLevel } from "../envelope/catalogue/log-entry.js";
import { onStopSignals } from "../runner/signals.js";
import { Terminal } from "../runner/terminal.js";
import { parseCursor } from "../wire/cursor.js";
import { connectionOf, readableScope } from "./environment.js";
import { eventFilter } from "./event-filter.js";
import { EventPrinter } from "./event-printer.js";
import { CommandFailure, EXIT, rootCauseOf } from "./failure.js";
import { notice } from "./recording.js";

interface Options {
  from: string;
  last?: string;
  type?: string;
  level?: string;
  json?: boolean;
}

/** The server gives no more from before. */
const MAX_LAST = 1000;

/** Adds `runtrail tail`. */
export function register(program: Command): void {
  program
    .command("tail")
    .description("follow a scope live: its events and those of everything below it")
    .argument("[scope]", "such as runs/r-42; left out, everything")
    .option("--from <where>", "start, now, or after a cursor", "start")
    .option("--last <n>", "start with the newest n events")
    .option("--type <types>", "show only these, such as job.*,run.failed")
    .option(
      "--level <level>",
      `of log lines, show those at least this serious: ${LOG_LEVELS.join(", ")}`,
    )
    .option("--json", "print the stored envelopes, one a line, byte for byte")
    .addHelpText("after", HELP)
    .action(async (scope: string | undefined, options: Options) => {
      process.exitCode = await tail(readableScope(scope), options);
    });
}

async function tail(scope: string, options: Options): Promise<number> {
  const connection = connectionOf(process.env);
  const stop = new AbortController();
  let status: number = EXIT.ok;
  onStopSignals((signal) => {
    status = signal === "SIGINT" ? 130 : 143;
    stop.abort();
  });
  const filter = eventFilter(options.type, levelOf(options.level));
  const printer = new EventPrinter(scope, options.json === true, new Terminal(process.stdout));
  const frames = follow(connection, scope, {
    ...startOf(options),
    signal: stop.signal,
    onState: reporter(),
  });
  let isEmpty = true;
  for await (const frame of frames) {
    if (frame.kind === "event") {
      isEmpty = false;
      const shown = filter(frame.event);
      if (shown !== undefined && (await printer.print(frame.text, shown)) === "gone") break;
    } else if (frame.kind === "caught-up" && isEmpty && options.from === "start") {
      isEmpty = false;
      notice(`there are no events of ${scope || "any scope"} yet; waiting for the first`);
    } else if (frame.kind === "gap") {
      const { reason, firstAvailable } = frame;
      notice(`events are missing here (${reason}); the first that is left is ${firstAvailable}`);
    } else if (frame.kind === "end" && options.json !== true) {
      notice(`${scope} has ended: ${frame.status}, ${frame.count} events of its own`);
    }
  }
  return status;
}

function startOf({ from, last }: Options): FollowOptions {
  if (last !== undefined) {
    const count = Number(last);
    if (Number.isInteger(count) && count >= 1 && count <= MAX_LAST) return { last: count };
    const message = `--last takes a number of events from 1 to ${MAX_LAST}, not ${last}`;
    throw new CommandFailure(message, EXIT.usage);
  }
  if (from === "start" || from === "now") return { from };
  if (parseCursor(from)) return { after: from };
  throw new CommandFailure(
    `--from takes start, now or a cursor such as 1042.k3f9q2, not ${from}`,
    EXIT.usage,
  );
}

function levelOf(text: string | undefined) {
  if (text === undefined) return undefined;
  const level = parseLogLevel(text);
  if (level !== undefined) return level;
  throw new CommandFailure(`--level takes one of ${LOG_LEVELS.join(", ")}`, EXIT.usage);
}

/** Says when the connection is lost and when it is back, once each. */
export function reporter(): (state: ConnectionState) => void {
  let isLost = false;
  return (state) => {
    if (state.state === "waiting" && !isLost) {
      isLost = true;
      const cause = rootCauseOf(state.cause);
      notice(
        `${state.reason}${cause === undefined ? "" : ` (${cause})`}; trying again until it is back`,
      );
    } else if (state.state === "open" && isLost) {
      isLost = false;
      notice(`connected again, going on after ${state.cursor}`);
    }
  };
}

const HELP = `
A lost connection is made anew and goes on where it broke off: nothing is missed and nothing shown
twice. It ends when the scope ends.

Exit codes: 0 the scope has ended; 1 the server refused, or events are missing; 2 called wrongly;
130 interrupted.

Examples:
  $ runtrail tail runs/r-42
  $ runtrail tail runs/r-42 --last 20 --level warning
  $ runtrail tail --from now --type 'run.*'
  $ runtrail tail runs/r-42 --json | jq .type`;
