import type { Command } from "commander";
import { reindex } from "../client/index.js";
import { connectionOf } from "./environment.js";

/** Adds `runtrail reindex`. */
export function register(program: Command): void {
  program
    .command("reindex")
    .description("make the server's read model anew from the log")
    .addHelpText("after", HELP)
    .action(async () => {
      await reindex(connectionOf(process.env));
      process.stdout.write("The read model is being made anew; /readyz says how far it has got.\n");
    });
}

const HELP = `
Nothing is lost: states, runs and logs are answered from a copy of the log, and that copy is made again.
Until it has caught up, answers are of how far it has got; appending and streaming go on meanwhile. Of
several gateways each has its own copy, and only the one that is asked makes it anew.

Example:
  $ runtrail reindex && curl -s localhost:4280/readyz`;
