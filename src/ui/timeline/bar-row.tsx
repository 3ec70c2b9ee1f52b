import { ChevronRight } from "lucide-react";
import { durationText } from "../app/format.js";
import { lookOf, StatusIcon } from "../parts/status.js";
import { shareOf, type Range } from "./range.js";
import type { Bar, Piece } from "./timeline-rows.js";

/** A bar of the waterfall with its name. */
export function BarRow({
  id,
  bar,
  range,
  now,
  start,
  isSelected,
  isClosed,
  onSelect,
  onToggle,
}: {
  id: string;
  bar: Bar;
  range: Range;
  now: number;
  start: number;
  isSelected: boolean;
  isClosed: boolean;
  onSelect: (key: string) => void;
  onToggle: (key: string) => void;
}) {
  const { key, depth, name, kind, status, pieces, marks, hasChildren } = bar;
  const first = pieces.find(({ kind }) => kind === "active");
  const last = pieces.at(-1);
  const tookMs = first && last ? (last.to ?? now) - first.from : undefined;
  return (
    <div
      id={id}
      className="timeline-row"
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={isSelected}
      aria-expanded={hasChildren ? !isClosed : undefined}
      data-node={key}
      style={{ transform: `translateY(${start}px)` }}
      onClick={() => {
        onSelect(key);
      }}
    >
      <div className="timeline-name" style={{ paddingLeft: `${12 + Math.min(depth, 8) * 16}px` }}>
        {hasChildren ? (
          <button
            className="timeline-fold"
            tabIndex={-1}
            aria-label={isClosed ? `Unfold ${name}` : `Fold ${name}`}
            onClick={(event) => {
              event.stopPropagation();
              onToggle(key);
            }}
          >
            <ChevronRight size={14} aria-hidden className={isClosed ? "" : "is-open"} />
          </button>
        ) : (
          <span className="timeline-fold" />
        )}
        <StatusIcon status={status} />
        <bdi className="cut" title={name}>
          {name}
        </bdi>
        {kind !== "" && <span className="timeline-kind">{kind}</span>}
        <span className="timeline-took">{tookMs === undefined ? "" : durationText(tookMs)}</span>
      </div>
      <div className="timeline-lane">
        {pieces.map((piece, i) => (
          <PieceOfBar key={i} piece={piece} range={range} now={now} />
        ))}
        {marks.map(({ at, title }, i) =>
          at >= range.from && at <= range.to ? (
            <span
              key={i}
              className="timeline-mark"
              role="img"
              aria-label={`Milestone: ${title}`}
              title={title}
              style={{ left: `${shareOf(at, range)}%` }}
            />
          ) : null,
        )}
      </div>
    </div>
  );
}

function PieceOfBar({ piece, range, now }: { piece: Piece; range: Range; now: number }) {
  const { kind, from, status, title } = piece;
  const to = piece.to ?? now;
  if (to < range.from || from > range.to) return null;
  const left = shareOf(Math.max(from, range.from), range);
  const right = shareOf(Math.min(to, range.to), range);
  const { tone, word } = lookOf(status);
  const words = kind === "waiting" ? title : `${title}: ${word}`;
  return (
    <span
      className={`timeline-piece is-${kind} tone-${tone}`}
      title={`${words}, ${durationText(to - from)}`}
      style={{ left: `${left}%`, width: `${Math.max(0, right - left)}%` }}
    />
  );
}
