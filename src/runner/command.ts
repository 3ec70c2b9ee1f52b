import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import type { OutputStream } from "./line-level.js";
import { closeInputs, openPipes } from "./pipe.js";

/** What to run, and how it is tied to us. */
export interface Command {
  file: string;
  args: readonly string[];
  cwd?: string;
  env: NodeJS.ProcessEnv;
  /** `inherit`: it reads what we would read. */
  stdin: "inherit" | "ignore";
  /**
   * Its own process group: signals reach all that it starts, and those of the terminal do not reach it.
   * Otherwise it shares ours, and Ctrl-C reaches both.
   */
  ownGroup: boolean;
}

/** How a command ended. */
export type CommandEnd =
  | { kind: "exited"; exitCode: number }
  | { kind: "signaled"; signal: NodeJS.Signals }
  /** It could not be started. */
  | { kind: "not-started"; code: string; message: string };

export interface RunningCommand {
  /** Sends it a signal, if it still runs. */
  kill: (signal: NodeJS.Signals) => void;
  /** Resolves when it has ended and all of its output has been taken. Never rejects for what it does. */
  ended: Promise<CommandEnd>;
}

/** A process that it left behind may hold its output open; when that is silent for so long, we go. */
const SILENCE_AFTER_EXIT_MS = 5_000;

/** Takes a chunk of output; `enough` closes the stream, so that a command that goes on writing gets SIGPIPE. */
export type TakeOutput = (stream: OutputStream, chunk: Buffer) => Promise<"more" | "enough">;

/**
 * Starts a command. Its stdout and stderr are pipes, also when ours are a terminal; `take` takes what
 * comes out of them, chunk by chunk, and the command is held up for as long as that takes. The order
 * within each stream is kept; between the two it is that of arrival.
 */
export async function startCommand(command: Command, take: TakeOutput): Promise<RunningCommand> {
  const { file, args, cwd, env, stdin, ownGroup } = command;
  const pipes = await openPipes();
  let child: ChildProcess;
  try {
    child = spawn(file, args, {
      stdio: [stdin, pipes?.stdout.input ?? "pipe", pipes?.stderr.input ?? "pipe"],
      detached: ownGroup,
      env,
      ...(cwd === undefined ? {} : { cwd }),
    });
  } catch (error) {
    return { kill: () => undefined, ended: Promise.resolve(notStarted(error)) };
  } finally {
    if (pipes) closeInputs(pipes);
  }
  const stdout = pipes?.stdout.output ?? child.stdout;
  const stderr = pipes?.stderr.output ?? child.stderr;
  if (!stdout || !stderr) throw new Error("a command has its output in pipes");
  return {
    kill: (signal) => {
      kill(child, ownGroup, signal);
    },
    ended: endOf(child, { stdout, stderr }, take),
  };
}

async function endOf(
  child: ChildProcess,
  { stdout, stderr }: Record<OutputStream, Readable>,
  take: TakeOutput,
): Promise<CommandEnd> {
  const exited = new AbortController();
  const outputs = Promise.all([
    drain(stdout, (chunk) => take("stdout", chunk), exited.signal),
    drain(stderr, (chunk) => take("stderr", chunk), exited.signal),
  ]);
  let end: CommandEnd;
  try {
    const [exitCode, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals];
    end = exitCode === null ? { kind: "signaled", signal } : { kind: "exited", exitCode };
  } catch (error) {
    end = notStarted(error);
  }
  exited.abort();
  await outputs;
  return end;
}

function notStarted(error: unknown): CommandEnd {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return { kind: "not-started", code, message };
}

/** Reads an output stream to its end, or after the exit until it falls silent. */
async function drain(
  stream: Readable,
  take: (chunk: Buffer) => Promise<"more" | "enough">,
  exited: AbortSignal,
): Promise<void> {
  let wake = (): void => undefined;
  const onChange = () => {
    wake();
  };
  // An error closes the stream, and that is all there is to know.
  stream.on("readable", onChange).on("close", onChange).on("error", onChange);
  exited.addEventListener("abort", onChange);
  while (!stream.closed) {
    const chunk = stream.read() as Buffer | null;
    if (chunk !== null) {
      if ((await take(chunk)) === "enough") stream.destroy();
      continue;
    }
    const changed = new Promise<void>((resolve) => (wake = resolve));
    const timer = setTimeout(() => {
      if (exited.aborted) stream.destroy();
    }, SILENCE_AFTER_EXIT_MS);
    await changed;
    clearTimeout(timer);
  }
}

function kill(child: ChildProcess, ownGroup: boolean, signal: NodeJS.Signals): void {
  if (!ownGroup || child.pid === undefined) {
    child.kill(signal);
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // All of the group has ended already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The status that a shell reports for such an end: 128 + n for a signal, 127 for what does not exist. */
export function exitStatus(end: CommandEnd): number {
  switch (end.kind) {
    case "exited":
      return end.exitCode;
    case "signaled":
      return 128 + constants.signals[end.signal];
    case "not-started":
      return end.code === "ENOENT" ? 127 : 126;
  }
}
