import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import type { Pack } from "../envelope/catalogue/pack.generated.js";
import type { PackProgress } from "../runner/pack-context.js";
import { parsePack } from "../runner/pack-file.js";
import { resolveParams, type ParamValues } from "../runner/pack-params.js";
import { runPack, type PackEnd } from "../runner/run-pack.js";
import { onStopSignals } from "../runner/signals.js";
import { Slots } from "../runner/slots.js";
import { CommandFailure, EXIT } from "./failure.js";
import { PackView } from "./pack-view.js";
import { uniqueId } from "./readable-id.js";
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
  param: ParamValues;
  parallel: string;
}

/** Adds `runtrail run`. */
export function register(program: Command): void {
  const command = program
    .command("run")
    .description("run a pack: commands in the order of their needs, recorded as a run")
    .argument("<pack.yaml>", "the pack file")
    .option("--run <id>", "the run's id (default: made from the pack's)")
    .option("--param <name=value>", "a parameter of the pack; may be repeated", addParam, {})
    .option("--parallel <n>", "how many steps may run at a time", "2")
    .addHelpText("after", HELP)
    .action(async (file: string, options: Options) => {
      process.exitCode = await run(file, options);
    });
  addRecordingOptions(command);
}

async function run(file: string, options: Options): Promise<number> {
  const pack = await readPack(file);
  const params = resolveParams(pack, options.param);
  if (!params.ok) throw new CommandFailure(params.message, EXIT.usage);
  const parallel = countOf(options.parallel);
  const runId =
    options.run === undefined ? uniqueId(pack.pack, new Date()) : demandId("--run", options.run);

  const { connection, recorder, finish } = await openRecording(options);
  const isJson = options.json === true;
  if (!isJson) notice(`recording runs/${runId}; watch it with: runtrail tail runs/${runId}`);
  const view = isJson ? undefined : new PackView(pack.steps.length);
  const cancel = new AbortController();
  const kill = new AbortController();
  const stopListening = onStopSignals(() => {
    if (cancel.signal.aborted) kill.abort();
    else if (!isJson) notice("ending the steps that run; once more to kill them");
    cancel.abort();
  });
  const end = await runPack({
    pack,
    params: params.values,
    folder: dirname(resolve(file)),
    env: process.env,
    runId,
    connection,
    recorder,
    slots: new Slots(parallel, cancel.signal),
    cancel: cancel.signal,
    kill: kill.signal,
    onProgress: (progress) => {
      if (view) view.show(progress);
      else process.stdout.write(`${progressJson(progress)}\n`);
    },
  });
  stopListening();
  view?.conclude(end, pack.pack);
  const handover = await finish();
  if (isJson) {
    const facts = { kind: "run-ended", runId, ...endFacts(end), ...handoverFacts(handover) };
    process.stdout.write(`${JSON.stringify(facts)}\n`);
  }
  return STATUS[end.status];
}

const STATUS = { completed: EXIT.ok, failed: EXIT.failed, canceled: 130 } as const;

async function readPack(file: string): Promise<Pack> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new CommandFailure(`${file} cannot be read`, EXIT.usage, { cause });
  });
  const parsed = parsePack(text);
  if (parsed.ok) return parsed.pack;
  const lines = parsed.problems.map(({ line, column, pointer, message }) => {
    return `${file}:${line}:${column}: ${pointer === "" ? "" : `${pointer}: `}${message}`;
  });
  throw new CommandFailure(lines.join("\n"), EXIT.usage);
}

function addParam(text: string, params: ParamValues): ParamValues {
  const at = text.indexOf("=");
  if (at < 1) throw new CommandFailure(`--param takes name=value, not ${text}`, EXIT.usage);
  return { ...params, [text.slice(0, at)]: text.slice(at + 1) };
}

function countOf(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new CommandFailure(`--parallel takes a number of steps, not ${text}`, EXIT.usage);
}

function progressJson({ step, ...progress }: PackProgress): string {
  return JSON.stringify({ ...progress, stepId: step.id });
}

function endFacts({ status, durationMs, results }: PackEnd) {
  return { status, durationMs, steps: Object.fromEntries(results) };
}

const HELP = `
A pack file is YAML: its id and its steps.

  pack: release-checks
  steps:
    - id: lint
      run: npm run lint
    - id: test
      run: npm test
      needs: [lint]
      timeout: 5m
      retry: { maxAttempts: 3, delay: 2s }
    - id: ship
      needs: [test]
      approval: production
      run: ./ship.sh "$PARAM_TARGET"
  params: { target: staging }

A step runs in the shell, in a process group of its own, with nothing on its stdin, where runtrail was
started unless it says cwd. It sees the parameters as PARAM_<NAME>, and RUNTRAIL_RUN, RUNTRAIL_SCOPE and
RUNTRAIL_URL. A script ends at its first command that fails. When a step fails, only those that need it
are left out. Ctrl-C ends the steps that run, a second one kills them.

Exit codes: 0 completed; 1 a step failed; 2 called wrongly, or the pack file is not right; 130 canceled.

Examples:
  $ runtrail run examples/demo.pack.yaml
  $ runtrail run release.pack.yaml --run release-7 --param target=production --parallel 4`;
