#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { Command, CommanderError } from "commander";
import { describeFailure, EXIT } from "./failure.js";

/** What a file of a command exports: it adds itself to the program. */
interface CommandModule {
  register: (program: Command) => void;
}

/** Each command is loaded when it is called for: `exec` is not to wait for the server's dependencies. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandModule>>> = {
  serve: () => import("./serve.js"),
  exec: () => import("./exec.js"),
  run: () => import("./run.js"),
  emit: () => import("./emit.js"),
  import: () => import("./import.js"),
  tail: () => import("./tail.js"),
  replay: () => import("./replay.js"),
  state: () => import("./state.js"),
  runs: () => import("./runs.js"),
  logs: () => import("./logs.js"),
  search: () => import("./search.js"),
  verify: () => import("./verify.js"),
  forget: () => import("./forget.js"),
  bundle: () => import("./bundle.js"),
  keys: () => import("./keys.js"),
  subscriptions: () => import("./subscriptions.js"),
  reindex: () => import("./reindex.js"),
  nats: () => import("./nats.js"),
};

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("runtrail")
    .description("The event trail of an orchestrator: record, follow, replay and prove what ran.")
    .version(await ownVersion())
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        write(text.replace(/^error: /, "runtrail: "));
      },
    })
    .addHelpText("after", HELP);
  const called = argv[2] ?? "";
  const loads = Object.entries(COMMANDS).filter(
    ([name]) => name === called || !Object.hasOwn(COMMANDS, called),
  );
  for (const { register } of await Promise.all(loads.map(([, load]) => load()))) register(program);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

async function ownVersion(): Promise<string> {
  const text = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function report(error: unknown): number {
  // Help and usage errors have been printed; for the latter commander's own status is 1.
  if (error instanceof CommanderError) return error.exitCode === 1 ? EXIT.usage : error.exitCode;
  const { message, exitCode } = describeFailure(error);
  process.stderr.write(`runtrail: ${message}\n`);
  return exitCode;
}

const HELP = `
Environment:
  RUNTRAIL_URL    where the server is (default http://127.0.0.1:4280)
  RUNTRAIL_TOKEN  bearer token
  NO_COLOR        no colours; they are used on a terminal only

Exit codes: 0 it worked, 1 it did not, 2 it was called wrongly. Where a command has others, its
--help lists them.

Examples:
  runtrail serve                        start the server
  runtrail exec -- npm test             record a command
  runtrail run examples/demo.pack.yaml  record several, in the order of their needs
  runtrail tail runs/r-42               watch a run
  runtrail runs --status failed         find one
  runtrail state runs/r-42 --at 1042    see what it was like then
  runtrail search "connection refused"  find a line in any run
  runtrail verify runs/r-42             check that it is as it was sealed
  runtrail bundle runs/r-42 -o r.bundle hand it on to somebody who checks it without you`;

await main(process.argv);
