import { execFile } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { promisify } from "node:util";

/** A pipe (pipe(7)): what is written to its file descriptor comes out of the stream. */
export interface Pipe {
  output: Readable;
  /** For a child process; to be closed here when that has it. */
  input: number;
}

/**
 * Opens pipes. What Node itself gives to child processes are sockets: a script that writes to /dev/stderr
 * or /dev/stdout then fails, as a socket cannot be opened by name, and a writer whose reader has gone is
 * not told so by SIGPIPE. Node has no call for a pipe; a FIFO is one that has a name to open it by, which
 * is taken away again at once.
 *
 * @returns undefined where there are no FIFOs
 */
export async function openPipes(): Promise<{ stdout: Pipe; stderr: Pipe } | undefined> {
  if (process.platform === "win32") return undefined;
  const folder = await mkdtemp(join(tmpdir(), "runtrail-"));
  const [stdout, stderr] = [join(folder, "stdout"), join(folder, "stderr")];
  try {
    await promisify(execFile)("mkfifo", ["-m", "600", stdout, stderr]);
    return { stdout: openPipe(stdout), stderr: openPipe(stderr) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function openPipe(path: string): Pipe {
  // The reader first, and without waiting for a writer, which would wait for a reader.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const input = openSync(path, constants.O_WRONLY);
  return { output: new Socket({ fd, readable: true, writable: false }), input };
}

/** The child process has them. */
export function closeInputs({ stdout, stderr }: { stdout: Pipe; stderr: Pipe }): void {
  closeSync(stdout.input);
  closeSync(stderr.input);
}
