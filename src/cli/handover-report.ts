import type { Handover } from "../runner/recorder.js";

/** What those who ran a command should know about its recording; nothing when all went well. */
export function handoverLines({ own, leftover, kept, unwritten }: Handover): string[] {
  const lines: string[] = [];
  if (leftover.stored > 0) {
    lines.push(`sent ${events(leftover.stored)} that earlier commands had left in the spool`);
  }
  for (const { refused, firstRefusal } of [own, leftover]) {
    if (firstRefusal === undefined) continue;
    const { type, scope, detail } = firstRefusal;
    lines.push(`the server refused ${events(refused)}; the first, ${type} on ${scope}: ${detail}`);
  }
  if (kept !== undefined) {
    lines.push(
      `not everything was sent (${kept.reason}); it is kept in ${kept.file}, and the next runtrail ` +
        "exec, run or import sends it",
    );
  }
  if (unwritten !== undefined) {
    const cause = unwritten.cause instanceof Error ? unwritten.cause.message : "";
    lines.push(
      `${events(unwritten.count)} could not be written to the spool and are lost: ${cause}`,
    );
  }
  return lines;
}

function events(count: number): string {
  return count === 1 ? "1 event" : `${count} events`;
}
