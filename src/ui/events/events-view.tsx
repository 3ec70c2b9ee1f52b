import { useVirtualizer } from "@tanstack/react-virtual";
import { ShieldX, TriangleAlert } from "lucide-react";
import { memo, useEffect, useMemo, useRef, type KeyboardEvent } from "react";
import { navigate } from "wouter/use-browser-location";
import { typePattern } from "../../envelope/type-glob.js";
import { parseFilter } from "../../wire/event-filter.js";
import { clockText, countOf, countText } from "../app/format.js";
import { useQuery, type Query } from "../app/query.js";
import { Notice } from "../parts/notice.js";
import { Nothing } from "../parts/nothing.js";
import { useBrokenEvents } from "../proof/broken-events.js";
import type { Records } from "../run/records.js";
import { RowsInOrder } from "../run/rows-in-order.js";
import type { RunView } from "../run/run-view.js";
import { useHash } from "../run/use-hash.js";
import { useRunVersion } from "../run/use-run.js";
import { EventDetail } from "./event-detail.js";
import { gistOf } from "./gist.js";
import "./events.css";

const ROW_PX = 28;
const OVERSCAN = 16;

/** Matches no type. */
const NOTHING = /(?!)/;

/** The events of a timeline, each as it is stored. */
export function EventsView({ store }: { store: RunView }) {
  useRunVersion(store);
  const query = useQuery();
  const { records, recordEnd, notes } = store;
  const type = query.get("type");
  const rows = useEventRows(store, type);
  const broken = useBrokenEvents();
  const sequence = sequenceIn(useHash());
  const place = sequence === undefined ? undefined : records.placeOf(sequence);
  const selected = place !== undefined && place < recordEnd ? place : undefined;

  const list = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.count,
    getScrollElement: () => list.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  });
  // What the address names comes into view, once it is there.
  const shown = useRef<number>(undefined);
  useEffect(() => {
    if (selected === undefined || selected === shown.current) return;
    shown.current = selected;
    virtualizer.scrollToIndex(rows.indexOf(selected), { align: "auto" });
  }, [selected, rows, virtualizer]);

  // As of another event, that one comes into view.
  const isFollowing = store.past !== undefined && sequence === undefined;
  const { count } = rows;
  useEffect(() => {
    if (isFollowing && count > 0) virtualizer.scrollToIndex(count - 1, { align: "end" });
  }, [isFollowing, count, virtualizer]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    let index = selected === undefined ? -1 : rows.indexOf(selected);
    let row = rows.at((index += step));
    while (row !== undefined && typeof row !== "number") row = rows.at((index += step));
    if (row !== undefined) select(records, row);
  };

  return (
    <div className="events">
      <div className="events-bar">
        <TypeFilter query={query} store={store} />
        <span className="muted">{countOf(rows.count - notes.length, "event")}</span>
      </div>
      {records.first > 0 && (
        <Notice>
          The first {countText(records.first)} events are not kept in this tab.{" "}
          <a href={`/v1/${store.path}/events?format=ndjson`} download>
            Download all of them
          </a>
        </Notice>
      )}
      {sequence !== undefined && selected === undefined && store.isCaughtUp && (
        <Notice>
          {place !== undefined
            ? `Event ${sequence} comes later than what is shown.`
            : records.first > 0 && sequence < records.sequence(records.first)
              ? `Event ${sequence} is not kept in this tab any more.`
              : `There is no event ${sequence} here.`}
        </Notice>
      )}
      <div className="events-main">
        <div className="events-table" role="table" aria-label="Events" aria-rowcount={rows.count}>
          <div className="events-row events-heads" role="row">
            <span role="columnheader">Sequence</span>
            <span role="columnheader">Time</span>
            <span role="columnheader">Type</span>
            <span role="columnheader">Scope</span>
            <span role="columnheader">What it says</span>
          </div>
          <div
            className="events-list"
            data-shortcut="list"
            ref={list}
            tabIndex={0}
            role="rowgroup"
            onKeyDown={onKeyDown}
          >
            {rows.count === 0 && store.isCaughtUp && (
              <Nothing title={recordEnd === 0 ? "No events yet" : "No event is of this type"} />
            )}
            <div className="events-rows" style={{ height: virtualizer.getTotalSize() }}>
              {virtualizer.getVirtualItems().map(({ index, start }) => {
                const row = rows.at(index);
                if (row === undefined) return null;
                const flaw =
                  typeof row === "number" ? broken.get(records.sequence(row)) : undefined;
                return (
                  <div
                    key={index}
                    role="row"
                    aria-rowindex={index + 1}
                    aria-selected={row === selected}
                    className={flaw === undefined ? "events-row" : "events-row is-broken"}
                    style={{ transform: `translateY(${start}px)` }}
                    onClick={() => {
                      if (typeof row === "number") select(records, row);
                    }}
                  >
                    {typeof row === "number" ? (
                      <Cells records={records} place={row} path={store.path} flaw={flaw} />
                    ) : (
                      <span role="cell" className="events-note" title={row.text}>
                        <TriangleAlert size={13} aria-hidden />
                        <bdi className="cut">{row.text}</bdi>
                      </span>
                    )}
                  </div>
                );
              })}
            </div>
          </div>
        </div>
        {selected !== undefined && (
          <EventDetail
            store={store}
            place={selected}
            onClose={() => {
              navigate(window.location.pathname + window.location.search);
              list.current?.focus();
            }}
          />
        )}
      </div>
    </div>
  );
}

const Cells = memo(function Cells({
  records,
  place,
  path,
  flaw,
}: {
  records: Records;
  place: number;
  path: string;
  /** The check that it fails. */
  flaw: string | undefined;
}) {
  const event = records.event(place);
  const scope = records.scope(place);
  const type = records.type(place);
  return (
    <>
      <span role="cell" className="events-sequence">
        {flaw !== undefined && (
          <ShieldX size={14} role="img">
            <title>{`Broken: ${flaw}`}</title>
          </ShieldX>
        )}
        {records.sequence(place)}
      </span>
      <span role="cell" className="events-time">
        {clockText(records.time(place))}
      </span>
      <span role="cell" className={`events-type cut ${toneOf(type)}`} title={type}>
        {type}
      </span>
      <span role="cell" className="events-scope cut" title={scope}>
        {scope.startsWith(`${path}/`) ? scope.slice(path.length + 1) : scope}
      </span>
      <span role="cell" className="events-gist cut">
        <bdi>{event ? gistOf(event.payload) : ""}</bdi>
      </span>
    </>
  );
});

function toneOf(type: string): string {
  if (/\.(?:completed|granted)$/.test(type)) return "is-good";
  return /(?:failed|timed_out|denied|expired)$/.test(type) ? "is-bad" : "";
}

function TypeFilter({ query, store }: { query: Query; store: RunView }) {
  const type = query.get("type") ?? "";
  const { records, recordEnd } = store;
  const counts = records.countsBefore(recordEnd);
  const types = records.types.all
    .map((name, number) => ({ name, count: counts[number] ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const families = new Map<string, number>();
  for (const { name, count } of types) {
    const family = `${name.slice(0, name.indexOf("."))}.*`;
    families.set(family, (families.get(family) ?? 0) + count);
  }
  const isKnown = type === "" || families.has(type) || types.some(({ name }) => name === type);
  return (
    <select
      className="field"
      aria-label="Type"
      value={type}
      onChange={(event) => {
        query.set({ type: event.target.value }, "push");
      }}
    >
      <option value="">All types</option>
      {!isKnown && <option value={type}>{type}</option>}
      <optgroup label="Families">
        {[...families].map(([family, count]) => (
          <option key={family} value={family}>
            {family} ({countText(count)})
          </option>
        ))}
      </optgroup>
      <optgroup label="Types">
        {types.map(({ name, count }) => (
          <option key={name} value={name}>
            {name} ({countText(count)})
          </option>
        ))}
      </optgroup>
    </select>
  );
}

/** The events of the types that are wanted, up to date with the store. */
function useEventRows(store: RunView, type: string | undefined): RowsInOrder {
  const { records, recordEnd, notes } = store;
  // Events that are let go take their rows along.
  const { first } = records;
  const rows = useMemo(() => {
    const passes = passesOf(type, records);
    return new RowsInOrder(first, notes, ({ record }) => record, passes);
  }, [records, notes, type, first]);
  rows.update(recordEnd);
  return rows;
}

function passesOf(type: string | undefined, records: Records): (place: number) => boolean {
  if (type === undefined) return () => true;
  const pattern = patternOf(type);
  const known: (boolean | undefined)[] = [];
  return (place) => {
    const number = records.typeNumber(place);
    return (known[number] ??= pattern.test(records.types.at(number)));
  };
}

/** Somebody may have written the address by hand: what is no filter lets nothing through. */
function patternOf(type: string): RegExp {
  try {
    return typePattern(parseFilter({ type })?.type ?? []);
  } catch {
    return NOTHING;
  }
}

function sequenceIn(hash: string): number | undefined {
  const digits = /^#seq=(\d{1,15})$/.exec(hash)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function select(records: Records, place: number): void {
  const { pathname, search } = window.location;
  navigate(`${pathname}${search}#seq=${records.sequence(place)}`);
}
