import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const MAIN = new URL("../../dist/cli/main.js", import.meta.url).pathname;

/** A `runtrail` command that runs. */
export class Running {
  stdout = Buffer.alloc(0);
  stderr = "";
  readonly exited: Promise<{ status: number | null; signal: NodeJS.Signals | null }>;
  readonly #waiting = new Set<() => void>();

  constructor(readonly child: ChildProcessWithoutNullStreams) {
    child.stdout.on("data", (chunk: Buffer) => {
      this.stdout = Buffer.concat([this.stdout, chunk]);
      this.#wake();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#wake();
    });
    child.stdin.on("error", () => undefined);
    this.exited = once(child, "close").then(([status, signal]) => {
      this.#wake();
      return { status: status as number | null, signal: signal as NodeJS.Signals | null };
    });
  }

  get text(): string {
    return this.stdout.toString();
  }

  /** Resolves when what has been written fits; rejects when the command ends before. */
  async until(fits: (running: this) => boolean): Promise<void> {
    while (!fits(this)) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`it ended before:\n${this.text}\n${this.stderr}`);
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

/** Starts a `runtrail` command that belongs to nobody's server. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv): Running {
  return new Running(spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } }));
}

export interface Finished {
  status: number | null;
  stdout: string;
  bytes: Buffer;
  stderr: string;
}

/** A server of its own, with a data folder of its own, and commands that talk to it. */
export class Runtrail {
  url = "";
  #port = 0;
  #server: ChildProcessWithoutNullStreams | undefined;
  readonly #running = new Set<Running>();

  private constructor(readonly folder: string) {}

  static async start(): Promise<Runtrail> {
    const runtrail = new Runtrail(await mkdtemp(join(tmpdir(), "runtrail-cli-")));
    await runtrail.startServer();
    return runtrail;
  }

  /** Starts the server, again on the port that it had. */
  async startServer(): Promise<void> {
    const args = ["serve", "--port", String(this.#port), "--data", join(this.folder, "data")];
    const server = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, RUNTRAIL_LOG_LEVEL: "warn" },
    });
    this.#server = server;
    let complaint = "";
    server.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
    const [line] = (await Promise.race([
      once(createInterface(server.stdout), "line"),
      once(server, "exit").then(() => {
        throw new Error(`the server did not start: ${complaint}`);
      }),
    ])) as [string];
    this.url = line.slice(line.indexOf("http"));
    this.#port = Number(new URL(this.url).port);
  }

  /** Ends the server, in good order (SIGTERM) or not (SIGKILL). */
  async stopServer(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, "exit");
    server.kill(signal);
    await exited;
  }

  /** Starts a command. */
  begin(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.folder,
      env: {
        ...process.env,
        RUNTRAIL_URL: this.url,
        RUNTRAIL_DATA: join(this.folder, "state"),
        ...env,
      },
    });
    const running = new Running(child);
    this.#running.add(running);
    void running.exited.then(() => this.#running.delete(running));
    return running;
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], input = "", env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    const running = this.begin(args, env);
    running.child.stdin.end(input);
    const { status } = await running.exited;
    return {
      status,
      stdout: running.text,
      bytes: running.stdout,
      stderr: running.stderr,
    };
  }

  /** The envelopes of a scope, as `tail --json` or, where it has not ended, `replay --json` prints them. */
  async events(scope: string): Promise<StoredEnvelope[]> {
    const { stdout } = await this.run(["replay", scope, "--speed", "max", "--json"]);
    const lines = stdout.split("\n").filter((line) => line !== "");
    return lines.map((line) => JSON.parse(line) as StoredEnvelope);
  }

  /** The log messages of a scope. */
  async messages(scope: string): Promise<string[]> {
    return (await this.events(scope))
      .filter(({ type }) => type === "log.appended")
      .flatMap(({ payload }) => payload["entries"] as { message: string }[])
      .map(({ message }) => message);
  }

  async close(): Promise<void> {
    for (const { child } of this.#running) child.kill("SIGKILL");
    await this.stopServer("SIGTERM");
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface StoredEnvelope {
  scope: string;
  type: string;
  index: number;
  payload: Record<string, unknown>;
}
