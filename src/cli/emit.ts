import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { append, type JsonObject } from "../client/index.js";
import { connectionOf, demandScope } from "./environment.js";
import { CommandFailure, EXIT } from "./failure.js";

/** Adds `runtrail emit`. */
export function register(program: Command): void {
  program
    .command("emit")
    .description("append one event")
    .argument("<scope>", "where it belongs, such as runs/r-42")
    .argument("<type>", "what happened, such as run.started or deploy.finished")
    .option(
      "--payload <json>",
      "the facts: JSON, @FILE to read them from a file, - for stdin",
      "{}",
    )
    .option("--json", "print the server's answer as JSON")
    .addHelpText("after", HELP)
    .action(async (scope: string, type: string, options: { payload: string; json?: boolean }) => {
      const payload = parsePayload(await readPayload(options.payload));
      const connection = connectionOf(process.env);
      const [result] = await append(connection, demandScope(scope), [{ type, payload }]);
      if (options.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
      if (result === undefined) return;
      if ("problem" in result) {
        const { detail, pointer } = result.problem;
        if (options.json === true) process.exitCode = EXIT.failed;
        else throw new CommandFailure(pointer ? `${pointer}: ${detail}` : detail);
      } else if (options.json !== true) {
        const { index, sequence, outcome } = result;
        process.stdout.write(`${outcome} ${scope} event ${index}, sequence ${sequence}\n`);
      }
    });
}

async function readPayload(given: string): Promise<string> {
  if (given === "-") return text(process.stdin);
  if (!given.startsWith("@")) return given;
  const file = given.slice(1);
  return readFile(file, "utf8").catch((cause: unknown) => {
    const message = `--payload: ${file} cannot be read`;
    throw new CommandFailure(message, EXIT.usage, { cause });
  });
}

function parsePayload(json: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "";
    throw new CommandFailure(`--payload is not JSON: ${reason}`, EXIT.usage, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw new CommandFailure('--payload must be a JSON object, such as {"reason":"…"}', EXIT.usage);
}

const HELP = `
Exit codes: 0 stored; 1 refused, or the server cannot be reached; 2 called wrongly.

Examples:
  $ runtrail emit runs/r-42 run.started --payload '{"workflowId":"nightly"}'
  $ runtrail emit runs/r-42 deploy.finished --payload @deploy.json
  $ ./report.sh | runtrail emit runs/r-42 report.made --payload -`;
