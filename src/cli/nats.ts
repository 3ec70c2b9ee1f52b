import type { Command } from "commander";
import {
  ensureNatsServer,
  findNatsServer,
  installNatsServer,
  natsCacheFolder,
} from "../nats-server/index.js";

/** Adds `runtrail nats`. */
export function register(program: Command): void {
  const nats = program
    .command("nats")
    .description("the nats-server that `runtrail serve` starts when it is given none");
  nats
    .command("install")
    .description("put a nats-server into the cache folder, even if there is a usable one elsewhere")
    .action(async () => {
      const { path, version } = await installNatsServer({
        cacheFolder: natsCacheFolder(process.env),
        report,
      });
      process.stdout.write(`nats-server ${version} at ${path}\n`);
    });
  nats
    .command("path")
    .description("print the path of the one that is used, installing it where there is none")
    .action(async () => {
      const { path } = await ensureNatsServer(process.env, report);
      process.stdout.write(`${path}\n`);
    });
  nats
    .command("version")
    .description(
      "print which one is used, and what was passed over; exit code 1 where there is none",
    )
    .action(async () => {
      const found = await findNatsServer(process.env);
      for (const { path, reason } of found.passedOver) report(`passed over ${path} (${reason})`);
      if (found.outcome === "missing") {
        report("no usable nats-server; `runtrail nats install` installs one");
        process.exitCode = 1;
        return;
      }
      const { version, path } = found.binary;
      process.stdout.write(`${version} (${path})\n`);
    });
}

function report(line: string): void {
  process.stderr.write(`${line}\n`);
}
