import { homedir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "../client/index.js";
import { parseScope } from "../envelope/scope.js";
import { correlationIn } from "../wire/timeline.js";
import { tryLock } from "../nats-server/lock.js";
import type { SpoolFolder } from "../runner/spool-folder.js";
import { CommandFailure, EXIT } from "./failure.js";

const DEFAULT_URL = "http://127.0.0.1:4280";

/** The server that the environment names. */
export function connectionOf(env: NodeJS.ProcessEnv): ConnectionOptions {
  const url = env["RUNTRAIL_URL"] || DEFAULT_URL;
  const protocol = URL.canParse(url) ? new URL(url).protocol : "";
  if (protocol !== "http:" && protocol !== "https:") {
    throw new CommandFailure(`RUNTRAIL_URL must be like ${DEFAULT_URL}, not ${url}`, EXIT.usage);
  }
  const token = env["RUNTRAIL_TOKEN"];
  return token === undefined || token === "" ? { url } : { url, token };
}

/**
 * Where events wait that the server has not taken: below `--data` or RUNTRAIL_DATA, else in the user's
 * state folder; one folder a server, so that none gets what is meant for another.
 */
export function spoolFolderOf(
  env: NodeJS.ProcessEnv,
  { url }: ConnectionOptions,
  data: string | undefined,
): SpoolFolder {
  const folder = data ?? env["RUNTRAIL_DATA"] ?? stateFolder(env);
  const { host, pathname } = new URL(url);
  const server = `${host}${pathname}`.replaceAll(/[^A-Za-z0-9.-]+/g, "_").replace(/_$/, "");
  return { path: join(folder, "spool", server), tryLock };
}

function stateFolder(env: NodeJS.ProcessEnv): string {
  switch (process.platform) {
    case "darwin":
      return join(homedir(), "Library", "Application Support", "runtrail");
    case "win32":
      return join(env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "runtrail");
    default:
      // XDG Base Directory Specification: what should outlive a restart, but is no user data.
      return join(env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "runtrail");
  }
}

/** A scope as the command line names it, or a usage error. */
export function demandScope(text: string): string {
  if (parseScope(text)) return text;
  throw new CommandFailure(
    `${JSON.stringify(text)} is no scope: write it like runs/r-42 or runs/r-42/jobs/build`,
    EXIT.usage,
  );
}

/** A scope to read from; empty or left out is everything, and `correlations/<id>` is possible. */
export function readableScope(text: string | undefined): string {
  if (text === undefined || text === "") return "";
  if (correlationIn(text) !== undefined) return text;
  return demandScope(text);
}
