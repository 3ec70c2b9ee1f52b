import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { Serving } from "./serving.js";

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
  new Gauge({
    name: "runtrail_subscriptions",
    help: "Durable subscriptions that there are; left out while NATS does not answer",
    registers: [register],
    async collect() {
      const count = await gateway.subscriptions.count(gateway.tenant).catch(() => undefined);
      if (count === undefined) this.reset();
      else this.set(count);
    },
  });
  gauge(
    "subscriptions_limit",
    "Durable subscriptions that there may be",
    () => config.subscriptions.maxPerTenant,
  );
  new Gauge({
    name: "runtrail_personal_keys",
    help: "Keys of personal data, destroyed ones included; left out while NATS does not answer",
    registers: [register],
    async collect() {
      const count = await gateway.personalKeys.count().catch(() => undefined);
      if (count === undefined) this.reset();
      else this.set(count);
    },
  });
  gauge(
    "personal_keys_limit",
    "Keys of personal data that there may be",
    () => config.maxPersonalKeys,
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
  new Counter({
    name: "runtrail_commits_total",
    help: "Rounds of commits to JetStream",
    registers: [register],
    collect() {
      this.reset();
      this.inc(publisher.stats.commits);
    },
  });

  app.get("/metrics", { logLevel: "silent" }, async (_request, reply) =>
    reply
      .type(register.contentType)
      .header("cache-control", "no-store")
      .send(await register.metrics()),
  );
}
