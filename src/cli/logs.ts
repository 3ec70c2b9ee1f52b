import type { Command } from "commander";
import { logPages, type ConnectionOptions, type LogLine, type LogsQuery } from "../client/index.js";
import { onStopSignals } from "../runner/signals.js";
import { painterFor } from "./colour.js";
import { countOf } from "./count-option.js";
import { connectionOf, readableScope } from "./environment.js";
import { entryLine } from "./event-line.js";
import { EXIT } from "./failure.js";
import { followLogs } from "./follow-logs.js";
import { addLogFilter, logFilterOf, type LogFilterOptions } from "./log-filter.js";
import { troubleWarning } from "./trouble-warning.js";
import { writeLines } from "./write-lines.js";

interface Options extends LogFilterOptions {
  search?: string;
  last?: string;
  follow?: boolean;
  json?: boolean;
}

/** Adds `runtrail logs`. */
export function register(program: Command): void {
  const command = program
    .command("logs")
    .description("print the log lines of a scope and of everything below it")
    .argument("[scope]", "such as runs/r-42 or correlations/r-42; left out, everything");
  addLogFilter(command)
    .option("--search <text>", "with these words; see runtrail search --help")
    .option("--last <n>", "only the newest n")
    .option("--follow", "and then what comes, until the scope ends")
    .option("--json", "print them as JSON, one a line")
    .addHelpText("after", HELP)
    .action(async (scope: string | undefined, options: Options) => {
      process.exitCode = await print(readableScope(scope), options);
    });
}

async function print(path: string, options: Options): Promise<number> {
  const last = options.last === undefined ? undefined : countOf("--last", options.last, "lines");
  const query = { ...logFilterOf(options), q: options.search, onTrouble: troubleWarning() };
  const connection = connectionOf(process.env);
  const paint = painterFor(process.stdout);
  const isTerminal = process.stdout.isTTY;
  const shown = (line: LogLine) =>
    options.json === true
      ? JSON.stringify(line)
      : entryLine(line, line.scope, path, paint, isTerminal);
  let newest: string | undefined;
  const write = async (lines: readonly LogLine[]) => {
    await writeLines(process.stdout, lines.map(shown));
    newest = lines.at(-1)?.cursor ?? newest;
  };
  if (last === undefined) {
    for await (const { logs } of logPages(connection, path, query, Infinity)) await write(logs);
  } else {
    const lines: LogLine[] = [];
    for await (const { logs } of logPages(connection, path, { ...query, order: "desc" }, last)) {
      lines.push(...logs);
    }
    await write(lines.reverse());
  }
  return options.follow === true
    ? follow(connection, path, { ...query, after: newest }, write)
    : EXIT.ok;
}

/** Prints what comes from then on. */
async function follow(
  connection: ConnectionOptions,
  path: string,
  query: LogsQuery,
  write: (lines: readonly LogLine[]) => Promise<void>,
): Promise<number> {
  const stop = new AbortController();
  let status: number = EXIT.ok;
  onStopSignals((signal) => {
    status = signal === "SIGINT" ? 130 : 143;
    stop.abort();
  });
  for await (const lines of followLogs(connection, path, query, stop.signal)) await write(lines);
  return status;
}

const HELP = `
Examples:
  $ runtrail logs runs/r-42 --level warning
  $ runtrail logs runs/r-42/jobs/build --last 50
  $ runtrail logs --follow --level error --search timeout
  $ runtrail logs runs/r-42 --stream stderr --json | jq -r .message`;
