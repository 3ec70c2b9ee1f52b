import type { FastifyReply } from "fastify";
import { readBounds } from "../../log/bounds.js";
import type { ReadModel } from "../../readmodel/read-model.js";
import { ReadModelError } from "../../readmodel/query-thread.js";
import type { Answer } from "../../readmodel/queries.js";
import type { Cursor } from "../../wire/cursor.js";
import { formatCursor } from "../../wire/cursor.js";
import { problem, ProblemError } from "../../wire/problem.js";
import type { Gateway } from "../gateway.js";
import type { Parameters } from "../parameters.js";
import { deadlineOf } from "../read/deadline.js";

/** How long `consistent` waits for the read model. */
const CONSISTENT_MS = 5000;
const RETRY_AFTER_MS = 1000;

/**
 * Asks the read model, once it has got as far as the parameter `consistent` demands, and says in
 * `x-runtrail-as-of` how far the answer goes.
 *
 * @throws ProblemError `bad-cursor`, `cursor-ahead`; `unavailable` when the read model cannot answer (in time)
 */
export async function askReadModel<T>(
  gateway: Gateway,
  parameters: Parameters,
  reply: FastifyReply,
  ask: (readModel: ReadModel) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  const { log, hub } = gateway;
  const readModel = demandReadModel(gateway);
  const wanted = parameters.cursor("consistent");
  if (wanted) {
    const sequence = sequenceOf(wanted, "consistent", log.epoch);
    // What has just been acknowledged is in the log before it has come by here.
    if (sequence > hub.position) {
      const { last } = await readBounds(log);
      if (sequence > last) throw ahead("consistent", last);
    }
    if (!(await readModel.reached(sequence, deadlineOf(reply, CONSISTENT_MS)))) {
      const { position } = readModel.status;
      throw notNow(`The read model has got as far as ${position}, and not to ${sequence} in time.`);
    }
  }
  try {
    const answer = await ask(readModel);
    void reply.headers({
      "cache-control": "no-cache",
      "x-runtrail-as-of": formatCursor(answer.asOf, log.epoch),
    });
    return answer;
  } catch (error) {
    if (error instanceof ReadModelError) {
      throw notNow(`The read model cannot be read: ${error.message}.`);
    }
    throw error;
  }
}

/** @throws ProblemError `unavailable` where there is none */
export function demandReadModel({ readModel }: Gateway): ReadModel {
  if (readModel) return readModel;
  throw notNow("This gateway has no read model (RUNTRAIL_READ_MODEL is off).");
}

/** @throws ProblemError `bad-cursor` where it is of another log */
export function sequenceOf(
  { sequence, epoch = "" }: Cursor,
  name: string,
  ownEpoch: string,
): number {
  if (epoch === "" || epoch === ownEpoch) return sequence;
  const detail = `${name} is of another log: this one's epoch is ${ownEpoch}.`;
  throw new ProblemError(problem("bad-cursor", detail, { pointer: `/query/${name}` }));
}

/** @throws ProblemError `cursor-ahead` */
export function ahead(name: string, position: number): ProblemError {
  const detail = `${name} is beyond the end of the log, which is at ${position}.`;
  return new ProblemError(problem("cursor-ahead", detail, { pointer: `/query/${name}` }));
}

function notNow(detail: string): ProblemError {
  return new ProblemError(problem("unavailable", detail, { retryAfterMs: RETRY_AFTER_MS }));
}
