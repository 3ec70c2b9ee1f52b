import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { type Report, reportProgress } from "./report.js";
import { TESTED_NATS_VERSION } from "./version.js";

const RELEASES = "https://github.com/nats-io/nats-server/releases/download";

const CONNECT_MS = 5_000;

/** Node's names of processor architectures → those in the names of the archives. */
const ARCHITECTURES: Partial<Record<NodeJS.Architecture, string>> = {
  x64: "amd64",
  arm64: "arm64",
  arm: "arm7",
  ia32: "386",
  ppc64: "ppc64le",
  s390x: "s390x",
};

/**
 * Downloads the release archive for this platform, verifies it against the SHA256SUMS of the release,
 * and unpacks it. Returns the path of the binary below `folder`.
 *
 * @param releases - the address below which releases lie; a test serves its own
 * @throws Error saying why, when the archive cannot be had or is not what the release says
 */
export async function unpackReleaseArchive({
  folder,
  report,
  releases = RELEASES,
}: {
  folder: string;
  report: Report;
  releases?: string;
}): Promise<string> {
  const architecture = ARCHITECTURES[process.arch];
  if (architecture === undefined || !["linux", "darwin"].includes(process.platform)) {
    throw new Error(`there is none for ${process.platform} on ${process.arch}`);
  }
  const name = `nats-server-v${TESTED_NATS_VERSION}-${process.platform}-${architecture}`;
  const release = `${releases}/v${TESTED_NATS_VERSION}`;

  const checksums = await (await get(`${release}/SHA256SUMS`)).text();
  const expected = checksumOf(`${name}.tar.gz`, checksums);

  const archive = join(folder, `${name}.tar.gz`);
  report(`downloading ${name}.tar.gz`);
  const actual = await download(`${release}/${name}.tar.gz`, archive, reportProgress(report, name));
  if (actual !== expected) {
    throw new Error(`${name}.tar.gz has the SHA-256 ${actual}, but the release says ${expected}`);
  }
  await promisify(execFile)("tar", ["-xzf", archive, "-C", folder, `${name}/nats-server`]);
  return join(folder, name, "nats-server");
}

function checksumOf(file: string, checksums: string): string {
  for (const line of checksums.split("\n")) {
    const [checksum, name] = line.trim().split(/\s+\*?/);
    if (name === file && checksum !== undefined) return checksum.toLowerCase();
  }
  throw new Error(`its SHA256SUMS do not list ${file}`);
}

/** Gives up when there is no answer within 5 s: behind a firewall that drops, a connect hangs for minutes. */
async function get(url: string): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => {
    abort.abort(new Error(`no answer from ${new URL(url).host} within ${CONNECT_MS / 1000} s`));
  }, CONNECT_MS);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok) throw new Error(`HTTP ${response.status} for ${url}`);
    return response;
  } catch (error) {
    throw new Error(describeFetchFailure(error as Error), { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** fetch says only "fetch failed"; the reason is in its cause, and for a refused connection in its code. */
function describeFetchFailure({ message, cause }: Error): string {
  if (!(cause instanceof Error)) return message;
  return cause.message === "" ? String((cause as NodeJS.ErrnoException).code) : cause.message;
}

/** Streams to a file and returns the SHA-256 of what was written, in hex. */
async function download(
  url: string,
  file: string,
  onPercent: (percent: number) => void,
): Promise<string> {
  const response = await get(url);
  if (response.body === null) throw new Error(`no content at ${url}`);
  const total = Number(response.headers.get("content-length"));
  const hash = createHash("sha256");
  let received = 0;
  await pipeline(
    response.body,
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        received += chunk.byteLength;
        if (total > 0) onPercent((received / total) * 100);
        yield chunk;
      }
    },
    createWriteStream(file),
  );
  return hash.digest("hex");
}
