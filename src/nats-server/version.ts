/** The oldest nats-server that honours every setting the event log relies on. */
export const MINIMUM_NATS_VERSION = "2.12.3";

/** The release Runtrail is tested with, and the one it installs. */
export const TESTED_NATS_VERSION = "2.15.1";

/**
 * The first `x.y.z` in a text such as `nats-server: v2.9.10`, `2.12.0-RC.1` or a Debian version, or
 * `undefined` where there is none.
 */
export function parseNatsVersion(text: string): string | undefined {
  return /\d+\.\d+\.\d+/.exec(text)?.[0];
}

/**
 * Why a server of this version cannot carry the event log and what to do about it, or `undefined` when
 * it can. Takes the version as the server gives it (`--version`, or `version` of its INFO).
 */
export function describeUnsupported(version: string): string | undefined {
  const parsed = parseNatsVersion(version);
  const remedy =
    `Upgrade it to nats-server ${MINIMUM_NATS_VERSION} or newer (Runtrail is tested with ` +
    `${TESTED_NATS_VERSION}), or leave NATS_URL unset to let Runtrail run a server of its own.`;
  if (parsed === undefined) {
    return `nats-server reports the version "${version}", which cannot be read. ${remedy}`;
  }
  if (compareVersions(parsed, MINIMUM_NATS_VERSION) < 0) {
    return (
      `nats-server ${version} is too old: it accepts and then ignores settings ` +
      `that the guarantees of the event log rest on. ${remedy}`
    );
  }
  return undefined;
}

/** Negative, zero or positive, as `a` is older than, the same as, or newer than `b` (both `x.y.z`). */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  const difference = left.findIndex((part, i) => part !== right[i]);
  return difference === -1 ? 0 : (left[difference] ?? 0) - (right[difference] ?? 0);
}
