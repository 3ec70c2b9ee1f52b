import { execFile, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

/** An apt that reads and writes nothing but one folder, so that it needs no root and disturbs no one. */
export interface PrivateApt {
  /** Runs `apt-get` in the private folder and reports the percentage of its downloads. */
  readonly get: (args: readonly string[], onPercent?: (percent: number) => void) => Promise<void>;
}

/**
 * Sets up a private apt in `folder`. With `source` it knows just this one-line source and an empty
 * system; without, it reads the sources and package lists of this system (and writes neither).
 */
export async function createPrivateApt(folder: string, source?: string): Promise<PrivateApt> {
  const lists = join(folder, "state", "lists", "partial");
  const archives = join(folder, "cache", "archives", "partial");
  await Promise.all([lists, archives].map((path) => mkdir(path, { recursive: true })));
  const sourceList = join(folder, "sources.list");
  await writeFile(sourceList, `${source ?? ""}\n`);

  const settings = [
    // The system's own apt.conf.d stays out: as root its hooks (clean the archive cache, refresh an
    // app store) would act on the system. How to download, a proxy for one, is taken over from it.
    ...(await downloadSettings()),
    setting("Dir::Etc::main", "/dev/null"),
    setting("Dir::Etc::parts", "/dev/null"),
    // A pin against a newer suite is about installing, which is not what happens here.
    setting("Dir::Etc::preferences", "/dev/null"),
    setting("Dir::Etc::preferencesparts", "/dev/null"),
    setting("Dir::Cache", join(folder, "cache")),
    setting("Dir::Cache::pkgcache", ""),
    setting("Dir::Cache::srcpkgcache", ""),
    setting("Acquire::Languages", "none"),
    setting("Acquire::GzipIndexes", "true"),
    setting("Acquire::Retries", "1"),
    setting("Acquire::http::Timeout", "15"),
    setting("Acquire::https::Timeout", "15"),
    // Otherwise apt calls it a success when a mirror could not be reached.
    setting("APT::Update::Error-Mode", "any"),
    setting("APT::Status-Fd", "3"),
    // As root apt would download as the user _apt, who may not write to the private folder.
    setting("APT::Sandbox::User", "root"),
  ];
  if (source !== undefined) {
    settings.push(
      setting("Dir::Etc::sourcelist", sourceList),
      setting("Dir::Etc::sourceparts", "/dev/null"),
      setting("Dir::State", join(folder, "state")),
      setting("Dir::State::status", "/dev/null"),
    );
  }
  const configuration = join(folder, "apt.conf");
  await writeFile(configuration, `${settings.join("\n")}\n`);
  return { get: (args, onPercent) => runAptGet({ args, configuration, folder, onPercent }) };
}

/** The `Acquire` settings of this system, but not which kinds of index it wants. */
async function downloadSettings(): Promise<string[]> {
  const { stdout } = await run("apt-config", ["dump"]);
  return stdout
    .split("\n")
    .filter((line) => /^Acquire::\S+ "[^"]*";$/.test(line))
    .filter((line) => !line.startsWith("Acquire::IndexTargets"));
}

function setting(name: string, value: string): string {
  return `${name} "${value}";`;
}

async function runAptGet({
  args,
  configuration,
  folder,
  onPercent,
}: {
  args: readonly string[];
  configuration: string;
  folder: string;
  onPercent: ((percent: number) => void) | undefined;
}): Promise<void> {
  const child = spawn("apt-get", ["--quiet", ...args], {
    cwd: folder,
    env: { ...process.env, APT_CONFIG: configuration, LC_ALL: "C" },
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  const status = child.stdio[3] as NodeJS.ReadableStream;
  createInterface({ input: status }).on("line", (line) => {
    // dlstatus:<file>:<percent>:<what is done>
    const percent = /^dlstatus:\d+:([\d.]+):/.exec(line)?.[1];
    if (percent !== undefined) onPercent?.(Number(percent));
  });
  const code = await new Promise<number | null>((settled, failed) => {
    child.once("error", failed).once("close", settled);
  });
  if (code === 0) return;
  const errors = complaints.split("\n").filter((line) => /^[EW]: /.test(line));
  throw new Error(`apt-get ${args.join(" ")} failed: ${errors.join("; ") || `status ${code}`}`);
}
