import type { FastifyReply, FastifyRequest } from "fastify";
import { discardLeftover } from "../body.js";
import type { Gateway } from "../gateway.js";
import { commonHeaders } from "../headers.js";
import { parseJson } from "../json.js";
import { Outflow } from "../outflow.js";
import type { Serving } from "../serving.js";
import { draftTooLarge } from "./append-array.js";
import { appendDraft, type Target } from "./append-draft.js";
import { InOrder } from "./in-order.js";
import { MAX_DRAFT_BYTES } from "./limits.js";
import { LineCutter, type Line } from "./lines.js";
import { pieces } from "./pieces.js";
import { isStored, type DraftResult } from "./result.js";

/** Drafts of one request that are on their way, or whose results are: about two rounds of the publisher. */
const MAX_UNDERWAY = 512;
const MAX_UNDERWAY_BYTES = 4 * 1024 * 1024;

/**
 * Appends an endless body of drafts, one a line, and streams back one result a line, in order, as the
 * commits happen. Reads no further while too much is on its way or the client does not take the results:
 * a client must read the answer while it sends.
 *
 * When the client leaves, what it has handed over is stored; the line that was cut off is not. When the
 * server shuts down, the response ends after the results of what was read: lines without a result are
 * to be sent again.
 */
export async function appendNdjson(
  { gateway, config, ticker, draining }: Serving,
  target: Target,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...commonHeaders(request),
    "content-type": "application/x-ndjson",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  reply.raw.flushHeaders();
  const outflow = new Outflow(reply.raw, ticker, config.http.stalledAfterMs);
  const results = new InOrder<DraftResult>();

  const read = async () => {
    const lines = new LineCutter(MAX_DRAFT_BYTES);
    const body = pieces(request.raw, draining, outflow.ended);
    for (;;) {
      const { value, done } = await body.next();
      if (done && value !== "complete") return;
      for (const line of done ? lines.end() : lines.take(value)) {
        while (!hasRoom(gateway, config.publisher, results)) await results.taken();
        results.add(appendLine(gateway, target, line), line.text?.length ?? 0);
      }
      if (done) return;
    }
  };
  const write = async () => {
    for (let batch; (batch = await results.take());) {
      await outflow.send(`${batch.map((result) => JSON.stringify(result)).join("\n")}\n`);
    }
  };
  await Promise.all([
    read().finally(() => {
      results.complete();
    }),
    write(),
  ]);
  outflow.end();
  if (!request.raw.complete) discardLeftover(request.raw);
}

async function appendLine(gateway: Gateway, target: Target, line: Line): Promise<DraftResult> {
  const result = await resultOfLine(gateway, target, line);
  return isStored(result) ? result : { ...result, line: line.number };
}

function resultOfLine(
  gateway: Gateway,
  target: Target,
  { text }: Line,
): DraftResult | Promise<DraftResult> {
  if (!text) return draftTooLarge();
  const parsed = parseJson(text);
  if (!parsed.ok) return { outcome: "invalid", problem: parsed.problem };
  return appendDraft(gateway, target, parsed.value);
}

/**
 * Whether another draft may be handed over. A request with none on its way always may; beyond that,
 * requests of unbounded length leave half of what the publisher lets wait to everyone else.
 */
function hasRoom(
  { publisher }: Gateway,
  limits: { maxPending: number; maxPendingLength: number },
  underway: InOrder<DraftResult>,
): boolean {
  if (underway.size === 0) return true;
  if (underway.size >= MAX_UNDERWAY || underway.weight >= MAX_UNDERWAY_BYTES) return false;
  const { pending, pendingLength } = publisher.stats;
  return pending * 2 < limits.maxPending && pendingLength * 2 < limits.maxPendingLength;
}
