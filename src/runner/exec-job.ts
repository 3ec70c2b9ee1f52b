import { hostname } from "node:os";
import { startCommand, type CommandEnd } from "./command.js";
import { endFacts, errorOf } from "./job-end.js";
import { OutputRecorder } from "./output-recorder.js";
import type { Recorder } from "./recorder.js";
import { commandLine } from "./shell-words.js";
import { hasReachedOurGroup, onStopSignals } from "./signals.js";
import type { Terminal } from "./terminal.js";

/** A command that is to be recorded as a job. */
export interface ExecJob {
  file: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  runId: string;
  jobId: string;
  /** For people. */
  name: string;
  /** The run exists for this job alone: it is begun and ended with it. */
  isOwnRun: boolean;
  stdout: Terminal;
  stderr: Terminal;
}

/**
 * Runs a command and records it as a job of a run. To the command and to whoever reads its output it is as
 * if it ran alone: output goes on byte for byte as it comes, stdin is its own, signals reach it.
 *
 * @returns how the command ended; whatever it was
 */
export async function execJob(recorder: Recorder, job: ExecJob): Promise<CommandEnd> {
  const runScope = `runs/${job.runId}`;
  const scope = `${runScope}/jobs/${job.jobId}`;
  const startedAt = performance.now();
  const { name } = job;
  const command = commandLine(job.file, job.args);
  if (job.isOwnRun) {
    const payload = { workflowId: name, totalSteps: 1, triggeredBy: "runtrail exec" };
    await recorder.emit(runScope, "run.created", payload);
    await recorder.emit(runScope, "run.started", { ...payload, host: hostname() });
  }
  await recorder.emit(scope, "job.created", { jobType: "command", name });
  const started = { jobType: "command", attempt: 1, name, command, host: hostname() };
  await recorder.emit(scope, "job.started", started);

  const output = new OutputRecorder(recorder, scope);
  const running = await startCommand(
    { file: job.file, args: job.args, env: job.env, stdin: "inherit", ownGroup: false },
    async (stream, chunk) => {
      const written = await job[stream].write(chunk);
      await output.take(stream, chunk);
      return written === "gone" ? "enough" : "more";
    },
  );
  const stopForwarding = onStopSignals((signal) => {
    if (!hasReachedOurGroup(signal)) running.kill(signal);
  });
  const end = await running.ended;
  stopForwarding();
  await output.end();

  const durationMs = Math.round(performance.now() - startedAt);
  const error = errorOf(end);
  const facts = { attempt: 1, durationMs, ...endFacts(end) };
  if (error === undefined) await recorder.emit(scope, "job.completed", facts);
  else await recorder.emit(scope, "job.failed", { ...facts, error });
  if (job.isOwnRun) {
    if (error === undefined) await recorder.emit(runScope, "run.completed", { durationMs });
    else await recorder.emit(runScope, "run.failed", { durationMs, error });
  }
  return end;
}
