import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { delimiter, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import { isLoopback, type Config } from "../../config.js";

const FOLDER = fileURLToPath(new URL("../../../", import.meta.url));
const CLI = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
const PACK = fileURLToPath(new URL("../../../examples/demo.pack.yaml", import.meta.url));

/** All of the server's environment that its steps get to see: it may hold secrets. */
const ENVIRONMENT = ["HOME", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "TZ", "SystemRoot"];

/** From being asked to end until it is made to. */
const PATIENCE_MS = 3000;
/** What is kept of what it says, for the log. */
const MAX_SAID = 2000;

export type StartedSample =
  | { is: "begun"; scope: string }
  /** Another one goes on. */
  | { is: "busy"; scope: string }
  | { is: "failed" };

interface Running {
  scope: string;
  child: ChildProcess;
  ended: Promise<unknown>;
}

/**
 * Runs the sample pack that is part of this package, as `runtrail run` does, and nothing else: there is nothing
 * about it to choose. One run at a time.
 */
export class SampleRuns {
  readonly #dataFolder: string;
  readonly #logger: Logger;
  #running: Running | undefined;
  #isClosed = false;

  private constructor(dataFolder: string, logger: Logger) {
    this.#dataFolder = dataFolder;
    this.#logger = logger;
  }

  /**
   * Undefined where whoever reaches the server is not known to sit before the machine that it runs on: it listens
   * elsewhere than on loopback, or is one of several on a NATS that others look after.
   */
  static of({ http, nats, dataFolder }: Config, logger: Logger): SampleRuns | undefined {
    const isAlone = nats === undefined && isLoopback(http.host);
    if (!isAlone || !existsSync(CLI) || !existsSync(PACK)) return undefined;
    return new SampleRuns(resolve(dataFolder), logger);
  }

  /** The scope of the run that goes on. */
  get running(): string | undefined {
    return this.#running?.scope;
  }

  /** Starts a run, unless one goes on. Resolves when it has begun its first step. @param url of this server */
  async start(url: string): Promise<StartedSample> {
    if (this.#running) return { is: "busy", scope: this.#running.scope };
    if (this.#isClosed) return { is: "failed" };
    const id = `sample-${Date.now().toString(36)}`;
    const scope = `runs/${id}`;
    const child = spawn(
      process.execPath,
      // An installed package has no src to count the files of.
      [CLI, "run", PACK, "--run", id, "--param", "folder=dist", "--json"],
      { cwd: FOLDER, env: this.#environment(url), stdio: ["ignore", "pipe", "pipe"] },
    );
    let said = "";
    child.stderr.on("data", (piece) => {
      said = (said + String(piece)).slice(-MAX_SAID);
    });
    // That it cannot be started is an end as well.
    const ended = once(child, "close").catch(() => undefined);
    this.#running = { scope, child, ended };
    void ended.then(() => {
      this.#running = undefined;
    });
    const begun = once(child.stdout, "data").then(
      () => true,
      () => false,
    );
    const hasBegun = await Promise.race([begun, ended.then(() => false)]);
    child.stdout.resume();
    if (hasBegun) {
      this.#logger.info({ scope }, "a run of the sample pack has begun");
      return { is: "begun", scope };
    }
    this.#logger.warn({ said }, "the sample pack could not be run");
    return { is: "failed" };
  }

  /** Ends the run that goes on, so that it is recorded how it ended, and starts no other. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (!this.#running) return;
    const { child, ended } = this.#running;
    child.kill("SIGTERM");
    // The second time, it kills its steps.
    const hurry = setTimeout(() => child.kill("SIGTERM"), PATIENCE_MS);
    const force = setTimeout(() => child.kill("SIGKILL"), 2 * PATIENCE_MS);
    await ended;
    clearTimeout(hurry);
    clearTimeout(force);
  }

  #environment(url: string): NodeJS.ProcessEnv {
    const names = ENVIRONMENT.filter((name) => process.env[name] !== undefined);
    // Its steps need the same Node.js, wherever that is.
    const path = [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
    return {
      ...Object.fromEntries(names.map((name) => [name, process.env[name]])),
      PATH: path,
      RUNTRAIL_URL: url,
      RUNTRAIL_DATA: this.#dataFolder,
    };
  }
}
