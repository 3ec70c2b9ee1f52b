import type { FastifyReply } from "fastify";
import { readBounds } from "../../log/bounds.js";
import type { ReadModel } from "../../readmodel/read-model.js";
import { ReadModelError } from "../../readmodel/asked-thread.js";
import type { Answer } from "../../readmodel/queries.js";
import type { Cursor } from "../../wire/cursor.js";
import { formatCursor } from "../../wire/cursor.js";
import { problem, ProblemError } from "../../wire/problem.js";
import type { Gateway } from "../gateway.js";
import { badCursor, type Parameters } from "../parameters.js";
import { deadlineOf } from "../read/deadline.js";

/** How long `consistent` waits for the read model. */
const CONSISTENT_MS = 5000;
const RETRY_AFTER_MS = 1000;

/**
 * Asks the read model, once it has got as far as the parameter `consistent` demands, and says in
 * `x-runtrail-as-of` how far the answer goes; where the read model does not go on, `x-runtrail-trouble` says so.
 *
 * @throws ProblemError `bad-cursor`, `cursor-ahead`; `unavailable` when the read model cannot answer (in time)
 */
export async function askReadModel<T>(
  gateway: Gateway,
  parameters: Parameters,
  reply: FastifyReply,
  ask: (readModel: ReadModel) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  const { log } = gateway;
  const readModel = demandReadModel(gateway);
  const sequence = await demandSequence(gateway, parameters, "consistent");
  if (sequence !== undefined) {
    if (!(await readModel.reached(sequence, deadlineOf(reply, CONSISTENT_MS)))) {
      const { position, trouble } = readModel.status;
      const why = trouble === undefined ? "" : ` It does not go on: ${trouble}.`;
      throw notNow(
        `The read model has got as far as ${position}, and not to ${sequence} in time.${why}`,
      );
    }
  }
  try {
    const answer = await ask(readModel);
    const { state, trouble } = readModel.status;
    if (trouble !== undefined) void reply.header("x-runtrail-trouble", state);
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

/**
 * The sequence of a cursor among the parameters; undefined where there is none.
 *
 * @throws ProblemError `bad-cursor`, also where it is of another log; `cursor-ahead`
 */
export async function demandSequence(
  gateway: Gateway,
  parameters: Parameters,
  name: string,
): Promise<number | undefined> {
  const cursor = parameters.cursor(name);
  return cursor && sequenceWithin(gateway, cursor, name);
}

/** @throws ProblemError `bad-cursor` where it is of another log; `cursor-ahead` */
export async function sequenceWithin(
  { log, hub }: Gateway,
  { sequence, epoch = log.epoch }: Cursor,
  name: string,
): Promise<number> {
  const pointer = `/query/${name}`;
  if (epoch !== log.epoch) {
    throw badCursor(`${name} is of another log: this one's epoch is ${log.epoch}.`, pointer);
  }
  // What has just been acknowledged is in the log before it has come by here.
  if (sequence <= hub.position) return sequence;
  const { last } = await readBounds(log);
  if (sequence <= last) return sequence;
  const detail = `${name} is beyond the end of the log, which is at ${last}.`;
  throw new ProblemError(problem("cursor-ahead", detail, { pointer }));
}

function notNow(detail: string): ProblemError {
  return new ProblemError(problem("unavailable", detail, { retryAfterMs: RETRY_AFTER_MS }));
}
