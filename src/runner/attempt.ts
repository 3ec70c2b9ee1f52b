import { basename, resolve } from "node:path";
import type { PackStep } from "../envelope/catalogue/pack.generated.js";
import { startCommand, type Command, type CommandEnd } from "./command.js";
import { durationMs } from "./duration.js";
import type { OutputRecorder } from "./output-recorder.js";
import { stepScopeOf, type PackContext } from "./pack-context.js";
import { paramEnvironment } from "./pack-params.js";

/** From SIGTERM to SIGKILL. */
const GRACE_MS = 10_000;

export interface AttemptEnd {
  end: CommandEnd;
  /** Why we ended it, if we did. */
  stoppedBy: "timeout" | "cancel" | undefined;
  durationMs: number;
}

/**
 * Runs a step's command once, in a process group of its own, with nothing on its stdin. When its time is
 * up or the run is canceled, all of the group gets SIGTERM and ten seconds later SIGKILL.
 */
export async function runAttempt(
  context: PackContext,
  step: PackStep & { run: string },
  output: OutputRecorder,
): Promise<AttemptEnd> {
  const { cancel, kill, onProgress } = context;
  const startedAt = performance.now();
  const running = await startCommand(commandOf(context, step), async (stream, chunk) => {
    const lines = await output.take(stream, chunk);
    for (const line of lines) onProgress({ kind: "line", step, stream, line });
    return "more";
  });

  let stoppedBy: AttemptEnd["stoppedBy"];
  const timers: NodeJS.Timeout[] = [];
  const stop = (reason: "timeout" | "cancel") => {
    if (stoppedBy !== undefined) return;
    stoppedBy = reason;
    running.kill("SIGTERM");
    timers.push(setTimeout(running.kill, GRACE_MS, "SIGKILL"));
  };
  const onCancel = () => {
    stop("cancel");
  };
  const onKill = () => {
    running.kill("SIGKILL");
  };
  if (cancel.aborted) onCancel();
  cancel.addEventListener("abort", onCancel);
  kill.addEventListener("abort", onKill);
  if (step.timeout !== undefined) {
    timers.push(setTimeout(stop, durationMs(step.timeout), "timeout"));
  }
  const end = await running.ended;
  for (const timer of timers) clearTimeout(timer);
  cancel.removeEventListener("abort", onCancel);
  kill.removeEventListener("abort", onKill);

  for (const { stream, line } of await output.end()) {
    onProgress({ kind: "line", step, stream, line });
  }
  return { end, stoppedBy, durationMs: Math.round(performance.now() - startedAt) };
}

/** Shells that know `-e`: a script ends at its first command that fails, as in CI systems. */
const POSIX_SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "dash", "ash", "ksh", "zsh"]);

function commandOf(context: PackContext, step: PackStep & { run: string }): Command {
  const { pack, params, folder, env, runId, connection } = context;
  const shell = step.shell ?? (process.platform === "win32" ? "cmd.exe" : "/bin/sh");
  const name = basename(shell);
  const args = POSIX_SHELLS.has(name)
    ? ["-e", "-c"]
    : name === "cmd.exe"
      ? ["/d", "/s", "/c"]
      : ["-c"];
  return {
    file: shell,
    args: [...args, step.run],
    ...(step.cwd === undefined ? {} : { cwd: resolve(folder, step.cwd) }),
    env: {
      ...env,
      RUNTRAIL_URL: connection.url,
      RUNTRAIL_RUN: runId,
      RUNTRAIL_SCOPE: stepScopeOf(context, step),
      ...paramEnvironment(params),
      ...asText(pack.env),
      ...asText(step.env),
    },
    stdin: "ignore",
    ownGroup: true,
  };
}

function asText(values: PackStep["env"] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}
