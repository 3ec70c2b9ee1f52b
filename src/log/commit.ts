import { headers, nuid, type Msg } from "@nats-io/transport-node";
import type { Log } from "./stream.js";

/** The most messages that JetStream takes in one atomic batch. */
export const MAX_BATCH = 1000;

const WRONG_LAST_SEQUENCE = 10071;
/** The same, seen by a replica that has staged another write to the subject. */
const WRONG_LAST_SEQUENCE_UNKNOWN = 10164;

export interface CommitMessage {
  subject: string;
  /** The text to store, canonical if it is an envelope; or its bytes. */
  text: string | Uint8Array;
  /** The subject's last sequence that this message must follow; undefined behind another one of the same subject. */
  expectedSequence: number | undefined;
}

export type CommitResult =
  /** All are stored, with contiguous sequences that end at `lastSequence`. */
  | { outcome: "committed"; lastSequence: number }
  /** None is stored: a subject has moved on since its expectation was read. */
  | { outcome: "stale" }
  /** None is stored: JetStream answered with an error. */
  | { outcome: "refused"; code: number; description: string }
  /** No answer came: all are stored, or none, or they are stored yet. */
  | { outcome: "unknown"; cause: unknown };

/**
 * Appends all messages or none, as one JetStream atomic batch (ADR-50); a single one as a plain publish,
 * which costs the server less. The batch is written out here because the client library's own (3.4)
 * leaves out expectations and takes an error reply for an acknowledgement.
 *
 * @param messages 1 to {@link MAX_BATCH}; only the first of each subject has an expectation
 */
export async function commit(
  log: Pick<Log, "nc" | "connection">,
  messages: readonly CommitMessage[],
  timeoutMs: number,
): Promise<CommitResult> {
  const batchId = messages.length > 1 ? nuid.next() : undefined;
  const lastIndex = messages.length - 1;
  try {
    for (let i = 0; i < lastIndex; i++) {
      const message = messages[i] as CommitMessage;
      log.nc.publish(message.subject, bytesOf(message), {
        headers: headersOf(message, batchId, i + 1, false),
      });
    }
    const last = messages[lastIndex] as CommitMessage;
    const reply = log.nc.request(last.subject, bytesOf(last), {
      headers: headersOf(last, batchId, messages.length, true),
      timeout: timeoutMs,
    });
    return parseReply(await log.connection.answer(reply));
  } catch (cause) {
    return { outcome: "unknown", cause };
  }
}

/** From Node's pool: the client would make an array of its own for each message, and the collector work. */
function bytesOf({ text }: CommitMessage): Uint8Array {
  return typeof text === "string" ? Buffer.from(text) : text;
}

function headersOf(
  message: CommitMessage,
  batchId: string | undefined,
  position: number,
  isLast: boolean,
) {
  const header = headers();
  if (message.expectedSequence !== undefined) {
    header.append("Nats-Expected-Last-Subject-Sequence", String(message.expectedSequence));
  }
  if (batchId !== undefined) {
    header.append("Nats-Batch-Id", batchId);
    header.append("Nats-Batch-Sequence", String(position));
    if (isLast) header.append("Nats-Batch-Commit", "1");
  }
  return header;
}

interface PubAckReply {
  seq?: number;
  error?: { err_code?: number; description?: string };
}

function parseReply(reply: Msg): CommitResult {
  const ack = reply.json<PubAckReply>();
  if (!ack.error && ack.seq !== undefined) return { outcome: "committed", lastSequence: ack.seq };
  const { err_code: code = 0, description = "no sequence in the acknowledgement" } =
    ack.error ?? {};
  return code === WRONG_LAST_SEQUENCE || code === WRONG_LAST_SEQUENCE_UNKNOWN
    ? { outcome: "stale" }
    : { outcome: "refused", code, description };
}
