import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { type Server, createServer } from "node:net";
import { join } from "node:path";
import { type NatsConnection, connect } from "@nats-io/transport-node";
import { expect, test } from "vitest";
import { DataFolderInUseError, NatsServerStartError } from "../../src/nats-server/index.js";
import { isAlive, processesNaming } from "./processes.js";
import { scratchFolder } from "./scratch.js";
import { append, connectTo, createStream, read, startServer } from "./server.js";
import { until } from "../fixtures/until.js";

const WITH_INSTALL = { timeout: 300_000 };

async function nextReconnect(connection: NatsConnection): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === "reconnect") return;
  }
}

async function tryToListen(port: number): Promise<Server | undefined> {
  const server = createServer();
  return new Promise((settle) => {
    server.once("error", () => {
      settle(undefined);
    });
    server.listen(port, "127.0.0.1", () => {
      settle(server);
    });
  });
}

test("runs JetStream on loopback for whoever has the credentials", WITH_INSTALL, async () => {
  const server = await startServer(await scratchFolder());
  const connection = await connectTo(server);
  expect(connection.info).toMatchObject({
    host: "127.0.0.1",
    port: server.port,
    version: server.version,
    jetstream: true,
    max_payload: 2 * 1024 * 1024,
  });
  expect(server.url).toBe(`nats://127.0.0.1:${server.port}`);
  await createStream(connection);
  expect(await append(connection, "first")).toBe(1);

  await expect(connect({ servers: server.url })).rejects.toThrow(/authorization violation/i);
  await expect(connect({ ...server.connection, pass: "guess" })).rejects.toThrow(
    /authorization violation/i,
  );
});

test("keeps its credentials to the user and syncs every write", WITH_INSTALL, async () => {
  const folder = await scratchFolder();
  const server = await startServer(folder);
  const file = join(folder, "nats/nats-server.conf");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, "nats"))).mode & 0o777).toBe(0o700);
  const configuration = await readFile(file, "utf8");
  expect(configuration).toContain(server.connection.pass);
  expect(configuration).toContain("sync_interval: always");
});

test("leaves the sync and the payload to the caller", WITH_INSTALL, async () => {
  const folder = await scratchFolder();
  const server = await startServer(folder, { syncAlways: false, maxPayloadBytes: 65_536 });
  expect((await connectTo(server)).info?.max_payload).toBe(65_536);
  expect(await readFile(join(folder, "nats/nats-server.conf"), "utf8")).toContain("interval: 2m");
});

test("stop leaves no process and the next start has the data", WITH_INSTALL, async () => {
  const folder = await scratchFolder();
  const first = await startServer(folder);
  const writer = await connectTo(first);
  await createStream(writer);
  await append(writer, "kept");
  await writer.close();

  await first.stop();
  expect(await first.exited).toEqual({ reason: "stopped" });
  expect(await isAlive(first.pid)).toBe(false);
  await until(
    "no process names the folder",
    async () => (await processesNaming(folder)).length === 0,
  );

  const second = await startServer(folder);
  expect(await read(await connectTo(second), 1)).toBe("kept");
});

test("starts again on its port with its data after kill -9", WITH_INSTALL, async () => {
  const lines: string[] = [];
  const server = await startServer(await scratchFolder(), { report: (line) => lines.push(line) });
  const connection = await connectTo(server);
  await createStream(connection);
  await append(connection, "acknowledged");

  const killed = server.pid;
  const reconnected = nextReconnect(connection);
  process.kill(killed, "SIGKILL");

  // The client that was connected all along finds it again by itself: same port, same credentials.
  await reconnected;
  await until("another process", () => (server.pid === killed ? undefined : server.pid));
  expect(await read(connection, 1)).toBe("acknowledged");
  expect(await append(connection, "afterwards")).toBe(2);
  expect(lines).toContain("nats-server was ended by signal 9: starting it again");
});

test("waits for its port when another has taken it for a moment", WITH_INSTALL, async () => {
  const lines: string[] = [];
  const server = await startServer(await scratchFolder(), { report: (line) => lines.push(line) });
  const killed = server.pid;
  process.kill(killed, "SIGKILL");
  const squatter = await until("the port is taken", () => tryToListen(server.port));
  await until("the server finds it taken", () =>
    lines.some((line) => line.includes("address already in use")),
  );
  await new Promise((closed) => squatter.close(closed));
  await until("another process", () => (server.pid === killed ? undefined : server.pid));
  expect((await connectTo(server)).info?.port).toBe(server.port);
});

test("starts again when its guard is killed", WITH_INSTALL, async () => {
  const folder = await scratchFolder();
  const server = await startServer(folder);
  const first = server.pid;
  const guards = (await processesNaming(folder)).filter((pid) => pid !== first);
  expect(guards.length).toBeGreaterThan(0);
  for (const pid of guards) process.kill(pid, "SIGKILL");
  await until("another process", () => (server.pid === first ? undefined : server.pid));
  expect(await isAlive(first)).toBe(false);
  await server.stop();
  expect(await isAlive(server.pid)).toBe(false);
});

test("gives up on a server that keeps dying and frees the folder", WITH_INSTALL, async () => {
  const folder = await scratchFolder();
  const server = await startServer(folder);
  const killer = (async () => {
    for (let killed = 0, last = 0; killed < 5; killed++) {
      last = await until("the next process", () => (server.pid === last ? undefined : server.pid));
      process.kill(last, "SIGKILL");
    }
  })();
  const end = await server.exited;
  await killer;
  expect(end).toEqual({
    reason: "gaveUp",
    message: "nats-server was ended by signal 9, the 5th time within a minute: given up",
  });
  await startServer(folder);
});

test("a second server on the same data refuses and names the holder", WITH_INSTALL, async () => {
  const folder = await scratchFolder();
  const server = await startServer(folder);
  const second = startServer(folder);
  await expect(second).rejects.toThrow(DataFolderInUseError);
  await expect(second).rejects.toMatchObject({ pid: process.pid });
  await expect(second).rejects.toThrow(`is in use by process ${process.pid}`);
  expect(await isAlive(server.pid)).toBe(true);
});

test("of many starts at once exactly one gets the folder", WITH_INSTALL, async () => {
  const folder = await scratchFolder();
  const starts = await Promise.allSettled(Array.from({ length: 8 }, () => startServer(folder)));
  expect(starts.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const start of starts) {
    if (start.status === "rejected") expect(start.reason).toBeInstanceOf(DataFolderInUseError);
  }
});

test("says what nats-server said when it does not start", WITH_INSTALL, async () => {
  const folder = await scratchFolder();
  await mkdir(join(folder, "nats"));
  // nats-server wants a folder there.
  await writeFile(join(folder, "nats/jetstream"), "");
  const start = startServer(folder);
  await expect(start).rejects.toThrow(NatsServerStartError);
  await expect(start).rejects.toThrow(/before it was ready. .*Can't start JetStream/);

  await rm(join(folder, "nats/jetstream"));
  await startServer(folder);
});

test("takes a data folder with any name", WITH_INSTALL, async () => {
  const folder = join(await scratchFolder(), `it's "my" $DATA \\ folder, 数据`);
  const server = await startServer(folder);
  await createStream(await connectTo(server));
  expect(await readdir(join(folder, "nats/jetstream"))).toContain("$G");
});
