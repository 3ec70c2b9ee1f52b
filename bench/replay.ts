import { request } from "undici";
import type { NatsConnection } from "../dist/log/connect.js";
import { appendAll } from "./drafts.js";
import type { Figure } from "./figure.js";
import { withGatewayOn, type Served } from "./gateway.js";
import { inTurns, throughput, type Load } from "./load.js";
import { Meter } from "./meter.js";
import { readBare } from "./nats.js";
import { rate } from "./sides.js";
import { CAUGHT_UP, EVENT } from "./viewers.js";

const EVENTS = 100_000;
const ROUNDS = 3;
const RUN = "runs/replay";

/** Reads a run whole and counts its events. */
type Reader = (url: string, run: string) => Promise<number>;

/** The readers of a run, with what share of a raw consumer's rate they are to have. */
const HTTP_READERS: { form: string; atLeast: number; read: Reader }[] = [
  { form: "NDJSON", atLeast: 0.4, read: readNdjson },
  { form: "SSE", atLeast: 0.3, read: readSse },
];

async function readNdjson(url: string, run: string): Promise<number> {
  const headers = { accept: "application/x-ndjson" };
  const { body } = await request(`${url}/v1/${run}/events`, { headers });
  let count = 0;
  for await (const piece of body as AsyncIterable<Buffer>) count += occurrences(piece, "\n");
  return count;
}

async function readSse(url: string, run: string): Promise<number> {
  const { body } = await request(`${url}/v1/${run}/stream`);
  let count = 0;
  let carry = Buffer.alloc(0);
  for await (const piece of body as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([carry, piece]);
    // Words that were cut in two are found with the next piece; so nothing may be found twice.
    const end = bytes.lastIndexOf("\n\n") + 2;
    count += occurrences(bytes.subarray(0, end), EVENT);
    if (bytes.subarray(0, end).includes(CAUGHT_UP)) break;
    carry = bytes.subarray(end);
  }
  return count;
}

export function occurrences(bytes: Buffer, words: string): number {
  const sought = Buffer.from(words);
  let count = 0;
  for (let at = bytes.indexOf(sought); at >= 0; at = bytes.indexOf(sought, at + sought.length))
    count++;
  return count;
}

async function timed(read: () => Promise<number>): Promise<Load> {
  const start = performance.now();
  const count = await read();
  if (count !== EVENTS) throw new Error(`${count} of ${EVENTS} events were read`);
  return throughput(count, performance.now() - start);
}

/** One form of reading a long run whole, beside an ordered consumer of the same messages. */
async function figureOf(
  gateway: Served,
  nc: NatsConnection,
  { form, atLeast, read }: (typeof HTTP_READERS)[number],
): Promise<Figure> {
  const meter = new Meter(gateway);
  await gateway.forgetPeak();
  const { bytes } = await gateway.memory();
  const sides = await inTurns(
    ROUNDS,
    () => meter.turn(() => timed(() => read(gateway.url, RUN))),
    () => readBare(nc, EVENTS),
  );
  const { peakBytes } = await gateway.memory();
  return rate(
    `replay of a run of ${EVENTS} events, ${form}, of a raw ordered consumer`,
    sides,
    { atLeast },
    {
      ...meter.beside(),
      "MiB before": bytes / 2 ** 20,
      "MiB at most": peakBytes / 2 ** 20,
    },
  );
}

/** A long run read whole, in the forms that are given. */
export async function replayOf(readers: typeof HTTP_READERS): Promise<Figure[]> {
  return withGatewayOn(async (gateway, nc) => {
    await appendAll(gateway.url, EVENTS, () => RUN);
    const figures: Figure[] = [];
    for (const reader of readers) figures.push(await figureOf(gateway, nc, reader));
    return figures;
  });
}

export function replayFigures(): Promise<Figure[]> {
  return replayOf(HTTP_READERS);
}
