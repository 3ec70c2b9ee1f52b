import { CommanderError, type Command } from "commander";
import { exitStatus } from "../runner/command.js";
import { execJob } from "../runner/exec-job.js";
import { Terminal } from "../runner/terminal.js";
import { CommandFailure } from "./failure.js";
import { idWithinRun, slug, uniqueId } from "./readable-id.js";
import {
  addRecordingOptions,
  demandId,
  handoverFacts,
  notice,
  openRecording,
  type RecordingOptions,
} from "./recording.js";

interface Options extends RecordingOptions {
  run?: string;
  job?: string;
  name?: string;
}

/** What we exit with when it is us who failed and not the command, as env and timeout do. */
const OUR_FAILURE = 125;

/** Adds `runtrail exec`. */
export function register(program: Command): void {
  const command = program
    .command("exec")
    .description("run a command and record it as a job, with its output and its exit code")
    .argument("<command...>", "the command and its arguments")
    .option("--run <id>", "make it a job of this run (default: a run of its own)")
    .option("--job <id>", "the job's id (default: made from the command)")
    .option("--name <name>", "what people are to call it (default: the command)")
    .passThroughOptions()
    .exitOverride(({ exitCode, code, message }) => {
      throw new CommanderError(exitCode === 0 ? 0 : OUR_FAILURE, code, message);
    })
    .addHelpText("after", HELP)
    .action(async (words: string[], options: Options) => {
      try {
        process.exitCode = await exec(words, options);
      } catch (error) {
        if (!(error instanceof CommandFailure)) throw error;
        throw new CommandFailure(error.message, OUR_FAILURE, { cause: error });
      }
    });
  addRecordingOptions(command);
}

async function exec(words: readonly string[], options: Options): Promise<number> {
  const [file = "", ...args] = words;
  const name = options.name ?? nameOf(file, args);
  const isOwnRun = options.run === undefined;
  const runId =
    options.run === undefined ? uniqueId(name, new Date()) : demandId("--run", options.run);
  const jobId =
    options.job === undefined
      ? isOwnRun
        ? slug(name)
        : idWithinRun(name)
      : demandId("--job", options.job);
  const scope = `runs/${runId}/jobs/${jobId}`;

  const { connection, recorder, finish } = await openRecording(options);
  if (options.json !== true)
    notice(`recording ${scope}; watch it with: runtrail tail runs/${runId}`);
  const end = await execJob(recorder, {
    file,
    args,
    name,
    runId,
    jobId,
    isOwnRun,
    env: {
      ...process.env,
      RUNTRAIL_URL: connection.url,
      RUNTRAIL_RUN: runId,
      RUNTRAIL_SCOPE: scope,
    },
    stdout: new Terminal(process.stdout),
    stderr: new Terminal(process.stderr),
  });
  if (end.kind === "not-started") notice(describe(file, end));
  const status = exitStatus(end);
  const handover = await finish();
  if (options.json === true) {
    const facts = { scope, exitCode: status, ...handoverFacts(handover) };
    process.stderr.write(`${JSON.stringify(facts)}\n`);
  }
  return status;
}

/** The program and its first plain arguments: `npm run test --silent` → `npm run test`. */
function nameOf(file: string, args: readonly string[]): string {
  const program = file.slice(file.lastIndexOf("/") + 1);
  const firstOther = args.findIndex((arg) => !/^[A-Za-z][\w:.-]*$/.test(arg));
  const plain = args.slice(0, firstOther < 0 ? 2 : Math.min(firstOther, 2));
  return [program, ...plain].join(" ");
}

function describe(file: string, { code, message }: { code: string; message: string }): string {
  if (code === "ENOENT") return `${file}: command not found`;
  return code === "EACCES" ? `${file}: not allowed to execute it` : `${file}: ${message}`;
}

const HELP = `
The command's output goes on to the terminal as it comes, and its exit code is passed on. Its stdout
and stderr are pipes, even on a terminal: a program that colours its output only on a terminal needs
its own option for that (such as --color or FORCE_COLOR=1). Its stdin is that of runtrail.

If the server is away, nothing waits for it: events are kept in a file and sent when it is back, at
the latest by the next runtrail exec, run or import.

Exit codes: the command's own; 128 + n when signal n ended it; 127 it was not found; 126 it could not
be executed; 125 runtrail itself could not begin, or was called wrongly.

Examples:
  $ runtrail exec -- npm test
  $ runtrail exec --run nightly-42 --job lint --name Lint -- npx eslint .
  $ runtrail exec -- sh -c 'make | tee build.log'`;
