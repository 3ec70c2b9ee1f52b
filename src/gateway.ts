import type { Logger } from "pino";
import type { Config } from "./config.js";
import { StreamCoordinator } from "./coordinator/coordinator.js";
import { History } from "./coordinator/history.js";
import { Hub } from "./coordinator/hub.js";
import { Snapshots } from "./coordinator/snapshots.js";
import { defaultCatalogue } from "./envelope/catalogue/validate.js";
import type { Gateway as ServedGateway } from "./http/gateway.js";
import { connectNats, type NatsOptions } from "./log/connect.js";
import { readBounds } from "./log/bounds.js";
import { SealStore } from "./log/seal-store.js";
import { PersonalKeys } from "./log/personal-keys.js";
import { openLog, type Log } from "./log/stream.js";
import type { LogRecord } from "./log/record.js";
import { TrimmedHeads } from "./log/trimmed-heads.js";
import { tail } from "./log/tail.js";
import {
  describeUnsupported,
  ensureNatsServer,
  startNatsServer,
  type EmbeddedNatsServer,
} from "./nats-server/index.js";
import { Sealer } from "./sealer/sealer.js";
import { loadSigningKey } from "./sealer/signing-key.js";
import { PersonalData } from "./publisher/personal-data.js";
import { Publisher } from "./publisher/publisher.js";
import { ReadModel } from "./readmodel/read-model.js";
import { openRedactor } from "./redaction-file.js";
import type { Redactor } from "./redaction/redactor.js";
import { Retention } from "./retention/retention.js";
import { YOUNGEST_MS } from "./retention/trim.js";
import { Subscriptions } from "./subscriptions/subscriptions.js";

/** One process's view of the log: what it appends through, and what it delivers from. */
export interface Gateway extends ServedGateway {
  /** Rejects when the gateway can no longer do its work. */
  failed: Promise<never>;
  /** Stores what was accepted, then lets go of everything. */
  close(): Promise<void>;
}

const RETENTION_INTERVAL_MS = 30_000;

/** The nats-server is not one that Runtrail can keep its promises on. */
export class UnsupportedServerError extends Error {
  override readonly name = "UnsupportedServerError";
}

/**
 * Connects to NATS (or starts a server of its own), opens the log, reads its newest part, and follows it.
 * When it resolves, appends and streams work.
 *
 * @throws ConfigError when the file of redaction patterns cannot be used
 */
export async function openGateway(config: Config, logger: Logger): Promise<Gateway> {
  const redactor = await openRedactor(config.redaction);
  const embedded = config.nats ? undefined : await startEmbedded(config, logger);
  const stopEmbedded = async () => {
    await embedded?.stop();
  };
  try {
    const gateway = await openOn(
      {
        ...(config.nats ?? embedded?.connection),
        name: `runtrail ${config.nodeId}`,
      } as NatsOptions,
      embedded,
      redactor,
      config,
      logger,
    );
    const serverGone = embedded?.exited.then((end) => {
      if (end.reason === "gaveUp") throw new Error(end.message);
      return new Promise<never>(() => undefined);
    });
    return {
      ...gateway,
      failed: serverGone ? Promise.race([gateway.failed, serverGone]) : gateway.failed,
      close: async () => {
        await gateway.close();
        await stopEmbedded();
      },
    };
  } catch (error) {
    await stopEmbedded();
    throw error;
  }
}

async function startEmbedded(config: Config, logger: Logger): Promise<EmbeddedNatsServer> {
  const report = (line: string) => {
    logger.info(line);
  };
  const binary = await ensureNatsServer(process.env, report);
  return startNatsServer({ binary, dataFolder: config.dataFolder, report });
}

async function openOn(
  nats: NatsOptions,
  embedded: EmbeddedNatsServer | undefined,
  redactor: Redactor,
  config: Config,
  logger: Logger,
): Promise<Gateway> {
  const nc = await connectNats(nats);
  try {
    const unsupported = describeUnsupported(nc.info?.version ?? "");
    if (unsupported !== undefined) throw new UnsupportedServerError(unsupported);

    const log = await openLog(nc, config.log);
    const sealStore = await SealStore.open(log, config.log.replicas);
    const personalKeys = await PersonalKeys.open(log, config.log.replicas, config.maxPersonalKeys);
    const trimmedHeads = await TrimmedHeads.open(log, config.log.replicas);
    await embedded?.settleStreams();
    const { first, last } = await readBounds(log);
    // The newest events are read again: the ring serves them, and their ids are recognised.
    const position = Math.max(first - 1, last - config.publisher.recentIds, 0);
    const hub = new Hub(position, config.ringBytes);
    const publisher = new Publisher(log, position, {
      ...config.publisher,
      catalogue: defaultCatalogue,
      source: `gateway/${config.nodeId}`,
      redactor,
      personalData: new PersonalData(personalKeys),
      onTrouble: (cause) => {
        logger.warn({ err: cause }, "a commit did not go through and is tried again");
      },
    });

    const sealer = new Sealer(log, sealStore, {
      ...config.seal,
      signer: await loadSigningKey(config.seal.keyFile, config.log.origin),
      replicas: config.log.replicas,
      nodeId: config.nodeId,
      onAlarm: (alarm) => {
        logger.error({ alarm: alarm.kind }, `the log is not as it should be: ${alarm.detail}`);
      },
      onTrouble: (cause) => {
        logger.warn({ err: cause }, "the log could not be sealed, and it is tried again");
      },
    });
    const stop = new AbortController();
    const observe = (record: LogRecord) => {
      publisher.observe(record);
      hub.publish(record);
      sealer.observe(record);
    };
    const pumped = pump(log, observe, config, logger, position, stop.signal);
    const failed = pumped.then(() => new Promise<never>(() => undefined));
    failed.catch(() => undefined);
    await Promise.race([publisher.caughtUp(last, stop.signal), failed]);

    const { ageMs, bytes } = config.retention;
    const retention =
      ageMs === undefined && bytes === undefined
        ? undefined
        : new Retention(log, trimmedHeads, {
            rules: { ...config.retention, youngestMs: YOUNGEST_MS },
            intervalMs: RETENTION_INTERVAL_MS,
            sealed: {
              through: () => sealer.state.size,
              allowTrim: (through) => sealer.allowTrim(through),
            },
            onTrimmed: (events) => {
              logger.info({ events }, "trimmed the start of the log");
            },
            onTrouble: (cause) => {
              logger.warn(
                { err: cause },
                "the log could not be trimmed and is looked at again later",
              );
            },
          });

    const readModel = config.readModel.isOn
      ? new ReadModel(
          {
            file: config.readModel.file,
            bytes: config.readModel.bytes,
            nats: { ...nats, name: `${nats.name} read model` },
            log: { stream: log.stream, origin: log.origin, epoch: log.epoch },
            durable: `read-model-${config.nodeId}`,
          },
          (reason) => {
            if (reason === undefined) logger.info("the read model goes on");
            else logger.warn({ reason }, "the read model cannot go on, and it is tried again");
          },
          config.readModel.answerMs,
        )
      : undefined;

    const history = new History(log, hub, readModel?.history);
    const coordinator = new StreamCoordinator(history, new Snapshots(history, config.snapshots));
    return {
      log,
      hub,
      history,
      publisher,
      redactor,
      personalKeys,
      trimmedHeads,
      retention,
      coordinator,
      subscriptions: new Subscriptions(history, config.subscriptions),
      sealer,
      readModel,
      tenant: config.tenant,
      failed,
      readiness: () =>
        log.connection.isConnected
          ? {
              ready: true,
              audit: { alarms: sealer.alarms.all },
              ...(readModel && { readModel: readModel.status }),
            }
          : { ready: false, reason: "NATS does not answer" },
      close: async () => {
        await publisher.close();
        await sealer.close();
        await retention?.close();
        await readModel?.close();
        stop.abort();
        await pumped.catch(() => undefined);
        await nc.close();
      },
    };
  } catch (error) {
    await nc.close();
    throw error;
  }
}

/** Hands every event of the log to those who live off it. */
async function pump(
  log: Log,
  observe: (record: LogRecord) => void,
  config: Config,
  logger: Logger,
  after: number,
  signal: AbortSignal,
): Promise<void> {
  const onForeign = (error: Error) => {
    logger.error({ err: error }, "passed over a message that is not an event");
  };
  const durable = `gateway-${config.nodeId}`;
  for await (const records of tail(log, { durable, after, signal, onForeign })) {
    for (const record of records) observe(record);
  }
}
