import type { Command } from "commander";
import {
  deleteSubscription,
  fetchSubscription,
  fetchSubscriptions,
  type SubscriptionState,
} from "../client/index.js";
import { counted } from "./counted.js";
import { connectionOf } from "./environment.js";
import { readableTime } from "./readable-time.js";
import { table, terminalWidth } from "./table.js";
import { writeLines } from "./write-lines.js";

/** Adds `runtrail subscriptions`. */
export function register(program: Command): void {
  const subscriptions = program
    .command("subscriptions")
    .description("list, show and delete durable subscriptions")
    .addHelpText("after", HELP);
  subscriptions
    .command("list", { isDefault: true })
    .description("list all of them, by name")
    .option("--json", "print them as JSON, one a line")
    .action(async ({ json }: { json?: boolean }) => {
      const list = await fetchSubscriptions(connectionOf(process.env));
      const lines =
        json === true
          ? list.subscriptions.map((one) => JSON.stringify(one))
          : readableList(list.subscriptions);
      await writeLines(process.stdout, lines);
    });
  subscriptions
    .command("show")
    .description("print how far one has been read")
    .argument("<name>", "such as auditor-1")
    .option("--json", "print it as JSON")
    .action(async (name: string, { json }: { json?: boolean }) => {
      const found = await fetchSubscription(connectionOf(process.env), name);
      await writeLines(process.stdout, json === true ? [JSON.stringify(found)] : readable(found));
    });
  subscriptions
    .command("delete")
    .description("forget the position of one; its reader is told")
    .argument("<name>", "such as auditor-1")
    .action(async (name: string) => {
      await deleteSubscription(connectionOf(process.env), name);
      await writeLines(process.stdout, [`deleted ${name}`]);
    });
}

function readableList(subscriptions: readonly SubscriptionState[]): string[] {
  if (subscriptions.length === 0) return ["There are no durable subscriptions."];
  const rows = subscriptions.map((one) => [
    one.name,
    one.isActive ? "yes" : "no",
    String(one.lag),
    one.ackedCursor,
    readableTime(one.createdAt),
    scopeOf(one),
  ]);
  const heads = ["NAME", "READER", "LAG", "ACKNOWLEDGED", "CREATED", "SCOPE"];
  return table([heads, ...rows], terminalWidth(), { whole: [1, 2, 4], spare: [4, 3] });
}

function readable(one: SubscriptionState): string[] {
  const facts = [
    ["scope", scopeOf(one)],
    ["reader", one.isActive ? "has one now" : "none"],
    ["lag", `${counted(one.lag, "event")}, ${one.pendingAcks} of them sent`],
    ["acknowledged", one.ackedCursor],
    ["delivered", one.deliveredCursor],
    ["created", readableTime(one.createdAt)],
  ];
  return [
    one.name,
    ...table(
      facts.map((fact) => ["", ...fact]),
      terminalWidth(),
    ),
  ];
}

function scopeOf({ scope }: SubscriptionState): string {
  return scope === "" ? "(everything)" : scope;
}

const HELP = `
The server keeps the position of a durable subscription; it is made by reading a stream with ?durable=<name>.
The lag is how many events are not acknowledged.

Exit codes: 0 done; 1 there is none of that name, or the server cannot be reached; 2 called wrongly.

Examples:
  $ runtrail subscriptions
  $ runtrail subscriptions show auditor-1 --json
  $ runtrail subscriptions delete auditor-1`;
