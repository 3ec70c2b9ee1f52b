import { type NatsServerBinary, findNatsServer, natsCacheFolder } from "./find.js";
import { installNatsServer } from "./install.js";
import type { Report } from "./report.js";

/**
 * A usable nats-server: the one found on this machine, otherwise one installed into the cache folder,
 * which is a one-time cost (seconds). Reports which older ones were passed over.
 *
 * @throws NatsServerPathError when `RUNTRAIL_NATS_SERVER` is set and unusable.
 * @throws NatsServerInstallError when none is found and none can be installed.
 */
export async function ensureNatsServer(
  env: NodeJS.ProcessEnv,
  report: Report,
): Promise<NatsServerBinary> {
  const found = await findNatsServer(env);
  if (found.outcome === "found") {
    for (const { path, reason } of found.passedOver) report(`passed over ${path} (${reason})`);
    return found.binary;
  }
  for (const { path, reason } of found.passedOver) report(`no use: ${path} (${reason})`);
  return installNatsServer({ cacheFolder: natsCacheFolder(env), report });
}
