import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";
import { MINIMUM_NATS_VERSION, describeUnsupported, parseNatsVersion } from "./version.js";

const run = promisify(execFile);

/** Where a nats-server binary was looked for. */
export type BinarySource = "RUNTRAIL_NATS_SERVER" | "PATH" | "cache";

/** A nats-server that runs on this machine and is new enough. */
export interface NatsServerBinary {
  readonly path: string;
  /** `x.y.z` */
  readonly version: string;
  readonly where: BinarySource;
}

/** A place that was looked at in vain, and why. */
export interface PassedOver {
  readonly path: string;
  readonly where: BinarySource;
  readonly reason: string;
}

export type FindResult =
  | { outcome: "found"; binary: NatsServerBinary; passedOver: readonly PassedOver[] }
  | { outcome: "missing"; passedOver: readonly PassedOver[] };

/** `RUNTRAIL_NATS_SERVER` names something that is not a usable nats-server. */
export class NatsServerPathError extends Error {
  override readonly name = "NatsServerPathError";

  constructor(
    readonly path: string,
    readonly reason: string,
  ) {
    super(
      `RUNTRAIL_NATS_SERVER is set to ${path}, which cannot be used: ${reason}. ` +
        `Set it to a nats-server ${MINIMUM_NATS_VERSION} or newer, or unset it.`,
    );
  }
}

/**
 * Looks for a nats-server of at least {@link MINIMUM_NATS_VERSION}, in this order: the path in
 * `RUNTRAIL_NATS_SERVER`, every `nats-server` on `PATH`, the cache folder. Each candidate is run with
 * `--version`.
 *
 * @throws NatsServerPathError when `RUNTRAIL_NATS_SERVER` is set and unusable: whoever names a server
 * wants that one, not another.
 */
export async function findNatsServer(env: NodeJS.ProcessEnv): Promise<FindResult> {
  const named = env["RUNTRAIL_NATS_SERVER"];
  if (named !== undefined && named !== "") {
    const path = resolve(named);
    const inspected = await inspectBinary(path);
    if ("reason" in inspected) throw new NatsServerPathError(path, inspected.reason);
    const binary = { path, version: inspected.version, where: "RUNTRAIL_NATS_SERVER" } as const;
    return { outcome: "found", binary, passedOver: [] };
  }

  const passedOver: PassedOver[] = [];
  const onPath = await executablesOnPath(env["PATH"] ?? "");
  const candidates = [
    ...onPath.map((path) => ({ path, where: "PATH" as const })),
    { path: cachedBinaryPath(natsCacheFolder(env)), where: "cache" as const },
  ];
  for (const candidate of candidates) {
    const inspected = await inspectBinary(candidate.path);
    if ("version" in inspected) {
      const binary = { ...candidate, version: inspected.version };
      return { outcome: "found", binary, passedOver };
    }
    passedOver.push({ ...candidate, reason: inspected.reason });
  }
  if (onPath.length === 0) {
    passedOver.unshift({ path: "nats-server", where: "PATH", reason: "it is not on PATH" });
  }
  return { outcome: "missing", passedOver };
}

/** The folder Runtrail installs into: `RUNTRAIL_CACHE`, or `runtrail` in the user's cache folder. */
export function natsCacheFolder(env: NodeJS.ProcessEnv): string {
  const own = env["RUNTRAIL_CACHE"];
  if (own !== undefined && own !== "") return resolve(own);
  const xdg = env["XDG_CACHE_HOME"];
  // The XDG base directory specification has relative paths ignored.
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, "runtrail");
  return join(env["HOME"] ?? homedir(), ".cache", "runtrail");
}

/** The one file in the cache folder that matters: an install replaces it in one rename. */
export function cachedBinaryPath(cacheFolder: string): string {
  return join(cacheFolder, "nats-server");
}

/** Runs a binary with `--version`: its version when it is new enough, otherwise why it will not do. */
export async function inspectBinary(
  path: string,
): Promise<{ version: string } | { reason: string }> {
  let output: string;
  try {
    ({ stdout: output } = await run(path, ["--version"], { timeout: 10_000 }));
  } catch (error) {
    return { reason: describeRunFailure(error as NodeJS.ErrnoException) };
  }
  const version = parseNatsVersion(output);
  if (version === undefined) return { reason: `it does not print a nats-server version` };
  if (describeUnsupported(version) !== undefined) {
    return { reason: `it is version ${version}, older than ${MINIMUM_NATS_VERSION}` };
  }
  return { version };
}

function describeRunFailure(error: NodeJS.ErrnoException): string {
  if (error.code === "ENOENT") return "it does not exist";
  if (error.code === "EACCES") return "it is not an executable file";
  return `it does not run (${error.message.trim()})`;
}

async function executablesOnPath(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const folder of path.split(delimiter)) {
    // An empty or relative entry means the current folder: nothing there is started unasked.
    if (!isAbsolute(folder)) continue;
    const candidate = join(folder, "nats-server");
    const executable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable && !found.includes(candidate)) found.push(candidate);
  }
  return found;
}
