import { execFile } from "node:child_process";
import { access, mkdtemp, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type PrivateApt, createPrivateApt } from "./apt.js";
import { type Report, reportProgress } from "./report.js";
import { MINIMUM_NATS_VERSION, compareVersions, parseNatsVersion } from "./version.js";

const run = promisify(execFile);

const PACKAGE = "nats-server";
/** The first Debian suite whose nats-server is new enough (its predecessors have 2.9 and 2.10). */
const SUITE = "forky";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Fetches Debian's nats-server package and unpacks it without installing it: from the suites this
 * system is configured for when theirs is new enough, otherwise from a newer suite of the same mirror.
 * apt checks the signature of the archive. Returns the path of the binary below `folder`.
 *
 * @throws Error saying why, on other systems and when the mirror does not have it
 */
export async function unpackDebianPackage({
  folder,
  report,
}: {
  folder: string;
  report: Report;
}): Promise<string> {
  const architecture = await nativeArchitecture();
  const configured = await configuredPackage();
  if (configured !== undefined) {
    report(`downloading ${PACKAGE} ${configured} from the configured suites`);
    const apt = await createPrivateApt(folder);
    return unpack(await downloadPackage(apt, folder, `${PACKAGE}=${configured}`, report), folder);
  }

  await access(KEYRING).catch(() => {
    throw new Error(`${KEYRING} is missing, so that a download could not be verified`);
  });
  const sites = await debianMirrors();
  if (sites.length === 0) throw new Error("no package mirror is configured");
  const failures: string[] = [];
  for (const site of sites) {
    const siteFolder = await mkdtemp(join(folder, "site-"));
    const source = `deb [arch=${architecture} signed-by=${KEYRING}] ${site} ${SUITE} main`;
    try {
      const apt = await createPrivateApt(siteFolder, source);
      report(`reading the package index of ${SUITE} from ${site}`);
      await apt.get(["update"], reportProgress(report, "package index"));
      return await unpack(await downloadPackage(apt, siteFolder, PACKAGE, report), siteFolder);
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  throw new Error(failures.join("; "));
}

async function nativeArchitecture(): Promise<string> {
  const { stdout } = await run("dpkg", ["--print-architecture"]).catch(() => {
    throw new Error("this system has no dpkg");
  });
  return stdout.trim();
}

/** The version of the package in the configured suites, when it is new enough. */
async function configuredPackage(): Promise<string | undefined> {
  // The empty caches keep apt from writing its own when this runs as root.
  const withoutCaches = ["-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="];
  const { stdout } = await run("apt-cache", [...withoutCaches, "madison", PACKAGE]);
  return stdout
    .split("\n")
    .map((line) => line.split("|")[1]?.trim())
    .find((version) => {
      const upstream = parseNatsVersion(version ?? "");
      return upstream !== undefined && compareVersions(upstream, MINIMUM_NATS_VERSION) >= 0;
    });
}

/**
 * The configured mirrors that may carry Debian's main archive, likely ones first. Before the first
 * `apt-get update` nothing is known of a mirror but its address: such a one is worth a try.
 */
async function debianMirrors(): Promise<string[]> {
  const sites = async (...options: string[]) => {
    const format = "$(SITE)|$(COMPONENT)|$(ORIGIN)|$(LABEL)";
    const filter = "Created-By: Packages";
    const args = ["indextargets", ...options, "--format", format, filter];
    const { stdout } = await run("apt-get", args);
    const targets = stdout.split("\n").map((line) => line.split("|"));
    return targets.flatMap(([site, component, origin, label]) =>
      site !== undefined && component === "main" ? [{ site, known: `${origin}/${label}` }] : [],
    );
  };
  const read = await sites();
  const configured = await sites("--no-release-info");
  const ofDebian = read.filter(({ known }) => known === "Debian/Debian");
  const unread = configured.filter(({ site }) => !read.some((target) => target.site === site));
  return [...new Set([...ofDebian, ...unread].map(({ site }) => site))];
}

async function downloadPackage(
  apt: PrivateApt,
  folder: string,
  what: string,
  report: Report,
): Promise<string> {
  await apt.get(["download", what], reportProgress(report, PACKAGE));
  const file = (await readdir(folder)).find((name) => name.endsWith(".deb"));
  if (file === undefined) throw new Error(`apt-get download ${what} left no package behind`);
  return join(folder, file);
}

/** Unpacks a package below `folder` and returns the path of the binary, wherever the package keeps it. */
async function unpack(file: string, folder: string): Promise<string> {
  const root = join(folder, "root");
  await run("dpkg", ["-x", file, root]);
  for (const place of ["usr/sbin", "usr/bin"]) {
    const path = join(root, place, PACKAGE);
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists) return path;
  }
  throw new Error(`the package ${file} holds no ${PACKAGE}`);
}
