import { Client } from "undici";
import { envelopeBytes } from "./append.js";
import type { Figure } from "./figure.js";
import { withGateway, withScript } from "./gateway.js";
import { closedLoop, inTurns, throughput, type Load } from "./load.js";
import { withLog } from "./nats.js";
import { DRAFT, scopes, withPublisher } from "./publisher.js";
import { events, p99, rate } from "./sides.js";

const TURN_MS = 4000;
const ROUNDS = 3;
const NDJSON_DRAFTS = 60_000;

/** How one side is appended to; each answers with the HTTP status. */
interface Target {
  /** Before the clock runs. */
  prepare?(client: Client, writer: number): Promise<void>;
  append(client: Client, writer: number): Promise<number>;
}

/** Keep-alive connections, each with one append under way. */
async function connections(url: string, count: number, target: Target): Promise<Load> {
  const clients = Array.from({ length: count }, () => new Client(url));
  try {
    await Promise.all(clients.map(async (client, writer) => target.prepare?.(client, writer)));
    return await closedLoop(count, TURN_MS, async (writer) => {
      const client = clients[writer];
      if (!client) throw new Error("each writer has a connection");
      const status = await target.append(client, writer);
      if (status >= 300) throw new Error(`${url} answered ${status}`);
    });
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

async function statusOf(
  client: Client,
  method: "POST" | "PUT",
  path: string,
  contentType: string,
  body: string | Buffer | null = null,
): Promise<number> {
  const headers = { "content-type": contentType };
  const answer = await client.request({ method, path, headers, body });
  await answer.body.dump();
  return answer.statusCode;
}

/** Appends one draft to a run of the writer's own. */
function toRuntrail(turn: number): Target {
  const body = JSON.stringify(DRAFT);
  return {
    append: (client, writer) =>
      statusOf(client, "POST", `/v1/runs/http-${turn}-${writer}/events`, "application/json", body),
  };
}

/** Appends the bytes of one envelope to a stream of the writer's own. */
function toPeer(turn: number): Target {
  const body = Buffer.from(envelopeBytes());
  const bytes = "application/octet-stream";
  const path = (writer: number) => `/v1/stream/bench-${turn}-${writer}`;
  return {
    async prepare(client, writer) {
      await statusOf(client, "PUT", path(writer), bytes);
    },
    async append(client, writer) {
      for (;;) {
        // With many streams it now and then does not find one that it has created: it is asked again.
        const status = await statusOf(client, "POST", path(writer), bytes, body);
        if (status !== 404) return status;
      }
    },
  };
}

/** One endless request, results read while drafts are sent. */
async function ndjson(url: string, turn: number): Promise<Load> {
  const lines = Array.from({ length: 100 }, (_, n) =>
    JSON.stringify({ ...DRAFT, scope: `runs/ndjson-${turn}-${n % 64}` }),
  ).join("\n");
  async function* drafts() {
    for (let sent = 0; sent < NDJSON_DRAFTS; sent += 100) {
      await Promise.resolve();
      yield `${lines}\n`;
    }
  }
  const start = performance.now();
  const response = await fetch(`${url}/v1/events`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: ReadableStream.from(drafts()).pipeThrough(new TextEncoderStream()),
    duplex: "half",
  });
  let appended = 0;
  for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
    appended += Buffer.from(piece).toString("latin1").split('"outcome":"appended"').length - 1;
  }
  const ms = performance.now() - start;
  // A result that was cut in two by a piece's end is not counted; there are few of those.
  if (appended < NDJSON_DRAFTS * 0.97)
    throw new Error(`${appended} of ${NDJSON_DRAFTS} were appended`);
  return throughput(NDJSON_DRAFTS, ms);
}

/** The publisher in this process, with as many drafts under way as the connections have. */
async function inProcess<T>(
  run: (load: (writers: number) => Promise<Load>) => Promise<T>,
): Promise<T> {
  let turn = 0;
  return withLog((log) =>
    withPublisher(log, (publisher) =>
      run((writers) => {
        const own = scopes(`in-process-${++turn}`, writers);
        return closedLoop(writers, TURN_MS, async (writer) => {
          const scope = own[writer];
          if (!scope) throw new Error("each writer has a scope");
          const result = await publisher.append("default", scope, DRAFT);
          if (result.outcome !== "appended") throw new Error(JSON.stringify(result));
        });
      }),
    ),
  );
}

/** Append through HTTP, beside the publisher in process and beside the peer. */
export async function appendHttpFigures(): Promise<Figure[]> {
  return withGateway((ours) =>
    withScript("durable-streams.mjs", (peer) =>
      inProcess(async (publisher) => {
        let turn = 0;
        const figures: Figure[] = [];

        const stream = await inTurns(
          ROUNDS,
          () => ndjson(ours.url, ++turn),
          () => publisher(512),
        );
        figures.push(
          rate("append over HTTP, NDJSON stream, of the publisher in process", stream, {
            atLeast: 0.6,
          }),
        );

        const one = (count: number) => connections(ours.url, count, toRuntrail(++turn));
        const alone = await inTurns(
          ROUNDS,
          () => one(64),
          () => publisher(64),
        );
        figures.push(
          rate("append over HTTP, 64 connections, of the publisher in process", alone, {
            atLeast: 0.6,
          }),
        );

        for (const [count, atLeast] of [
          [64, 3],
          [256, 2],
        ] as const) {
          const before = await ours.cpuMicros();
          const sides = await inTurns(
            ROUNDS,
            () => one(count),
            () => connections(peer.url, count, toPeer(++turn)),
          );
          const cpu =
            ((await ours.cpuMicros()) - before) / (events(sides.ours) * ((ROUNDS + 1) / ROUNDS));
          const name = `append over HTTP, ${count} connections, of Durable Streams (files)`;
          figures.push(rate(name, sides, { atLeast }, { "CPU µs an event": cpu }));
          figures.push(p99(name, sides));
        }
        return figures;
      }),
    ),
  );
}
