import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connect } from "@nats-io/transport-node";
import ts from "typescript";
import { expect, onTestFinished, test } from "vitest";
import {
  DataFolderInUseError,
  type NatsConnection,
  ensureNatsServer,
} from "../../src/nats-server/index.js";
import { isAlive, processesNaming } from "./processes.js";
import { scratchFolder } from "./scratch.js";
import { NO_REPORT, append, connectTo, createStream, read, startServer } from "./server.js";
import { until } from "../fixtures/until.js";

const WITH_INSTALL = { timeout: 300_000 };
const SOURCE = join(import.meta.dirname, "../../src/nats-server");

/** Our sources as JavaScript: the parent is a Node.js of its own, without vitest's transformation. */
async function transpile(folder: string): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), `{"type":"module"}`);
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  for (const name of await readdir(SOURCE)) {
    const source = await readFile(join(SOURCE, name), "utf8");
    const { outputText } = ts.transpileModule(source, { compilerOptions: options });
    await writeFile(join(folder, name.replace(/\.ts$/, ".js")), outputText);
  }
  return join(folder, "index.js");
}

async function startParent(
  modulePath: string,
  dataFolder: string,
): Promise<{ parent: ChildProcess; pid: number; connection: NatsConnection }> {
  const { path } = await ensureNatsServer(process.env, NO_REPORT);
  const fixture = join(import.meta.dirname, "fixtures/parent.mjs");
  const parent = spawn(process.execPath, [fixture, modulePath, dataFolder, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    parent.kill("SIGKILL");
    await until("no process is left", async () => (await processesNaming(dataFolder)).length === 0);
  });
  const [line] = (await once(createInterface({ input: parent.stdout }), "line")) as [string];
  return { parent, ...(JSON.parse(line) as { pid: number; connection: NatsConnection }) };
}

test(
  "nats-server ends soon after kill -9 of its parent, whose data is kept",
  WITH_INSTALL,
  async () => {
    const folder = await scratchFolder();
    const dataFolder = join(folder, "data");
    const { parent, pid, connection } = await startParent(
      await transpile(join(folder, "js")),
      dataFolder,
    );
    const client = await connect({ ...connection, reconnect: false });
    await createStream(client);
    await append(client, "survives");

    parent.kill("SIGKILL");
    await until(
      "nats-server is gone",
      async () => ((await isAlive(pid)) ? undefined : true),
      5_000,
    );
    await until("its guards are gone", async () =>
      (await processesNaming(dataFolder)).length === 0 ? true : undefined,
    );

    const next = await startServer(dataFolder);
    expect(await read(await connectTo(next), 1)).toBe("survives");
  },
);

test("a start right after kill -9 waits for the old server to end", WITH_INSTALL, async () => {
  const folder = await scratchFolder();
  const dataFolder = join(folder, "data");
  const { parent, pid } = await startParent(await transpile(join(folder, "js")), dataFolder);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await startServer(dataFolder);
  expect(await isAlive(pid)).toBe(false);
});

test("ends the old server itself when its guards were killed too", WITH_INSTALL, async () => {
  const folder = await scratchFolder();
  const dataFolder = join(folder, "data");
  const { parent, pid } = await startParent(await transpile(join(folder, "js")), dataFolder);
  const family = (await processesNaming(dataFolder)).filter((other) => other !== pid);
  const guards = family.filter((other) => other !== parent.pid);
  // Stopped first, so that they do not end the server while they still can.
  for (const guard of guards) process.kill(guard, "SIGSTOP");
  parent.kill("SIGKILL");
  for (const guard of guards) process.kill(guard, "SIGKILL");
  expect(await isAlive(pid)).toBe(true);

  await startServer(dataFolder);
  expect(await isAlive(pid)).toBe(false);
});

test("names the process that holds the data folder", WITH_INSTALL, async () => {
  const folder = await scratchFolder();
  const dataFolder = join(folder, "data");
  const { parent, pid } = await startParent(await transpile(join(folder, "js")), dataFolder);
  const second = startServer(dataFolder);
  await expect(second).rejects.toThrow(DataFolderInUseError);
  await expect(second).rejects.toMatchObject({ pid: parent.pid });
  expect(await isAlive(pid)).toBe(true);
});
