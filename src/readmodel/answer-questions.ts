import { parentPort, workerData, type Transferable } from "node:worker_threads";
import type { Question, Reply, ThreadData } from "./asked-thread.js";
import { isDamaged, openForReading, type ReadDatabase } from "./database.js";
import { alone } from "./shared-file.js";

/**
 * The other side of an `AskedThread`.
 *
 * @param queriesOn makes what is asked
 * @param handedOver what of an answer goes to the other side without being copied
 */
export function answerQuestions(
  queriesOn: (db: ReadDatabase) => object,
  handedOver: (answer: unknown) => readonly Transferable[] = () => [],
): void {
  const { file, isLeft } = workerData as ThreadData;
  const queries = alone(file, () => queriesOn(openForReading(file.path)));
  parentPort?.on("message", (question: Question) => {
    if (Atomics.load(isLeft, 0) === 0) answer(queries, question, handedOver);
    else parentPort?.close();
  });
}

function answer(
  queries: object,
  { id, name, values }: Question,
  handedOver: (answer: unknown) => readonly Transferable[],
): void {
  try {
    // The other side has checked that there is such a method, and that the values fit.
    const ask = queries[name as keyof typeof queries] as (...values: unknown[]) => unknown;
    const given = ask.apply(queries, values);
    send({ id, answer: given }, handedOver(given));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    send({ id, error: message, isDamaged: isDamaged(error) });
  }
}

function send(reply: Reply, handedOver: readonly Transferable[] = []): void {
  parentPort?.postMessage(reply, handedOver);
}
