import { memo } from "react";
import { CircleAlert, CircleX, Flag, Info, TriangleAlert } from "lucide-react";
import { clockText, countText, sinceText } from "../app/format.js";
import type { Lines } from "../run/lines.js";
import { segmentsOf, type Segment } from "./segments.js";

/** Longer lines are cut where they are listed: a browser takes long to lay out what nobody can see. */
const SHOWN_LENGTH = 2000;

export type TimeMode = "clock" | "since" | "none";

export interface LineLook {
  time: TimeMode;
  /** Milliseconds since 1970, from which relative times count. */
  startedAt: number;
  lens: "business" | "technical" | undefined;
  /** Line feeds within a message break its line. */
  isWrapped: boolean;
  /** The name of the step is shown with each line. */
  hasStep: boolean;
  needle: string;
}

/** A line of the log: its number, its time, what is peculiar about it, and its message. */
export const LogLine = memo(function LogLine({
  place,
  lines,
  look,
  step,
  onSelect,
}: {
  place: number;
  lines: Lines;
  look: LineLook;
  step: string;
  onSelect: (place: number) => void;
}) {
  const { at, level, isSeparator, isStderr, isMilestone, isCut } = lines.at(place);
  const { time, startedAt, lens, isWrapped, hasStep, needle } = look;
  const message = lens === "business" ? lines.friendlyMessage(place) : lines.message(place);
  const shown = message.length > SHOWN_LENGTH ? message.slice(0, SHOWN_LENGTH) : message;
  return (
    <>
      <button
        className="log-number"
        tabIndex={-1}
        aria-label={`Line ${place + 1}`}
        onClick={() => {
          onSelect(place);
        }}
      >
        {place + 1}
      </button>
      {time !== "none" && (
        <span className="log-time">
          {time === "clock" ? clockText(at) : sinceText(at - startedAt)}
        </span>
      )}
      <Mark level={level} isMilestone={isMilestone} isStderr={isStderr} />
      {hasStep && (
        <span className="log-step cut" title={step}>
          {step}
        </span>
      )}
      <span className={isSeparator ? "log-message log-separator" : "log-message"}>
        {segmentsOf(shown).map((segment, i) => (
          <Piece key={i} segment={segment} needle={needle} isWrapped={isWrapped} />
        ))}
        {message.length > SHOWN_LENGTH && (
          <button
            className="log-more"
            tabIndex={-1}
            onClick={() => {
              onSelect(place);
            }}
          >
            {countText(message.length - SHOWN_LENGTH)} characters more
          </button>
        )}
        {isCut && <span className="log-chip">cut by the server at 10 KiB</span>}
      </span>
    </>
  );
});

/** Why a line stands out: its level, that it is a milestone, or that it came from standard error. */
function Mark({
  level,
  isMilestone,
  isStderr,
}: {
  level: string;
  isMilestone: boolean;
  isStderr: boolean;
}) {
  const name = { role: "img", size: 13, strokeWidth: 2.25 } as const;
  return (
    <span className="log-mark">
      {level === "critical" ? (
        <CircleX {...name} aria-label="critical" className="log-mark-failure" />
      ) : level === "error" ? (
        <CircleAlert {...name} aria-label="error" className="log-mark-failure" />
      ) : level === "warning" ? (
        <TriangleAlert {...name} aria-label="warning" className="log-mark-warning" />
      ) : isMilestone ? (
        <Flag {...name} aria-label="milestone" className="log-mark-milestone" />
      ) : isStderr ? (
        <abbr title="standard error">err</abbr>
      ) : level === "info" ? null : (
        <Info {...name} aria-label={level} className="log-mark-quiet" />
      )}
    </span>
  );
}

/** A piece of a line, with what is searched for marked. */
function Piece({
  segment,
  needle,
  isWrapped,
}: {
  segment: Segment;
  needle: string;
  isWrapped: boolean;
}) {
  const { className, color, background } = segment;
  const text = isWrapped ? segment.text : segment.text.replaceAll("\n", "↵");
  const parts = needle === "" ? [text] : partsOf(text, needle);
  const content = parts.map((part, i) => (i % 2 === 1 ? <mark key={i}>{part}</mark> : part));
  if (className === "" && color === undefined && background === undefined) return <>{content}</>;
  const classes = [className, color && "ansi-own-fg", background && "ansi-own-bg"];
  const own: Record<string, string | undefined> = { "--fg": color, "--bg": background };
  return (
    <span className={classes.filter(Boolean).join(" ")} style={own}>
      {content}
    </span>
  );
}

/** What is searched for at odd places, what stands between at even ones. */
function partsOf(text: string, needle: string): string[] {
  const lower = text.toLowerCase();
  // In few languages a letter becomes two: places would be wrong.
  if (lower.length !== text.length) return [text];
  const parts: string[] = [];
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + needle.length));
    from = at + needle.length;
  }
  parts.push(text.slice(from));
  return parts;
}
