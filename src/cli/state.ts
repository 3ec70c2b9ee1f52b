import type { Command } from "commander";
import { fetchState, type StateAsOf } from "../client/index.js";
import { connectionOf, readableScope } from "./environment.js";
import { printable } from "./colour.js";
import { counted } from "./counted.js";
import { readableDuration, readableTime } from "./readable-time.js";
import { table, terminalWidth } from "./table.js";
import { troubleWarning } from "./trouble-warning.js";

/** Errors that are shown: the newest. */
const SHOWN_ERRORS = 5;

/** Adds `runtrail state`. */
export function register(program: Command): void {
  program
    .command("state")
    .description("print what a scope's events add up to, now or then")
    .argument("<scope>", "such as runs/r-42")
    .option("--at <cursor>", "as of the event at this cursor or sequence")
    .option("--json", "print all of it, as JSON")
    .addHelpText("after", HELP)
    .action(async (scope: string, { at, json }: { at?: string; json?: boolean }) => {
      const state = await fetchState(connectionOf(process.env), readableScope(scope), {
        at,
        onTrouble: troubleWarning(),
      });
      const lines = json === true ? [JSON.stringify(state)] : readable(state);
      process.stdout.write(lines.map((line) => `${line}\n`).join(""));
    });
}

function readable(state: StateAsOf): string[] {
  const width = terminalWidth();
  const { about, total, error } = state;
  const progress = state.progress === null ? "" : `, ${Math.floor(state.progress)} %`;
  const facts = [
    ["status", `${state.status ?? "unknown"}${progress}`],
    ["name", String(about.name ?? "")],
    ["workflow", String(about.workflowId ?? about.packId ?? about.jobType ?? "")],
    ["created", readableTime(state.createdAt)],
    ["started", readableTime(state.startedAt)],
    ["ended", readableTime(state.endedAt)],
    ["took", readableDuration(state.durationMs)],
    ["events", `${total.counts.events} (${state.events} of its own)`],
    ["log", logOf(state)],
    ["error", error ? `${error.code ?? ""} ${error.message ?? ""}`.trim() : ""],
    ["as of", state.asOf],
  ].filter(([, value]) => value !== "" && value !== "-");
  return [
    state.scope,
    ...table(
      facts.map((fact) => ["", ...fact]),
      width,
    ),
    ...childrenOf(state, width),
    ...total.errors
      .slice(-SHOWN_ERRORS)
      .map(({ scope, message }) => `  ! ${printable(`${scope}: ${message ?? ""}`, false)}`),
  ];
}

function logOf({ total: { logs } }: StateAsOf): string {
  if (logs.entries === 0) return "";
  const { error, critical, warning } = logs.byLevel;
  const counts = [
    counted(logs.entries, "line"),
    counted(error + critical, "error"),
    counted(warning, "warning"),
  ];
  return counts.join(", ");
}

function childrenOf({ scope, children, childCount }: StateAsOf, width: number | undefined) {
  const rows = Object.entries(children).map(([path, child]) => [
    "",
    path.slice(scope.length + 1),
    child.status ?? "-",
    child.progress === null ? "" : `${Math.floor(child.progress)} %`,
    readableDuration(child.durationMs),
    child.error?.message ?? child.name ?? "",
  ]);
  const rest = childCount - rows.length;
  return [...table(rows, width), ...(rest > 0 ? [`  … and ${rest} more`] : [])];
}

const HELP = `
Examples:
  $ runtrail state runs/r-42
  $ runtrail state runs/r-42 --at 1042 --json`;
