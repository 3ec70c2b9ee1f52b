import type { Command } from "commander";
import { fetchKeys } from "../client/index.js";
import { connectionOf } from "./environment.js";
import { printable } from "./colour.js";

/** Adds `runtrail keys`. */
export function register(program: Command): void {
  program
    .command("keys")
    .description("print the keys that the server says its log is signed with")
    .option("--json", "print them as JSON, one object a line")
    .addHelpText("after", HELP)
    .action(async ({ json }: { json?: boolean }) => {
      for (const key of await fetchKeys(connectionOf(process.env))) {
        const { verifierKey, fromSize, toSize } = key;
        const end = typeof toSize === "number" ? `to ${toSize}` : "on";
        const range = `signs from size ${fromSize} ${end}`;
        process.stdout.write(
          json === true
            ? `${JSON.stringify(key)}\n`
            : `${printable(verifierKey, false)}  ${range}\n`,
        );
      }
    });
}

const HELP = `
A key is to be had from somebody you believe: what a server says of itself proves nothing. Compare it
with what others were told.

Example:
  $ runtrail keys --json | jq -r .verifierKey`;
