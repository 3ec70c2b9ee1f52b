import type { NatsConnection } from "../dist/log/connect.js";
import { appendDrafts } from "./drafts.js";
import { figure, type Figure } from "./figure.js";
import { withGatewayOn, type Served } from "./gateway.js";
import { inTurns, throughput } from "./load.js";
import { readBare } from "./nats.js";
import { beginRebuild, untilPosition } from "./read-position.js";
import { rate } from "./sides.js";

/** Of the log, each with a line; fewer are for trying things out. */
const EVENTS = Number(process.env.READ_MODEL_EVENTS ?? 1_000_000);
const APPEND_AT_ONCE = 50_000;

/** Two of three events are of one run, the others of so many. */
const OTHER_RUNS = 2000;
const JOBS = 20;

/** What each question is asked so many times for, after a few times that do not count. */
const TIMES = 200;
const WARM_UP = 10;

/** 40,000 a second where the client library reads 250,000. */
const REBUILD_SHARE = 0.16;
const REBUILD_ROUNDS = 2;
const PAGE_MS = 20;
const SEARCH_MS = 100;

const WORDS = (
  "installing package resolving dependency fetched layer cache miss build step compile linking target test passed " +
  "failed retry connection refused timeout error warning download upload artifact container image digest pushed " +
  "pulled registry token expired node worker queue job scheduled started finished"
).split(" ");

/** The n-th line: words that are the same each time, without a pattern to them. */
function messageOf(n: number): string {
  const words = Array.from({ length: 9 }, (_, i) => {
    const mixed = Math.imul(n * 9 + i + 1, 2654435761) >>> 8;
    return WORDS[mixed % WORDS.length] ?? "";
  });
  return `${words.join(" ")} ${n.toString(36)}`;
}

function draftOf(n: number): object {
  const run = n % 3 === 0 ? `other-${n % OTHER_RUNS}` : "big";
  const level = n % 100 === 0 ? "error" : n % 20 === 0 ? "warning" : "info";
  const at = "2026-03-01T09:30:00.000Z";
  const stream = n % 2 === 0 ? "stdout" : "stderr";
  return {
    type: "log.appended",
    scope: `runs/${run}/jobs/job-${n % JOBS}`,
    payload: { entries: [{ at, level, stream, message: messageOf(n) }] },
  };
}

const hasAll = (position: number) => position >= EVENTS;

/** Milliseconds that a page takes, of many: the median, and what 99 of 100 stay below. */
async function timesOf(url: string, path: string): Promise<{ p50: number; p99: number }> {
  const times: number[] = [];
  for (let i = -WARM_UP; i < TIMES; i++) {
    const start = performance.now();
    const answer = await fetch(`${url}/v1/${path}`);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    if (i >= 0) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

async function pageFigure(
  { url }: Served,
  name: string,
  path: string,
  mostMs: number,
): Promise<Figure> {
  const { p50, p99 } = await timesOf(url, path);
  return figure(
    {
      name: `${name}: p99; what is wanted`,
      unit: "ms",
      ours: p99,
      reference: mostMs,
      n: TIMES,
      beside: { "p50 ms": p50 },
    },
    { atMost: 1 },
  );
}

/** All lines as CSV: how many there are a second, and what memory that takes. */
async function exportFigure(gateway: Served): Promise<Figure> {
  await gateway.forgetPeak();
  const before = await gateway.memory();
  const start = performance.now();
  const answer = await fetch(`${gateway.url}/v1/logs?format=csv`);
  let bytes = 0;
  for await (const piece of answer.body ?? []) bytes += (piece as Uint8Array).length;
  const seconds = (performance.now() - start) / 1000;
  const { peakBytes } = await gateway.memory();
  const mebi = 2 ** 20;
  return figure(
    {
      name: `export of ${EVENTS} lines as CSV: memory at most, and before`,
      unit: "MiB",
      ours: peakBytes / mebi,
      reference: before.bytes / mebi,
      n: EVENTS,
      beside: { "lines/s": EVENTS / seconds, "MiB of CSV": bytes / mebi },
    },
    { atMost: 1.5 },
  );
}

/** How fast a read model is made, beside how fast the client library reads the same log. */
async function rebuildFigure(gateway: Served, nc: NatsConnection): Promise<Figure> {
  const rebuild = async () => {
    const begunMs = await beginRebuild(gateway, EVENTS);
    return throughput(EVENTS, begunMs + (await untilPosition(gateway, hasAll)));
  };
  const sides = await inTurns(REBUILD_ROUNDS, rebuild, () => readBare(nc, EVENTS));
  const name = "read model made anew, full text included; an ordered consumer";
  return rate(name, sides, { atLeast: REBUILD_SHARE });
}

/** How fast a read model is made, and how soon it answers when it is large. */
export function readModelFigures(): Promise<Figure[]> {
  return withGatewayOn(async (gateway, nc) => {
    const { url } = gateway;
    for (let n = 0; n < EVENTS; n += APPEND_AT_ONCE) {
      await appendDrafts(url, Math.min(APPEND_AT_ONCE, EVENTS - n), (i) => draftOf(n + i));
    }
    await untilPosition(gateway, hasAll);
    const deep = Math.floor(EVENTS * 0.95);
    return [
      await pageFigure(gateway, "first page of a run's log", "runs/big/logs", PAGE_MS),
      await pageFigure(
        gateway,
        `page with a filter behind line ${deep}`,
        `runs/big/logs?level=warning&stream=stderr&after=${deep}-0`,
        PAGE_MS,
      ),
      await pageFigure(
        gateway,
        "search in all runs, two words",
        "logs?q=connection%20refused&order=desc",
        SEARCH_MS,
      ),
      await pageFigure(
        gateway,
        "search in all runs, words in a row or the beginning of one",
        "logs?q=%22cache%20miss%22%20OR%20regis*&order=desc",
        SEARCH_MS,
      ),
      await exportFigure(gateway),
      await rebuildFigure(gateway, nc),
    ];
  });
}
