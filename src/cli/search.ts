import type { Command } from "commander";
import { logPages, type LogLine } from "../client/index.js";
import { painterFor, printable, type Paint } from "./colour.js";
import { countOf } from "./count-option.js";
import { connectionOf, readableScope } from "./environment.js";
import { addLogFilter, logFilterOf, type LogFilterOptions } from "./log-filter.js";
import { readableTime } from "./readable-time.js";
import { table } from "./table.js";
import { troubleWarning } from "./trouble-warning.js";
import { writeLines } from "./write-lines.js";

interface Options extends LogFilterOptions {
  in: string;
  limit: string;
  json?: boolean;
}

/** Adds `runtrail search`. */
export function register(program: Command): void {
  const command = program
    .command("search")
    .description("find log lines in all runs, the newest first")
    .argument("<text...>", "words that must all be there")
    .option("--in <scope>", "only in this scope and below it", "");
  addLogFilter(command)
    .option("--limit <n>", "at most so many", "20")
    .option("--json", "print them as JSON, one a line")
    .addHelpText("after", HELP)
    .action(async (words: string[], options: Options) => {
      await search(words.join(" "), options);
    });
}

async function search(q: string, options: Options): Promise<void> {
  const limit = countOf("--limit", options.limit, "lines");
  const order = "desc" as const;
  const query = { ...logFilterOf(options), q, order, onTrouble: troubleWarning() };
  const lines: LogLine[] = [];
  const path = readableScope(options.in);
  for await (const page of logPages(connectionOf(process.env), path, query, limit)) {
    lines.push(...page.logs);
  }
  if (options.json === true) {
    await writeLines(
      process.stdout,
      lines.map((line) => JSON.stringify(line)),
    );
  } else if (lines.length === 0) {
    await writeLines(process.stdout, ["There are no such lines."]);
  } else {
    await writeLines(process.stdout, readable(lines, painterFor(process.stdout)));
  }
}

function readable(lines: readonly LogLine[], paint: Paint): string[] {
  const places = table(
    lines.map(({ recordedAt, scope, level }) => [readableTime(recordedAt), scope, level, "│"]),
    undefined,
  );
  return lines.map((line, i) => `${places[i] ?? ""} ${highlighted(line, paint)}`);
}

/** The part of the line in which something was found, on one line. */
function highlighted({ snippet, message }: LogLine, paint: Paint): string {
  if (!snippet) return onOneLine(message);
  const { text, matches } = snippet;
  let shown = "";
  let at = 0;
  for (const [start, end] of matches) {
    shown += onOneLine(text.slice(at, start)) + paint("yellow", onOneLine(text.slice(start, end)));
    at = end;
  }
  return shown + onOneLine(text.slice(at));
}

function onOneLine(text: string): string {
  return printable(text.replaceAll(/\s+/g, " "), false);
}

const HELP = `
The text: words that must all be there, in any order; "words in a row"; begin*; -without; this OR that.
Upper and lower case, and accents, do not matter. Put -- before it where it begins with a minus.

Examples:
  $ runtrail search connection refused
  $ runtrail search '"connection refused" OR timeout' --level error --since 2026-03-01
  $ runtrail search deprec* --in runs/r-42 --json`;
