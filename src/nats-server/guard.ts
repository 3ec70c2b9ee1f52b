import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const GRACE_MS = 10_000;
const KEPT_COMPLAINTS = 4_096;

/**
 * A shell between us and the server, because nats-server does not notice when its parent is killed. The
 * shell does: its standard input is a pipe that only we hold open, and the kernel closes it whatever we
 * die of. The watcher exists before the process id is printed, as a write to a dead parent ends a shell.
 * fd 3 is the lock that the server inherits; fd 4 is the pipe.
 */
const SCRIPT = `
exec 4<&0 </dev/null
ticks=$1
shift
"$@" >&2 4<&- &
server=$!
(
  read -r _ <&4
  trap exit TERM
  kill -TERM "$server"
  while kill -0 "$server"; do
    if [ "$ticks" -eq 0 ]; then kill -KILL "$server"; exit; fi
    ticks=$((ticks - 1))
    sleep 0.1 3<&-
  done
) >/dev/null 2>&1 &
watcher=$!
exec 4<&-
echo "$server"
wait "$server"
status=$?
exec 2>/dev/null
kill "$watcher"
wait "$watcher"
exit "$status"
`;

/** A process that ends when this one does, however this one ends. */
export interface GuardedProcess {
  readonly pid: number;
  /**
   * Settles with how the process ended, in words; never rejects. When its guard was killed, it settles
   * at once and the process is on its way out.
   */
  readonly exited: Promise<string>;
  /** The end of what it wrote to its standard output and error. */
  readonly complaints: () => string;
}

/**
 * Starts a command that is ended (SIGTERM, after 10 s SIGKILL) when the signal is aborted and when this
 * process dies, also of SIGKILL. It has a session of its own, so that a Ctrl-C in the terminal reaches
 * only us and the order of an orderly stop is ours.
 *
 * @param inherited - a file descriptor that stays open in the command
 */
export async function startGuarded({
  command,
  args,
  env,
  inherited,
  signal,
}: {
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  inherited: number;
  signal: AbortSignal;
}): Promise<GuardedProcess> {
  const ticks = `${GRACE_MS / 100}`;
  const child = spawn("/bin/sh", ["-c", SCRIPT, "runtrail-guard", ticks, command, ...args], {
    detached: true,
    env,
    stdio: ["pipe", "pipe", "pipe", inherited],
  });
  const [stdin, stdout, stderr] = [child.stdin, child.stdout, child.stderr];
  if (stdin === null || stdout === null || stderr === null) throw new Error("a pipe is missing");

  let complaints = "";
  stderr.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-KEPT_COMPLAINTS);
  });
  const release = () => {
    stdin.destroy();
  };
  const closed = new Promise((settle) => child.once("close", settle));
  const exited = once(child, "exit").then(async ([code, killedBy]) => {
    signal.removeEventListener("abort", release);
    // A guard that was killed leaves its watcher, which this sets to work.
    release();
    // Between exit and close come the last words; but a server without its guard keeps the pipe open.
    if (killedBy === null) await closed;
    return describeExit(code as number | null, killedBy as NodeJS.Signals | null);
  });
  const [line] = (await Promise.race([
    once(createInterface({ input: stdout }), "line"),
    exited.then((how) => {
      throw new Error(`the shell that guards nats-server ${how} at once: ${complaints}`);
    }),
  ])) as [string];
  if (signal.aborted) release();
  else signal.addEventListener("abort", release, { once: true });
  return { pid: Number(line), exited, complaints: () => complaints.trim() };
}

/** A shell says 128 + n for a process that signal n ended. */
function describeExit(code: number | null, killedBy: NodeJS.Signals | null): string {
  if (killedBy !== null) return `lost its guard to ${killedBy}`;
  if (code !== null && code > 128) return `was ended by signal ${code - 128}`;
  return `ended with status ${code}`;
}
