import { Option, type Command } from "commander";
import {
  FilterError,
  follow,
  parseFilter,
  revealer,
  type ConnectionOptions,
  type ConnectionState,
  type EventFilter,
  type FollowOptions,
  type Transport,
} from "../client/index.js";
import { LOG_LEVELS } from "../envelope/catalogue/log-entry.js";
import { onStopSignals } from "../runner/signals.js";
import { Terminal } from "../runner/terminal.js";
import { parseCursor } from "../wire/cursor.js";
import { connectionOf, readableScope } from "./environment.js";
import { EventPrinter } from "./event-printer.js";
import { CommandFailure, EXIT, rootCauseOf } from "./failure.js";
import { withMatchingEntries } from "./matching-entries.js";
import { notice } from "./recording.js";

interface Options {
  from: string;
  last?: string;
  type?: string;
  level?: string;
  category?: string;
  milestone?: boolean;
  correlation?: string;
  transport: Transport;
  json?: boolean;
  reveal?: boolean;
}

/** The server gives no more from before. */
const MAX_LAST = 1000;

/** Adds `runtrail tail`. */
export function register(program: Command): void {
  program
    .command("tail")
    .description("follow a scope live: its events and those of everything below it")
    .argument("[scope]", "such as runs/r-42 or correlations/r-42; left out, everything")
    .option("--from <where>", "start, now, or after a cursor", "start")
    .option("--last <n>", "start with the newest n events")
    .option("--type <types>", "show only these, such as job.*,run.failed")
    .option(
      "--level <level>",
      `show only log lines that are at least this serious: ${LOG_LEVELS.join(", ")}`,
    )
    .option("--category <category>", "show only log lines of this one: business, technical")
    .option("--milestone", "show only log lines that are milestones")
    .option("--correlation <id>", "show only events with this correlation id")
    .addOption(
      new Option("--transport <transport>", "what carries the stream")
        .choices(["sse", "websocket"])
        .default("sse"),
    )
    .option("--json", "print the stored envelopes, one a line, byte for byte")
    .option("--reveal", "decrypt personal data of subjects that have not been forgotten")
    .addHelpText("after", HELP)
    .action(async (scope: string | undefined, options: Options) => {
      process.exitCode = await tail(readableScope(scope), options);
    });
}

async function tail(scope: string, options: Options): Promise<number> {
  const { transport } = options;
  const start = startOf(options);
  const filter = filterOf(options);
  const connection = await connectionFor(transport);
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
  const frames = follow(connection, scope, {
    ...start,
    ...(filter && { filter }),
    transport,
    signal: stop.signal,
    onState: reporter(),
  });
  let isEmpty = true;
  for await (const frame of frames) {
    if (frame.kind === "event") {
      isEmpty = false;
      const shown = filter ? withMatchingEntries(frame.event, filter) : frame.event;
      if ((await printer.print(frame.text, shown)) === "gone") break;
    } else if (frame.kind === "caught-up" && isEmpty && options.from === "start") {
      isEmpty = false;
      const what = filter ? "no such events" : "no events";
      notice(`there are ${what} of ${scope || "any scope"} yet; waiting for the first`);
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

function filterOf(options: Options): EventFilter | undefined {
  const { type, level, category, milestone, correlation } = options;
  try {
    return parseFilter({
      ...(type !== undefined && { type }),
      ...(level !== undefined && { level }),
      ...(category !== undefined && { category }),
      ...(milestone === true && { milestone: "1" }),
      ...(correlation !== undefined && { correlationId: correlation }),
    });
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const option = error.member === "correlationId" ? "correlation" : error.member;
    throw new CommandFailure(`--${option} ${error.flaw}`, EXIT.usage, { cause: error });
  }
}

async function connectionFor(transport: Transport): Promise<ConnectionOptions> {
  const connection = connectionOf(process.env);
  if (transport === "sse") return connection;
  // Node.js has a WebSocket of its own from version 22 on.
  const { WebSocket } = await import("ws");
  return { ...connection, WebSocket };
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

An event is shown when it meets all that is asked for; what is about log lines shows only those.

Exit codes: 0 the scope has ended; 1 the server refused, or events are missing; 2 called wrongly;
130 interrupted.

Examples:
  $ runtrail tail runs/r-42
  $ runtrail tail runs/r-42 --last 20 --level warning
  $ runtrail tail --from now --type 'run.*,job.failed'
  $ runtrail tail runs/r-42 --category business --milestone
  $ runtrail tail correlations/order-7 --transport websocket
  $ runtrail tail runs/r-42 --json | jq .type`;
