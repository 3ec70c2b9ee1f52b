import type { Command } from "commander";
import { pino } from "pino";
import { collectLessOften } from "./collect-less-often.js";
import { resolveConfig, type Flags } from "../config.js";
import { openGateway } from "../gateway.js";
import { createHttpServer } from "../http/server.js";

/** Adds `runtrail serve`. */
export function register(program: Command): void {
  program
    .command("serve")
    .description("run the server, with a nats-server of its own unless it is given one")
    .option("--host <address>", "address to listen on (default 127.0.0.1, or RUNTRAIL_HOST)")
    .option("--port <port>", "port to listen on, 0 for any (default 4280, or RUNTRAIL_PORT)")
    .option("--data <folder>", "where the log is kept (default .runtrail, or RUNTRAIL_DATA)")
    .option("--nats <url>", "use this nats-server (default NATS_URL, else one of its own)")
    .option("--insecure", "listen on an address that others reach, without authentication")
    .addHelpText(
      "after",
      `
Examples:
  $ runtrail serve
  $ runtrail serve --port 0 --data /var/lib/runtrail
  $ NATS_URL=nats://user:password@nats.internal:4222 runtrail serve

It prints one line with its URL when it is ready, and logs to standard error.
SIGTERM and SIGINT end it: streams are told to come back, accepted events are stored.
Exit codes: 0 stopped by a signal; 1 it failed; 2 a setting cannot be used.`,
    )
    .action(async (flags: Flags) => {
      await serve(flags);
    });
}

async function serve(flags: Flags): Promise<void> {
  collectLessOften();
  const config = resolveConfig(process.env, flags);
  const logger = pino({ level: config.logLevel }, pino.destination(2));
  const gateway = await openGateway(config, logger);
  const server = createHttpServer(gateway, config, logger);
  let isStopping = false;
  const stop = async (status: number) => {
    if (isStopping) return;
    isStopping = true;
    // Whatever hangs while stopping does not keep the process.
    setTimeout(() => process.exit(1), 2 * config.http.graceMs + 5000).unref();
    await server.close();
    await gateway.close();
    process.exitCode = status;
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      logger.info({ signal }, "stopping");
      void stop(0);
    });
  }
  gateway.failed.catch((error: unknown) => {
    logger.fatal({ err: error }, "the log can no longer be followed");
    void stop(1);
  });
  process.stdout.write(`Runtrail is ready at ${await server.listen()}\n`);
}
