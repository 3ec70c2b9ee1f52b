import { append, type ConnectionOptions, type Draft, type Refused } from "../client/index.js";
import { leftoverSpools, type SpoolFolder } from "./spool-folder.js";
import type { SpoolFile } from "./spool-file.js";

/** What became of the events of a spool. */
export interface Sent {
  stored: number;
  refused: number;
  /** Why the first of them was. */
  firstRefusal?: { type: string; scope: string; detail: string };
}

export interface SendOptions {
  signal: AbortSignal;
  /** For how long to wait for a server that is away. */
  retryForMs: number;
  /** Told when the server does not take events at the moment, before each wait. */
  onRetry: (reason: string) => void;
}

/**
 * Sends a spool's events in order, and those that are appended meanwhile, until it is finished and all
 * are sent.
 *
 * @param sent - counts along, so that it is known how far it came even if this does not come to its end
 * @throws UnavailableError when the server stays away
 * @throws RequestRefusedError when it takes no events from us
 * @throws the signal's reason when it aborts
 */
export async function sendSpool(
  connection: ConnectionOptions,
  spool: SpoolFile,
  sent: Sent,
  { signal, retryForMs, onRetry }: SendOptions,
): Promise<void> {
  for await (const { lines, end } of spool.batches(signal)) {
    const drafts = lines.flatMap((line) => draftOf(line, sent));
    const results = await append(connection, "", drafts, {
      retryForMs,
      signal,
      onRetry: ({ reason }) => {
        onRetry(reason);
      },
    });
    for (const [i, result] of results.entries()) {
      if (result.outcome === "appended" || result.outcome === "duplicate") sent.stored++;
      else note(sent, drafts[i], result as Refused);
    }
    await spool.acknowledge(end);
  }
  signal.throwIfAborted();
}

/** None where a line is damaged: it is not to hold up those behind it. */
function draftOf(line: string, sent: Sent): Draft[] {
  try {
    return [JSON.parse(line) as Draft];
  } catch {
    sent.refused++;
    sent.firstRefusal ??= { type: "a line", scope: "the spool", detail: "it is damaged" };
    return [];
  }
}

/** Sends what processes that are gone have left in a folder, and removes it. Throws as {@link sendSpool} does. */
export async function sendLeftovers(
  connection: ConnectionOptions,
  folder: SpoolFolder,
  sent: Sent,
  options: SendOptions,
): Promise<void> {
  for await (const spool of leftoverSpools(folder)) {
    spool.finish();
    try {
      await sendSpool(connection, spool, sent, options);
    } catch (error) {
      await spool.close();
      throw error;
    }
    await spool.remove();
  }
}

function note(sent: Sent, draft: Draft | undefined, { problem }: Refused): void {
  sent.refused++;
  sent.firstRefusal ??= {
    type: draft?.type ?? "",
    scope: draft?.scope ?? "",
    detail: problem.detail,
  };
}
