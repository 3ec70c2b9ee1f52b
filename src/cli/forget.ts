import type { Command } from "commander";
import { forget } from "../client/index.js";
import { isSubject } from "../personal/personal-member.js";
import { connectionOf } from "./environment.js";
import { CommandFailure, EXIT } from "./failure.js";

/** Adds `runtrail forget`. */
export function register(program: Command): void {
  program
    .command("forget")
    .description(
      "destroy the key of a subject's personal data, so that nobody can read it any more",
    )
    .argument("<subject>", "as it is in $personal, such as user-17")
    .option("--json", "print the server's answer as JSON")
    .addHelpText("after", HELP)
    .action(async (subject: string, options: { json?: boolean }) => {
      if (!isSubject(subject)) {
        const message = "a subject has 1 to 256 characters, and is neither . nor ..";
        throw new CommandFailure(message, EXIT.usage);
      }
      const forgotten = await forget(connectionOf(process.env), subject);
      const text =
        options.json === true
          ? JSON.stringify(forgotten)
          : `forgotten ${subject} at ${forgotten.forgottenAt}, key ${forgotten.keyId}`;
      process.stdout.write(`${text}\n`);
    });
}

const HELP = `
Events stay as they are, and so do their hashes and chains: what is lost is the key to what they hold of
the subject. Again, it tells when the subject was forgotten. Personal data of the subject that comes later
has a new key.

Exit codes: 0 the subject is forgotten; 1 nothing was ever stored of it, or the server cannot be reached;
2 called wrongly.

Examples:
  $ runtrail forget user-17
  $ runtrail forget ana@example.org --json`;
