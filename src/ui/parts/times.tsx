import { useNow } from "../app/clock.js";
import { agoText, durationText, momentText, tickingText } from "../app/format.js";

/** How long something took; while it goes on, how long it has taken so far. */
export function Duration({
  startedAt,
  endedAt,
  durationMs,
}: {
  startedAt: string | null;
  endedAt: string | null;
  durationMs: number | null;
}) {
  const isTicking = startedAt !== null && endedAt === null && durationMs === null;
  const now = useNow(isTicking);
  if (durationMs !== null) return <>{durationText(durationMs)}</>;
  if (startedAt === null) return <span className="muted">–</span>;
  if (endedAt !== null) {
    return <>{durationText(Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)))}</>;
  }
  return <>{tickingText(Math.max(0, now - Date.parse(startedAt)))}</>;
}

/** When something was, seen from now; exactly when, where the mouse rests. */
export function Moment({ at }: { at: string | null }) {
  const now = useNow(at !== null);
  if (at === null) return <span className="muted">–</span>;
  const ms = Date.parse(at);
  return (
    <time dateTime={at} title={momentText(ms)}>
      {agoText(Math.max(0, now - ms))}
    </time>
  );
}
