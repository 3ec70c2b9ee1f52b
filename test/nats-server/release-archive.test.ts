import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { TESTED_NATS_VERSION, ensureNatsServer } from "../../src/nats-server/index.js";
import { unpackReleaseArchive } from "../../src/nats-server/release-archive.js";
import { scratchFolder } from "./scratch.js";

const SLOW_NETWORK_MS = 300_000;
const report = () => undefined;

/** Serves files as the release does, by way of a redirect to another address. */
async function serveRelease(files: Record<string, Buffer | string>): Promise<string> {
  const server = createServer((request, response) => {
    const [, version, name = ""] = request.url?.split("/") ?? [];
    if (version === `v${TESTED_NATS_VERSION}`) {
      response.writeHead(302, { location: `/content/${name}` }).end();
    } else if (name in files) {
      response.end(files[name]);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const architecture = process.arch === "x64" ? "amd64" : process.arch;
const name = `nats-server-v${TESTED_NATS_VERSION}-${process.platform}-${architecture}`;

async function packArchive(): Promise<{ archive: Buffer; binary: string; sums: string }> {
  const folder = await scratchFolder();
  const binary = (await ensureNatsServer(process.env, report)).path;
  await mkdir(join(folder, name));
  await copyFile(binary, join(folder, name, "nats-server"));
  execFileSync("tar", ["-czf", `${name}.tar.gz`, name], { cwd: folder });
  const archive = await readFile(join(folder, `${name}.tar.gz`));
  const checksum = createHash("sha256").update(archive).digest("hex");
  return { archive, binary, sums: `${"0".repeat(64)}  other.zip\n${checksum}  ${name}.tar.gz\n` };
}

test(
  "unpacks the archive that the release's checksums name",
  { timeout: SLOW_NETWORK_MS },
  async () => {
    const { archive, binary, sums } = await packArchive();
    const releases = await serveRelease({ SHA256SUMS: sums, [`${name}.tar.gz`]: archive });
    const unpacked = await unpackReleaseArchive({
      folder: await scratchFolder(),
      report,
      releases,
    });
    expect((await readFile(unpacked)).equals(await readFile(binary))).toBe(true);
  },
);

test("refuses an archive of which one byte differs", { timeout: SLOW_NETWORK_MS }, async () => {
  const { archive, sums } = await packArchive();
  const middle = archive.length >> 1;
  archive.writeUInt8(archive.readUInt8(middle) ^ 1, middle);
  const releases = await serveRelease({ SHA256SUMS: sums, [`${name}.tar.gz`]: archive });
  const folder = await scratchFolder();
  await expect(unpackReleaseArchive({ folder, report, releases })).rejects.toThrow(
    /has the SHA-256 .* but the release says/,
  );
  expect(await readdir(folder)).toEqual([`${name}.tar.gz`]);
});

test("says why the archive cannot be had", async () => {
  const folder = await scratchFolder();
  const empty = await serveRelease({});
  await expect(unpackReleaseArchive({ folder, report, releases: empty })).rejects.toThrow(
    "HTTP 404",
  );
  const others = await serveRelease({ SHA256SUMS: `${"0".repeat(64)}  other.zip\n` });
  await expect(unpackReleaseArchive({ folder, report, releases: others })).rejects.toThrow(
    `do not list ${name}.tar.gz`,
  );
  const nobody = "http://127.0.0.1:1";
  await expect(unpackReleaseArchive({ folder, report, releases: nobody })).rejects.toThrow(
    /ECONNREFUSED|bad port/,
  );
});

test("gives up on a host that does not answer", { timeout: 15_000 }, async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
  onTestFinished(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const releases = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const folder = await scratchFolder();
  await expect(unpackReleaseArchive({ folder, report, releases })).rejects.toThrow(
    /no answer from 127.0.0.1:\d+ within 5 s/,
  );
});
