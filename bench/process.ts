import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The script of `runtrail`, as it is built. */
export const CLI = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** What a process holds of the machine's memory, and the most that it held since {@link forgetPeak}. */
export interface Memory {
  bytes: number;
  peakBytes: number;
}

/** CPU that a process has used; from /proc, in ticks of 10 ms; 0 where there is no /proc. */
export async function cpuMicros(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13)
    .map(Number);
  return (user + system) * 10_000;
}

/** From /proc; NaN where there is no /proc. */
export async function memory(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const bytes = (field: string) =>
    Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
  return { bytes: bytes("VmRSS"), peakBytes: bytes("VmHWM") };
}

/** Asks Linux to count the peak from here on (proc(5), clear_refs). */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, "5").catch(() => undefined);
}
