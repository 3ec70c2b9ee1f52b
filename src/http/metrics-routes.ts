import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import { readExtent } from "../log/prefix.js";
import { READ_MODEL_STATES } from "../readmodel/read-model.js";
import type { Serving } from "./serving.js";
import { metricsOperation } from "./health-operations.js";
import { described } from "./openapi/operation.js";

/** `/metrics`: everything that can grow, beside its bound, and how far the log has been read (Prometheus text). */
export function metricsRoutes(app: FastifyInstance, serving: Serving): void {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const { gateway, config, streams, sockets } = serving;
  const { publisher, hub, sealer } = gateway;

  const gauge = (name: string, help: string, value: () => number) => {
    new Gauge({
      name: `runtrail_${name}`,
      help,
      registers: [register],
      collect() {
        this.set(value());
      },
    });
  };
  /** What the log has to be asked for. */
  const asked = (name: string, help: string, value: () => Promise<number>) => {
    new Gauge({
      name: `runtrail_${name}`,
      help: `${help}; left out while NATS does not answer`,
      registers: [register],
      async collect() {
        const current = await value().catch(() => undefined);
        if (current === undefined) this.reset();
        else this.set(current);
      },
    });
  };
  const counter = (name: string, help: string, value: () => number) => {
    new Counter({
      name: `runtrail_${name}`,
      help,
      registers: [register],
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  };
  gauge("appends_pending", "Drafts that wait to be stored", () => publisher.stats.pending);
  gauge("appends_pending_limit", "Drafts that may wait", () => config.publisher.maxPending);
  gauge(
    "appends_pending_text",
    "Text that waits to be stored, in UTF-16 code units",
    () => publisher.stats.pendingLength,
  );
  gauge(
    "appends_pending_text_limit",
    "Text that may wait",
    () => config.publisher.maxPendingLength,
  );
  gauge("streams_open", "Streams that are open, subscriptions included", () => streams.count);
  gauge("streams_limit", "Streams that may be open", () => config.http.maxStreams);
  const { turns } = gateway.coordinator.history;
  gauge("log_readers", "Readers of history that read it from NATS", () => turns.underWay);
  gauge("log_readers_limit", "Readers that may do so at once", () => turns.atOnce);
  gauge("log_readers_waiting", "Readers that wait for their turn", () => turns.waiting);
  gauge("sockets_open", "WebSockets that are open", () => sockets.count);
  gauge("sockets_limit", "WebSockets that may be open", () => config.http.maxStreams);
  gauge(
    "sockets_waiting_bytes",
    "Memory for what WebSockets have not taken yet",
    () => sockets.waitingBytes,
  );
  gauge(
    "subscriptions_open",
    "Subscriptions that are open on WebSockets",
    () => sockets.subscriptions,
  );
  gauge(
    "subscriptions_per_socket_limit",
    "Subscriptions that may be open on one WebSocket",
    () => config.http.maxSubscriptionsPerSocket,
  );
  asked("subscriptions", "Durable subscriptions that there are", () =>
    gateway.subscriptions.count(gateway.tenant),
  );
  gauge(
    "subscriptions_limit",
    "Durable subscriptions that there may be",
    () => config.subscriptions.maxPerTenant,
  );
  asked("personal_keys", "Keys of personal data, destroyed ones included", () =>
    gateway.personalKeys.count(),
  );
  gauge(
    "personal_keys_limit",
    "Keys of personal data that there may be",
    () => config.maxPersonalKeys,
  );
  asked(
    "retained_first_sequence",
    "Oldest sequence that is kept of the log",
    async () => (await readExtent(gateway.log)).first,
  );
  asked("trimmed_scopes", "Scopes of which no event is left, but the place in their chain", () =>
    gateway.trimmedHeads.count(),
  );
  gauge(
    "trimmed_scopes_limit",
    "Such scopes that there may be before trimming stops",
    () => config.retention.maxScopes,
  );
  counter(
    "trimmed_events_total",
    "Events that this gateway has trimmed",
    () => gateway.retention?.trimmedEvents ?? 0,
  );
  gauge(
    "log_position",
    "Newest sequence of the log that can be delivered",
    () => hub.stats.position,
  );
  gauge("ring_bytes", "Memory for recent events", () => hub.stats.ringBytes);
  gauge("ring_bytes_limit", "Memory that recent events may take", () => config.ringBytes);
  gauge("ring_events", "Recent events in memory", () => hub.stats.ringRecords);
  gauge("channels", "Timelines that have recent events or followers", () => hub.stats.channels);
  gauge("sealed_size", "Events that the newest checkpoint covers", () => sealer.state.size);
  gauge("seal_lag", "Events that no checkpoint covers yet", () => sealer.lag);
  gauge("seal_leader", "Whether this gateway is the one that seals", () =>
    sealer.isLeading ? 1 : 0,
  );
  new Gauge({
    name: "runtrail_audit_alarms",
    help: "What is wrong with the log; /readyz has the details",
    labelNames: ["kind"],
    registers: [register],
    collect() {
      this.reset();
      for (const { kind } of sealer.alarms.all) this.set({ kind }, 1);
    },
  });
  const { readModel } = gateway;
  if (readModel) {
    counter(
      "read_model_late_answers_total",
      "Questions that the read model has not answered in time, and pieces of history that the log was read for instead",
      () => readModel.lateAnswers,
    );
    gauge(
      "read_model_position",
      "Sequence up to which the log is in the read model",
      () => readModel.status.position,
    );
    gauge("read_model_trouble", "Whether the read model cannot go on; /readyz says why", () =>
      readModel.status.trouble === undefined ? 0 : 1,
    );
    gauge(
      "read_model_used_bytes",
      "What of the read model's file is in use; the rest of it is taken before it grows",
      () => readModel.usedBytes,
    );
    gauge(
      "read_model_used_bytes_limit",
      "What of it may be in use before the read model stops",
      () => config.readModel.bytes ?? Infinity,
    );
    new Gauge({
      name: "runtrail_read_model_file_bytes",
      help: "What the read model takes on its disk, its write-ahead log included",
      registers: [register],
      async collect() {
        this.set(await readModel.fileBytes());
      },
    });
    new Gauge({
      name: "runtrail_read_model_state",
      help: `Whether the read model is in that state: ${READ_MODEL_STATES.join(", ")}`,
      labelNames: ["state"],
      registers: [register],
      collect() {
        for (const state of READ_MODEL_STATES) {
          this.set({ state }, state === readModel.status.state ? 1 : 0);
        }
      },
    });
  }
  gauge("ready", "Whether the gateway can work", () => (gateway.readiness().ready ? 1 : 0));
  new Counter({
    name: "runtrail_redactions_total",
    help: "Secrets that were taken out of drafts, by the name of the pattern",
    labelNames: ["name"],
    registers: [register],
    collect() {
      this.reset();
      for (const [name, count] of gateway.redactor.counts) this.inc({ name }, count);
    },
  });
  counter("commits_total", "Rounds of commits to JetStream", () => publisher.stats.commits);

  app.get("/metrics", described(metricsOperation), async (_request, reply) =>
    reply
      .type(register.contentType)
      .header("cache-control", "no-store")
      .send(await register.metrics()),
  );
}
