import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "@nats-io/transport-node";
import { expect, onTestFinished, test } from "vitest";
import { ensureNatsServer } from "../../src/nats-server/index.js";
import { scratchFolder } from "./scratch.js";
import { NO_REPORT, append, createStream } from "./server.js";
import { until } from "../fixtures/until.js";

const CONFIGURATION = join(import.meta.dirname, "../../nats.conf");

test("nats.conf starts a server with JetStream on files", { timeout: 300_000 }, async () => {
  const folder = await scratchFolder();
  const { path } = await ensureNatsServer(process.env, NO_REPORT);
  // Random ports, because those in the file may be taken on this machine.
  const ports = ["-p", "-1", "-m", "-1", "--ports_file_dir", folder];
  const server = spawn(path, ["-c", CONFIGURATION, ...ports], { cwd: folder, stdio: "ignore" });
  onTestFinished(async () => {
    const exited = once(server, "exit");
    server.kill("SIGTERM");
    await exited;
  });

  const { nats, monitoring } = await until("the ports file", async () => {
    const name = (await readdir(folder)).find((file) => file.endsWith(".ports"));
    if (name === undefined) return undefined;
    const text = await readFile(join(folder, name), "utf8");
    return text.endsWith("}")
      ? (JSON.parse(text) as { nats: string[]; monitoring: string[] })
      : undefined;
  });
  const connection = await connect({ servers: nats });
  expect(connection.info).toMatchObject({ jetstream: true, max_payload: 2 * 1024 * 1024 });
  await createStream(connection);
  expect(await append(connection, "event")).toBe(1);
  expect(await readdir(join(folder, ".runtrail/standalone/jetstream"))).toContain("$G");
  const health = await fetch(`${monitoring[0]}/healthz?js-enabled-only=true`);
  expect(await health.json()).toEqual({ status: "ok" });
  const varz = (await (await fetch(`${monitoring[0]}/varz`)).json()) as {
    jetstream: { config: { sync_always: boolean } };
  };
  expect(varz.jetstream.config.sync_always).toBe(true);
  await connection.close();
});
