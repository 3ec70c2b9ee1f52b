import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  NatsServerInstallError,
  describeUnsupported,
  ensureNatsServer,
  findNatsServer,
  installNatsServer,
} from "../../src/nats-server/index.js";
import { scratchFolder } from "./scratch.js";

const SLOW_NETWORK_MS = 300_000;

test(
  "two installs into one empty cache both end well and leave nothing but the binary",
  { timeout: SLOW_NETWORK_MS },
  async () => {
    const cacheFolder = join(await scratchFolder(), "cache");
    const env = { RUNTRAIL_CACHE: cacheFolder, PATH: "" };
    const lines: string[] = [];
    const report = (line: string) => lines.push(line);

    const [first, second] = await Promise.all([
      ensureNatsServer(env, report),
      installNatsServer({ cacheFolder, report }),
    ]);

    expect(second).toEqual(first);
    expect(describeUnsupported(first.version)).toBeUndefined();
    expect(await readdir(cacheFolder)).toEqual(["nats-server"]);
    expect(lines).toContain(`installed nats-server ${first.version} at ${first.path}`);
    expect(await findNatsServer(env)).toMatchObject({ outcome: "found", binary: first });
  },
);

test("says what stood in the way and how to install by hand", async () => {
  const notAFolder = join(await scratchFolder(), "file");
  await writeFile(notAFolder, "");
  const failure = installNatsServer({ cacheFolder: notAFolder, report: () => undefined });
  await expect(failure).rejects.toThrow(NatsServerInstallError);
  await expect(failure).rejects.toThrow(/the cache folder .*EEXIST.*RUNTRAIL_CACHE/);
  await expect(failure).rejects.toThrow(/by hand.*\n.*PATH.*\nRUNTRAIL_NATS_SERVER/);
});
