import type { EventEnvelope } from "../../envelope/envelope.js";
import type { GapFrame } from "../../wire/frame.js";
import { countOf } from "../app/format.js";
import { visibleText } from "../parts/visible-text.js";

/** Something that is missing, said where it is missing. */
export interface Note {
  /** It stands before this line, and before this event. */
  line: number;
  record: number;
  text: string;
}

const REASONS: Record<GapFrame["reason"], string> = {
  retention: "they have reached the end of their retention",
  purge: "they were removed from the log",
  epoch: "the log was begun anew, and this is another one",
  ahead: "the log ends before the position that this page had reached",
};

/** What a gap in the stream means. */
export function gapText({ reason, firstAvailable, lost }: GapFrame): string {
  const counts = lost.map(({ scope, fromIndex, toIndex }) =>
    fromIndex === undefined
      ? `those up to event ${toIndex} of ${scope}`
      : fromIndex === toIndex
        ? `event ${toIndex} of ${scope}`
        : `events ${fromIndex} to ${toIndex} of ${scope}`,
  );
  const what =
    counts.length === 0 ? "Events may be missing here" : `Missing here: ${listed(counts)}`;
  return `${what}: ${REASONS[reason]}. The log begins at sequence ${firstAvailable}.`;
}

/** What a `log.truncated` event says. */
export function droppedText({ payload }: EventEnvelope): string {
  const { droppedEntries, reason } = payload;
  const count = typeof droppedEntries === "number" ? droppedEntries : 0;
  const because = typeof reason === "string" && reason !== "" ? `: ${visibleText(reason)}` : "";
  return `${countOf(count, "line was", "lines were")} left out here by the producer${because}.`;
}

const MAX_LISTED = 3;

function listed(items: readonly string[]): string {
  const shown = items.slice(0, MAX_LISTED).join(", ");
  const more = items.length - MAX_LISTED;
  return more > 0 ? `${shown} and of ${countOf(more, "more scope")}` : shown;
}
