import { hostname } from "node:os";
import { join } from "node:path";
import { isKeyName } from "./audit/verifier-key.js";
import { ID_PATTERN, TENANT_PATTERN } from "./envelope/scope.js";

/** Everything that can be set, complete: made once at start from the environment and the command line. */
export interface Config {
  http: {
    host: string;
    /** 0: any free one. */
    port: number;
    /** Heartbeat of an idle stream. */
    heartbeatMs: number;
    /** A stream that is older ends cleanly, and its reader resumes. */
    maxStreamAgeMs: number;
    /** A stream whose socket has taken nothing for this long is closed. */
    stalledAfterMs: number;
    /** Streams open at once, those on WebSockets included; and WebSockets open at once. */
    maxStreams: number;
    /** Subscriptions on one WebSocket at once. */
    maxSubscriptionsPerSocket: number;
    /** Origins whose pages may use the API, `*` for all; those of this machine always may. */
    corsOrigins: string[];
    /** From SIGTERM to the last connection. */
    graceMs: number;
  };
  /** A nats-server of one's own; undefined: one is started on files in `dataFolder`. */
  nats: { servers: string[]; user?: string; pass?: string; token?: string } | undefined;
  log: {
    stream: string;
    origin: string;
    /** JetStream replicas. */
    replicas: number;
  };
  dataFolder: string;
  tenant: string;
  redaction: {
    /** Whether the built-in patterns for secrets are looked for. */
    builtIn: boolean;
    /** The operator's own patterns. */
    file: string | undefined;
  };
  /** Keys of personal data that there may be, those of subjects that were forgotten included. */
  maxPersonalKeys: number;
  /** Names this gateway's durable consumer: its own among all gateways on the same NATS. */
  nodeId: string;
  /** Memory for the newest part of the log. */
  ringBytes: number;
  publisher: {
    recentIds: number;
    heads: number;
    maxPending: number;
    maxPendingLength: number;
    appendTimeoutMs: number;
  };
  retention: {
    /** Events that are older are trimmed; undefined: none for that reason. */
    ageMs: number | undefined;
    /** While the log is larger, its oldest events are trimmed; undefined: none for that reason. */
    bytes: number | undefined;
    /** Scopes of which no event is left, and whose place in their chain is kept. */
    maxScopes: number;
  };
  subscriptions: {
    /** Durable subscriptions that a tenant may have. */
    maxPerTenant: number;
    /** Events that the reader of one may have without acknowledging any. */
    maxAckPending: number;
    /** One that nobody reads or acknowledges for this long is removed. */
    idleMs: number;
  };
  seal: {
    /** Whether this gateway seals the log when no other one does. */
    isOn: boolean;
    /** At most so long after an event there is a checkpoint with it. */
    intervalMs: number;
    /** So many events are sealed together where more wait. */
    leavesAtOnce: number;
    /** The key that checkpoints are signed with; made where there is none. */
    keyFile: string;
    /** Each new checkpoint is written there; undefined: nowhere. */
    checkpointFile: string | undefined;
  };
  readModel: {
    isOn: boolean;
    /** SQLite's file; made from the log where there is none. */
    file: string;
    /** So much of the file may be in use; undefined: as much as the disk has room for. */
    bytes: number | undefined;
    /** How long an answer may take. */
    answerMs: number;
  };
  /** Timelines whose state is kept in memory. */
  snapshots: number;
  logLevel: string;
}

/** What the command line may say; it wins over the environment. */
export interface Flags {
  host?: string;
  port?: string;
  data?: string;
  nats?: string;
  insecure?: boolean;
}

/** A setting that cannot be used. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

const MIB = 1024 * 1024;

/** Whether only this machine reaches a server that listens there. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * The configuration that environment and flags add up to.
 *
 * @throws ConfigError that names the setting and what it takes
 */
export function resolveConfig(env: NodeJS.ProcessEnv, flags: Flags = {}): Config {
  const servers = flags.nats ?? env["NATS_URL"];
  const nodeId = env["RUNTRAIL_NODE_ID"] ?? hostname().replaceAll(/[^A-Za-z0-9_-]/g, "-");
  const tenant = env["RUNTRAIL_TENANT"] ?? "default";
  demand(ID_PATTERN.test(nodeId), "RUNTRAIL_NODE_ID", "letters, digits, _ and -");
  demand(TENANT_PATTERN.test(tenant), "RUNTRAIL_TENANT", "lower-case letters, digits and -");
  const origin = env["RUNTRAIL_ORIGIN"] ?? "runtrail.local/default";
  demand(isKeyName(origin), "RUNTRAIL_ORIGIN", "a name without blanks and plus signs");
  const dataFolder = flags.data ?? env["RUNTRAIL_DATA"] ?? join(process.cwd(), ".runtrail");
  const host = flags.host ?? env["RUNTRAIL_HOST"] ?? "127.0.0.1";
  if (!isLoopback(host) && flags.insecure !== true && env["RUNTRAIL_INSECURE"] !== "1") {
    throw new ConfigError(
      `Whoever reaches ${host} could read and append everything: listen on 127.0.0.1 behind a proxy that ` +
        "authenticates, or say --insecure (RUNTRAIL_INSECURE=1) where the network is trusted.",
    );
  }
  return {
    http: {
      host,
      port: integer("--port or RUNTRAIL_PORT", flags.port ?? env["RUNTRAIL_PORT"], 4280, 0, 65_535),
      heartbeatMs: integer("RUNTRAIL_HEARTBEAT_MS", env["RUNTRAIL_HEARTBEAT_MS"], 15_000, 100),
      maxStreamAgeMs: integer(
        "RUNTRAIL_MAX_STREAM_AGE_MS",
        env["RUNTRAIL_MAX_STREAM_AGE_MS"],
        30 * 60_000,
        1000,
      ),
      stalledAfterMs: integer(
        "RUNTRAIL_STALLED_AFTER_MS",
        env["RUNTRAIL_STALLED_AFTER_MS"],
        60_000,
        1000,
      ),
      maxStreams: integer("RUNTRAIL_MAX_STREAMS", env["RUNTRAIL_MAX_STREAMS"], 20_000, 1),
      maxSubscriptionsPerSocket: integer(
        "RUNTRAIL_MAX_SUBSCRIPTIONS_PER_SOCKET",
        env["RUNTRAIL_MAX_SUBSCRIPTIONS_PER_SOCKET"],
        100,
        1,
      ),
      corsOrigins: (env["RUNTRAIL_CORS_ORIGINS"] ?? "")
        .split(",")
        .flatMap((origin) => origin.trim() || []),
      graceMs: integer("RUNTRAIL_GRACE_MS", env["RUNTRAIL_GRACE_MS"], 10_000, 0),
    },
    nats: servers === undefined ? undefined : natsServers(servers, env),
    log: {
      stream: env["RUNTRAIL_STREAM"] ?? "RUNTRAIL",
      origin,
      replicas: integer("RUNTRAIL_REPLICAS", env["RUNTRAIL_REPLICAS"], 1, 1, 5),
    },
    dataFolder,
    tenant,
    redaction: {
      builtIn: onOff("RUNTRAIL_REDACT", env["RUNTRAIL_REDACT"], true),
      file: env["RUNTRAIL_REDACT_FILE"] || undefined,
    },
    maxPersonalKeys: integer(
      "RUNTRAIL_MAX_PERSONAL_KEYS",
      env["RUNTRAIL_MAX_PERSONAL_KEYS"],
      1_000_000,
      0,
    ),
    nodeId,
    ringBytes: integer("RUNTRAIL_RING_BYTES", env["RUNTRAIL_RING_BYTES"], 32 * MIB, MIB),
    publisher: {
      recentIds: integer("RUNTRAIL_RECENT_IDS", env["RUNTRAIL_RECENT_IDS"], 50_000, 1000),
      heads: integer("RUNTRAIL_HEADS", env["RUNTRAIL_HEADS"], 50_000, 10_000),
      maxPending: integer("RUNTRAIL_MAX_PENDING", env["RUNTRAIL_MAX_PENDING"], 20_000, 1000),
      maxPendingLength: 64 * MIB,
      // Longer than the election of a new leader takes (4 to 9 s), twice over.
      appendTimeoutMs: integer(
        "RUNTRAIL_APPEND_TIMEOUT_MS",
        env["RUNTRAIL_APPEND_TIMEOUT_MS"],
        20_000,
        100,
      ),
    },
    retention: {
      ageMs: amount("RUNTRAIL_RETENTION_AGE", env["RUNTRAIL_RETENTION_AGE"], AGES, "10m"),
      bytes: amount("RUNTRAIL_RETENTION_BYTES", env["RUNTRAIL_RETENTION_BYTES"], SIZES, "1MiB"),
      maxScopes: integer(
        "RUNTRAIL_MAX_TRIMMED_SCOPES",
        env["RUNTRAIL_MAX_TRIMMED_SCOPES"],
        10_000_000,
        0,
      ),
    },
    subscriptions: {
      maxPerTenant: integer(
        "RUNTRAIL_MAX_SUBSCRIPTIONS",
        env["RUNTRAIL_MAX_SUBSCRIPTIONS"],
        500,
        0,
        50_000,
      ),
      maxAckPending: integer(
        "RUNTRAIL_MAX_ACK_PENDING",
        env["RUNTRAIL_MAX_ACK_PENDING"],
        1000,
        1,
        10_000,
      ),
      idleMs: integer(
        "RUNTRAIL_SUBSCRIPTION_IDLE_MS",
        env["RUNTRAIL_SUBSCRIPTION_IDLE_MS"],
        7 * 24 * 60 * 60_000,
        1000,
      ),
    },
    seal: {
      isOn: env["RUNTRAIL_SEAL"] !== "off",
      intervalMs: integer("RUNTRAIL_SEAL_INTERVAL_MS", env["RUNTRAIL_SEAL_INTERVAL_MS"], 1000, 50),
      // 200 tiles of them, and what stands above those: all is stored in one batch.
      leavesAtOnce: 50_000,
      keyFile: env["RUNTRAIL_SEAL_KEY"] ?? join(dataFolder, "seal.key"),
      checkpointFile: env["RUNTRAIL_CHECKPOINT_FILE"],
    },
    readModel: {
      isOn: env["RUNTRAIL_READ_MODEL"] !== "off",
      file: env["RUNTRAIL_READ_MODEL_FILE"] ?? join(dataFolder, `read-model-${nodeId}.db`),
      bytes: amount("RUNTRAIL_READ_MODEL_BYTES", env["RUNTRAIL_READ_MODEL_BYTES"], SIZES, "64MiB"),
      // Hardly anybody waits for longer.
      answerMs: 15_000,
    },
    snapshots: 1000,
    logLevel: env["RUNTRAIL_LOG_LEVEL"] ?? "info",
  };
}

/**
 * `nats://host`, `nats://user:password@host` or `nats://token@host`, several of them comma-separated;
 * `tls://` where the server demands TLS. Credentials in the environment win over those in the URL.
 */
function natsServers(text: string, env: NodeJS.ProcessEnv): Config["nats"] {
  const urls = text.split(",").map((server) => {
    const url = server.includes("://") ? server.trim() : `nats://${server.trim()}`;
    demand(
      URL.canParse(url),
      "--nats or NATS_URL",
      "one or several URLs such as nats://127.0.0.1:4222",
    );
    return new URL(url);
  });
  const [first] = urls;
  const username = decodeURIComponent(first?.username ?? "");
  const password = decodeURIComponent(first?.password ?? "");
  const user = env["NATS_USER"] ?? (password === "" ? undefined : username);
  const pass = env["NATS_PASSWORD"] ?? (password === "" ? undefined : password);
  const token = env["NATS_TOKEN"] ?? (password === "" && username !== "" ? username : undefined);
  return {
    servers: urls.map((url) => `${url.protocol}//${url.host}`),
    ...(user === undefined ? {} : { user }),
    ...(pass === undefined ? {} : { pass }),
    ...(token === undefined ? {} : { token }),
  };
}

const AGES = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZES = { KiB: 1024, MiB: MIB, GiB: 1024 * MIB, TiB: 1024 * 1024 * MIB };

/** A whole number with one of the units, `90d`; undefined where it is not set. */
function amount(
  name: string,
  text: string | undefined,
  units: Readonly<Record<string, number>>,
  least: string,
): number | undefined {
  if (text === undefined || text === "") return undefined;
  const valueOf = (given: string): number => {
    const [, count, unit = ""] = /^([1-9][0-9]{0,8})([A-Za-z]+)$/.exec(given) ?? [];
    return Number(count) * (units[unit] ?? NaN);
  };
  const value = valueOf(text);
  const what = `a whole number with one of ${Object.keys(units).join(", ")}, ${least} or more`;
  demand(Number.isSafeInteger(value) && value >= valueOf(least), name, what);
  return value;
}

function onOff(name: string, text: string | undefined, byDefault: boolean): boolean {
  if (text === undefined || text === "") return byDefault;
  demand(text === "on" || text === "off", name, "on or off");
  return text === "on";
}

function integer(
  name: string,
  text: string | undefined,
  byDefault: number,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  if (text === undefined || text === "") return byDefault;
  const value = Number(text);
  demand(
    Number.isInteger(value) && value >= least && value <= most,
    name,
    `a whole number, ${least} or more`,
  );
  return value;
}

function demand(holds: boolean, name: string, what: string): void {
  if (!holds) throw new ConfigError(`${name} must be ${what}.`);
}
