import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  NatsServerPathError,
  ensureNatsServer,
  findNatsServer,
} from "../../src/nats-server/index.js";
import { scratchFolder } from "./scratch.js";

/** A program that says it is a nats-server: finding asks no more of one. */
async function program(folder: string, output: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "nats-server");
  await writeFile(path, `#!/bin/sh\necho "${output}"\n`);
  await chmod(path, 0o755);
  return path;
}

test("prefers the named one to PATH, and PATH to the cache", async () => {
  const folder = await scratchFolder();
  const named = await program(join(folder, "named"), "nats-server: v2.14.1");
  const onPath = await program(join(folder, "bin"), "nats-server: v2.12.3");
  const cached = await program(join(folder, "cache"), "nats-server: v2.15.0");
  const env = { RUNTRAIL_CACHE: join(folder, "cache") };

  expect(
    await findNatsServer({ ...env, PATH: join(folder, "bin"), RUNTRAIL_NATS_SERVER: named }),
  ).toEqual({
    outcome: "found",
    binary: { path: named, version: "2.14.1", where: "RUNTRAIL_NATS_SERVER" },
    passedOver: [],
  });
  expect(await findNatsServer({ ...env, PATH: join(folder, "bin") })).toMatchObject({
    binary: { path: onPath, version: "2.12.3", where: "PATH" },
  });
  expect(await findNatsServer(env)).toMatchObject({
    binary: { path: cached, version: "2.15.0", where: "cache" },
  });
});

test("passes over an old one on PATH and says why", async () => {
  const folder = await scratchFolder();
  const old = await program(join(folder, "usr/sbin"), "nats-server: v2.9.10");
  const recent = await program(join(folder, "usr/local/bin"), "nats-server: v2.15.1");
  const PATH = [join(folder, "usr/sbin"), join(folder, "usr/local/bin")].join(":");

  expect(await findNatsServer({ PATH, RUNTRAIL_CACHE: folder })).toEqual({
    outcome: "found",
    binary: { path: recent, version: "2.15.1", where: "PATH" },
    passedOver: [{ path: old, where: "PATH", reason: "it is version 2.9.10, older than 2.12.3" }],
  });

  const lines: string[] = [];
  const found = await ensureNatsServer({ PATH, RUNTRAIL_CACHE: folder }, (line) =>
    lines.push(line),
  );
  expect(found.path).toBe(recent);
  expect(lines).toEqual([`passed over ${old} (it is version 2.9.10, older than 2.12.3)`]);
});

test("says everywhere it looked when there is none", async () => {
  const folder = await scratchFolder();
  const broken = await program(join(folder, "bin"), "hello");
  const missing = join(folder, ".cache/runtrail/nats-server");

  expect(await findNatsServer({ PATH: join(folder, "bin"), HOME: folder })).toEqual({
    outcome: "missing",
    passedOver: [
      { path: broken, where: "PATH", reason: "it does not print a nats-server version" },
      { path: missing, where: "cache", reason: "it does not exist" },
    ],
  });
  expect(await findNatsServer({ PATH: "", XDG_CACHE_HOME: folder })).toMatchObject({
    passedOver: [
      { path: "nats-server", reason: "it is not on PATH" },
      { path: join(folder, "runtrail/nats-server") },
    ],
  });
});

test("does not look further when the named one cannot be used", async () => {
  const folder = await scratchFolder();
  const good = await program(join(folder, "bin"), "nats-server: v2.15.1");
  const old = await program(join(folder, "old"), "nats-server: v2.10.27");
  await chmod(await program(join(folder, "plain"), ""), 0o644);
  const named = async (path: string) => {
    const env = { PATH: join(folder, "bin"), RUNTRAIL_NATS_SERVER: path };
    return ensureNatsServer(env, () => undefined);
  };

  expect((await named(good)).path).toBe(good);
  await expect(named(old)).rejects.toThrow("it is version 2.10.27, older than 2.12.3");
  await expect(named(join(folder, "nowhere"))).rejects.toThrow("it does not exist");
  await expect(named(join(folder, "plain/nats-server"))).rejects.toThrow("not an executable file");
  await expect(named(folder)).rejects.toThrow(NatsServerPathError);
});
