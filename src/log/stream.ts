import {
  DiscardPolicy,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { ensureStream, isStreamNotFound } from "./ensure-stream.js";
import { ConnectionWatch, type NatsConnection } from "./connect.js";

/** The subjects of every event: `ev.<tenant>.<scope path with dots>`. */
export const LOG_SUBJECTS = "ev.>";

/** 2.15 allows 1,000 consumers on a stream that does not say otherwise. */
const MAX_CONSUMERS = 100_000;

/** Which log: one JetStream stream, and the incarnation of it that cursors refer to. */
export interface LogName {
  stream: string;
  /** What the log calls itself inside every envelope, e.g. `runtrail.example/prod`. */
  origin: string;
  /** Short name of the stream's incarnation: another one means other sequences. */
  epoch: string;
}

/** An open log. */
export interface Log extends LogName {
  nc: NatsConnection;
  connection: ConnectionWatch;
  js: JetStreamClient;
  jsm: JetStreamManager;
}

/** How a log's stream is at a moment, from its leader. */
export interface LogCondition {
  /** Of the incarnation that is there; undefined where there is no stream, or it is not Runtrail's. */
  epoch: string | undefined;
  /** What about its configuration could lose or alter events. */
  differences: string[];
  first: number;
  /** The newest sequence that it has had. */
  last: number;
  /** Sequences between the two that are gone. */
  deleted: number[];
}

export interface LogOptions {
  stream: string;
  origin: string;
  /** JetStream replicas, 1 to 5. */
  replicas: number;
}

/** The stream exists and is not what Runtrail needs; opening it would break a promise. */
export class UnfitStreamError extends Error {
  override readonly name = "UnfitStreamError";
  constructor(
    readonly stream: string,
    readonly differences: string[],
  ) {
    super(
      `stream ${stream} is not as Runtrail needs it: ${differences.join("; ")}. ` +
        `Use another stream name, or set these with \`nats stream edit ${stream}\`.`,
    );
  }
}

/**
 * Opens the log, creating its stream when there is none. Opening twice, or from several processes at
 * once, gives the same log: the stream's metadata holds its origin and epoch, made by whoever came first.
 *
 * @throws UnfitStreamError when the stream could lose or alter events, or belongs to another origin
 */
export async function openLog(nc: NatsConnection, options: LogOptions): Promise<Log> {
  const jsm = await jetstreamManager(nc);
  const config = await ensureStream(jsm, newStream(options));
  const differences = unfit(config, options);
  const epoch = config.metadata?.["runtrail.epoch"];
  if (epoch === undefined || differences.length > 0) {
    throw new UnfitStreamError(options.stream, differences);
  }
  return attachLog(nc, { stream: options.stream, origin: options.origin, epoch });
}

/** The log that is open elsewhere, over another connection. Never makes a stream, whatever has become of it. */
export async function attachLog(nc: NatsConnection, name: LogName): Promise<Log> {
  const jsm = await jetstreamManager(nc);
  const { stream, origin, epoch } = name;
  const connection = new ConnectionWatch(nc);
  return { nc, connection, js: jetstream(nc), jsm, stream, origin, epoch };
}

/** Looks at the stream itself: whether it is still what was opened, and what is in it. */
export async function readCondition(log: Log, replicas: number): Promise<LogCondition> {
  const request = log.jsm.streams.info(log.stream, { deleted_details: true });
  const info = await log.connection.answer(request).catch((error: unknown) => {
    if (isStreamNotFound(error)) return undefined;
    throw error;
  });
  if (!info) return { epoch: undefined, differences: [], first: 1, last: 0, deleted: [] };
  const { config, state } = info;
  return {
    epoch: config.metadata?.["runtrail.epoch"],
    differences: unfit(config, { stream: log.stream, origin: log.origin, replicas }),
    first: Math.max(1, state.first_seq),
    last: state.last_seq,
    // Left out when there are none; and of a stream that is still empty it says 0.
    deleted: ((state.deleted as number[] | undefined) ?? []).filter((sequence) => sequence > 0),
  };
}

function newStream(options: LogOptions): Partial<StreamConfig> & { name: string } {
  return {
    name: options.stream,
    subjects: [LOG_SUBJECTS],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    // A full stream refuses new events; it never drops old ones to make room.
    discard: DiscardPolicy.New,
    num_replicas: options.replicas,
    max_consumers: MAX_CONSUMERS,
    allow_atomic: true,
    allow_direct: true,
    deny_delete: true,
    metadata: { "runtrail.epoch": newEpoch(), "runtrail.origin": options.origin },
  };
}

/** Six characters tell a handful of incarnations apart, and keep cursors short. */
function newEpoch(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) =>
    (byte % 36).toString(36),
  ).join("");
}

function unfit(config: StreamConfig, options: LogOptions): string[] {
  const differences: string[] = [];
  const must = (fits: boolean, text: string) => {
    if (!fits) differences.push(text);
  };
  must(
    config.subjects.length === 1 && config.subjects[0] === LOG_SUBJECTS,
    `subjects must be ["${LOG_SUBJECTS}"]`,
  );
  must(config.storage === StorageType.File, "storage must be file");
  must(config.retention === RetentionPolicy.Limits, "retention must be limits");
  must(
    config.discard === DiscardPolicy.New,
    "discard must be new, so that a full stream refuses instead of forgetting",
  );
  must(config.max_msgs <= 0, "max_msgs must be unlimited");
  must(
    config.max_age <= 0,
    "max_age must be unlimited: RUNTRAIL_RETENTION_AGE trims what is sealed",
  );
  must(config.max_msgs_per_subject <= 0, "max_msgs_per_subject must be unlimited");
  must(config.allow_atomic === true, "allow_atomic must be true (nats-server 2.12 or newer)");
  must(config.allow_direct, "allow_direct must be true");
  must(!config.allow_rollup_hdrs, "allow_rollup_hdrs must be false");
  must(
    !config.mirror && (config.sources ?? []).length === 0,
    "it must not mirror or source another stream",
  );
  must(
    !config.subject_transform && !config.republish?.headers_only,
    "it must not transform subjects",
  );
  must(!config.sealed, "it must not be sealed");
  must(
    config.num_replicas === options.replicas,
    `replicas are ${config.num_replicas}, configured are ${options.replicas}`,
  );
  const origin = config.metadata?.["runtrail.origin"];
  must(
    config.metadata?.["runtrail.epoch"] !== undefined,
    "its metadata names no runtrail.epoch: Runtrail did not make it",
  );
  must(
    origin === undefined || origin === options.origin,
    `it is the log of origin ${origin ?? ""}, not of ${options.origin}`,
  );
  return differences;
}
