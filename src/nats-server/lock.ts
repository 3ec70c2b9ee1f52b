import { spawn } from "node:child_process";
import { once } from "node:events";
import { type FileHandle, constants, open } from "node:fs/promises";

/** BSD's and macOS's open(2) flag for an exclusive lock; Node has no name for it. */
const O_EXLOCK = 0x20;

/**
 * Takes the exclusive lock (flock) of a file, creating the file if need be, or returns `undefined` when
 * another holds it. The lock belongs to the open file: it lasts until this handle and every copy of it
 * that a child process inherited are closed, and the kernel closes those of a killed process. So there
 * is no such thing as a stale lock, nor a process id to mistake.
 */
export async function tryLock(path: string): Promise<FileHandle | undefined> {
  if (process.platform !== "linux") {
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK;
    return open(path, flags, 0o600).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
      throw error;
    });
  }
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    if (await flock(file)) return file;
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return undefined;
}

/** Linux locks through a call that Node does not offer; the command locks the open file it inherits. */
async function flock(file: FileHandle): Promise<boolean> {
  const child = spawn("flock", ["-n", "3"], { stdio: ["ignore", "ignore", "pipe", file.fd] });
  let complaint = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  // Rejects when the command cannot be started.
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) return true;
  if (code === 1 && complaint === "") return false;
  throw new Error(`flock failed with status ${code}: ${complaint.trim()}`);
}
