import type { Command } from "commander";
import { logPages, type LogLine } from "../client/index.js";
import { painterFor } from "./colour.js";
import { countOf } from "./count-option.js";
import { connectionOf, readableScope } from "./environment.js";
import { entryLine } from "./event-line.js";
import { addLogFilter, logFilterOf, type LogFilterOptions } from "./log-filter.js";
import { troubleWarning } from "./trouble-warning.js";
import { writeLines } from "./write-lines.js";

interface Options extends LogFilterOptions {
  search?: string;
  last?: string;
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
    .option("--json", "print them as JSON, one a line")
    .addHelpText("after", HELP)
    .action(async (scope: string | undefined, options: Options) => {
      await print(readableScope(scope), options);
    });
}

async function print(path: string, options: Options): Promise<void> {
  const last = options.last === undefined ? undefined : countOf("--last", options.last, "lines");
  const query = { ...logFilterOf(options), q: options.search, onTrouble: troubleWarning() };
  const connection = connectionOf(process.env);
  const paint = painterFor(process.stdout);
  const isTerminal = process.stdout.isTTY;
  const shown = (line: LogLine) =>
    options.json === true
      ? JSON.stringify(line)
      : entryLine(line, line.scope, path, paint, isTerminal);
  if (last === undefined) {
    for await (const { logs } of logPages(connection, path, query, Infinity)) {
      await writeLines(process.stdout, logs.map(shown));
    }
    return;
  }
  const newest: LogLine[] = [];
  for await (const { logs } of logPages(connection, path, { ...query, order: "desc" }, last)) {
    newest.push(...logs);
  }
  await writeLines(process.stdout, newest.reverse().map(shown));
}

const HELP = `
Examples:
  $ runtrail logs runs/r-42 --level warning
  $ runtrail logs runs/r-42/jobs/build --last 50
  $ runtrail logs runs/r-42 --stream stderr --json | jq -r .message`;
