import type { Command } from "commander";
import { fetchRuns, type RunsPage } from "../client/index.js";
import { STATUSES, type Status } from "../projections/status.js";
import { connectionOf } from "./environment.js";
import { countOf } from "./count-option.js";
import { readableDuration, readableTime } from "./readable-time.js";
import { table, terminalWidth } from "./table.js";
import { troubleWarning } from "./trouble-warning.js";

interface Options {
  status?: string;
  workflow?: string;
  since?: string;
  until?: string;
  search?: string;
  limit: string;
  json?: boolean;
}

/** The places of columns. */
const [RUN, STATUS, DONE, CREATED, TOOK, WORKFLOW] = [0, 1, 2, 3, 4, 5] as const;

/** The server gives no more at once. */
const MAX_PAGE = 1000;

/** Adds `runtrail runs`. */
export function register(program: Command): void {
  program
    .command("runs")
    .description("list runs, the newest first")
    .option("--status <statuses>", `some of ${STATUSES.join(",")}`)
    .option("--workflow <id>", "of this workflow")
    .option("--since <time>", "created then or later, such as 2026-03-01T09:30:00Z")
    .option("--until <time>", "created before")
    .option("--search <text>", "with this text in their id, name or workflow")
    .option("--limit <n>", "at most so many", "20")
    .option("--json", "print them as JSON, one a line")
    .addHelpText("after", HELP)
    .action(list);
}

async function list(options: Options): Promise<void> {
  const limit = countOf("--limit", options.limit, "runs");
  const connection = connectionOf(process.env);
  const runs: RunsPage["runs"] = [];
  let after: string | undefined;
  const onTrouble = troubleWarning();
  do {
    const page = await fetchRuns(connection, {
      status: options.status?.split(",") as Status[] | undefined,
      workflowId: options.workflow,
      since: options.since,
      until: options.until,
      q: options.search,
      limit: Math.min(MAX_PAGE, limit - runs.length),
      after,
      onTrouble,
    });
    runs.push(...page.runs);
    after = page.next ?? undefined;
  } while (after !== undefined && runs.length < limit);
  process.stdout.write(
    (options.json === true ? runs.map((run) => JSON.stringify(run)) : readable(runs))
      .map((line) => `${line}\n`)
      .join(""),
  );
}

function readable(runs: RunsPage["runs"]): string[] {
  if (runs.length === 0) return ["There are no such runs."];
  const rows = runs.map((run) => [
    run.runId,
    run.status ?? "-",
    run.percentage === null ? "" : `${Math.floor(run.percentage)} %`,
    readableTime(run.createdAt),
    readableDuration(run.durationMs),
    run.workflowId ?? "-",
    run.error?.message ?? run.name ?? "",
  ]);
  const heads = ["RUN", "STATUS", "DONE", "CREATED", "TOOK", "WORKFLOW", "NAME OR ERROR"];
  return table([heads, ...rows], terminalWidth(), {
    whole: [RUN, STATUS, DONE, CREATED, TOOK],
    spare: [WORKFLOW, DONE, TOOK],
  });
}

const HELP = `
Examples:
  $ runtrail runs --status failed,timed_out --since 2026-03-01
  $ runtrail runs --workflow deploy --limit 1 --json`;
