import { ChevronRight, TriangleAlert } from "lucide-react";
import { countOf } from "../app/format.js";
import { StatusIcon } from "../parts/status.js";
import type { RunView } from "../run/run-view.js";
import { stepName, stepStatus } from "../run/step.js";
import { LogLine, type LineLook } from "./log-line.js";
import type { Group, Row } from "./log-rows.js";

/** By rank of the level: what a row looks like. */
const LEVELS = ["is-quiet", "is-quiet", "", "is-warning", "is-error", "is-error"];

/** The classes of a row. */
export function classesOf(
  row: Row,
  { lines }: RunView,
  selected: number | undefined,
  current: number | undefined,
): string {
  if (row.kind !== "line") return row.kind === "group" ? "log-row is-group" : "log-row";
  const { place } = row;
  return [
    "log-row",
    LEVELS[lines.levelRank(place)] ?? "",
    place === selected ? "is-selected" : "",
    place === current ? "is-current" : "",
  ].join(" ");
}

/** What stands in a row: a line, the heading of a step, or a word on what is missing. */
export function LogRow({
  store,
  row,
  look,
  closed,
  onSelect,
  onToggle,
}: {
  store: RunView;
  row: Row;
  look: LineLook;
  closed: ReadonlySet<string>;
  onSelect: (place: number) => void;
  onToggle: (key: string) => void;
}) {
  switch (row.kind) {
    case "line": {
      const { lines } = store;
      const { place } = row;
      const step = look.hasStep ? stepName(store, lines.scope(place), lines.node(place)) : "";
      return <LogLine place={place} lines={lines} look={look} step={step} onSelect={onSelect} />;
    }
    case "note":
      return (
        <p className="log-note" title={row.note.text}>
          <TriangleAlert size={13} aria-hidden />
          <bdi className="cut">{row.note.text}</bdi>
        </p>
      );
    case "group": {
      const isClosed = closed.has(row.group.key);
      return <Heading store={store} group={row.group} isClosed={isClosed} onToggle={onToggle} />;
    }
  }
}

function Heading({
  store,
  group: { key, scope, nodeId, count },
  isClosed,
  onToggle,
}: {
  store: RunView;
  group: Group;
  isClosed: boolean;
  onToggle: (key: string) => void;
}) {
  return (
    <button
      className="log-group"
      tabIndex={-1}
      aria-expanded={!isClosed}
      onClick={() => {
        onToggle(key);
      }}
    >
      <ChevronRight size={13} aria-hidden />
      <StatusIcon status={stepStatus(store, scope, nodeId)} />
      <span className="cut">{stepName(store, scope, nodeId)}</span>
      <span className="muted">{countOf(count, "line")}</span>
    </button>
  );
}
