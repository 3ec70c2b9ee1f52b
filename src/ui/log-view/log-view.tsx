import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { clockText, countOf, countText } from "../app/format.js";
import { useQuery, type Query } from "../app/query.js";
import { Notice } from "../parts/notice.js";
import { Nothing } from "../parts/nothing.js";
import type { RunView } from "../run/run-view.js";
import { useRunVersion } from "../run/use-run.js";
import { LineDetail } from "./line-detail.js";
import { logFilterOf } from "./log-filter.js";
import type { LineLook } from "./log-line.js";
import { classesOf, LogRow } from "./log-row.js";
import type { LogRows } from "./log-rows.js";
import { LogToolbar } from "./log-toolbar.js";
import { onRowKeys } from "./row-keys.js";
import { SearchBar } from "./search-bar.js";
import { plainText } from "./segments.js";
import { useFind } from "./use-find.js";
import { useFollow } from "./use-follow.js";
import { useLogRows } from "./use-log-rows.js";
import "./ansi.css";
import "./log-view.css";

const ROW_PX = 20;
/** Rows beyond what is seen, above and below: as far as a wheel is turned at once. */
const OVERSCAN = 6;
/** Elements for rows are made by so many, so that few windows are of another number than before when they grow. */
const SLOTS = 32;

/** More is not copied at once: it is downloaded. */
const MAX_COPIED = 50_000;
/** No row is wider, in characters: longer lines are cut. */
const MAX_WIDTH = 2140;

/** The log of a timeline. */
export function LogView({ store }: { store: RunView }) {
  const version = useRunVersion(store);
  const query = useQuery();
  const filter = logFilterOf(query);
  const isGrouped = query.get("group") === "1";
  const isWrapped = query.get("wrap") === "1";
  const selected = placeOf(query.get("line"));
  const { lines, lineEnd, state, path } = store;

  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useLogRows(store, filter, isGrouped ? closed : undefined);

  const list = useRef<HTMLDivElement>(null);
  const isPast = store.past !== undefined;
  const isGoing = isPast || store.correlationId !== undefined || (state && state.endedAt === null);
  // Where the address names a line or a word, that is what is wanted.
  const hasPlace = selected !== undefined || query.get("find") !== undefined;
  const virtualizer = useVirtualizer({
    count: rows.count,
    getScrollElement: () => list.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
  });
  // After the virtualizer, which begins with a scroll to the start.
  const follow = useFollow(list, rows.count, hasPlace ? false : isGoing, store.isCaughtUp, isPast);
  useEffect(() => {
    virtualizer.measure();
    if (!isWrapped) return;
    // A row that is as high as the one before it tells nobody that it is another one. Asked for, heights are
    // those that are guessed again, and differences from them count.
    virtualizer.getTotalSize();
    for (const row of list.current?.querySelectorAll("[data-index]") ?? []) {
      virtualizer.measureElement(row);
    }
  }, [virtualizer, isWrapped, rows]);

  const goTo = (place: number) => {
    follow.set(false);
    virtualizer.scrollToIndex(rows.indexOfLine(place), { align: "center" });
  };
  const firstSeen = (): number => {
    const row = rows.at(Math.floor((list.current?.scrollTop ?? 0) / ROW_PX));
    return row?.kind === "line" ? row.place : lines.first;
  };
  const find = useFind(store, filter, query, version, firstSeen, goTo);
  useGoToLine(selected, lineEnd, goTo);
  const hasStep = !isGrouped && lines.scopes.all.length + lines.nodes.all.length > 2;
  const look = useLook(store, query, { isWrapped, hasStep, needle: find.needle });
  const shown = virtualizer.getVirtualItems();
  // Rows that come take the elements of those that go: to make others takes several times as long. There are as many
  // as the window has room for, also where the list is lower for now: with another number all are made anew, and what
  // has the focus is gone. Where each has a height of its own, it is measured when it is made.
  const most = Math.max(shown.length, window.innerHeight / ROW_PX + 2 * OVERSCAN + 1);
  const slots = Math.ceil(most / SLOTS) * SLOTS;
  const { set } = query;
  const select = useCallback(
    (place: number) => {
      set({ line: String(place + 1) }, "push");
    },
    [set],
  );

  return (
    <div className="log" data-wrap={isWrapped}>
      <div className="log-bar">
        <SearchBar find={find} />
        <LogToolbar
          query={query}
          filter={filter}
          path={path}
          isPast={isPast}
          textOfAll={() => textOf(rows, store)}
        />
      </div>
      {lines.first > 0 && (
        <Notice>
          The first {countText(lines.first)} lines are not kept in this tab. The download has them.
        </Notice>
      )}
      {selected !== undefined && selected >= lineEnd && store.isCaughtUp && (
        <Notice>
          {isPast && selected < lines.end
            ? `Line ${countText(selected + 1)} comes later: by then the log had ${countOf(lineEnd, "line")}.`
            : `There is no line ${countText(selected + 1)}: the log has ${countOf(lineEnd, "line")}${store.hasEnded ? "." : " so far."}`}
        </Notice>
      )}
      <div className="log-middle">
        <div
          className="log-list"
          data-shortcut="list"
          ref={list}
          onScroll={follow.onScroll}
          onKeyDown={onRowKeys(
            () => {
              follow.set(false);
            },
            () => {
              if (isGoing) follow.set(true);
            },
          )}
          tabIndex={0}
          role="log"
          aria-live="off"
          aria-label="Log"
        >
          {rows.count === 0 && store.isCaughtUp && <NoLines store={store} />}
          <div
            className="log-rows"
            style={{
              height: virtualizer.getTotalSize(),
              minWidth: isWrapped ? undefined : `${Math.min(lines.longest + 40, MAX_WIDTH)}ch`,
            }}
          >
            {shown.map(({ index, start }) => {
              const row = rows.at(index);
              if (!row) return null;
              return (
                <div
                  key={isWrapped ? index : index % slots}
                  ref={isWrapped ? virtualizer.measureElement : undefined}
                  data-index={index}
                  data-line={row.kind === "line" ? row.place + 1 : undefined}
                  className={classesOf(row, store, selected, find.place)}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <LogRow
                    store={store}
                    row={row}
                    look={look}
                    closed={closed}
                    onSelect={select}
                    onToggle={(key) => {
                      setClosed(toggled(closed, key));
                    }}
                  />
                </div>
              );
            })}
          </div>
        </div>
        {!follow.isOn && isGoing && rows.count > 0 && (
          <button
            className="button log-new"
            data-shortcut="follow"
            onClick={() => {
              follow.set(true);
            }}
          >
            <ArrowDown size={14} aria-hidden />
            {follow.newCount > 0 ? countOf(follow.newCount, "new line") : "Follow"}
          </button>
        )}
      </div>
      {selected !== undefined && selected >= lines.first && selected < lineEnd && (
        <LineDetail
          store={store}
          place={selected}
          onClose={() => {
            set({ line: undefined });
            const row = `[data-line="${selected + 1}"] .log-number`;
            (list.current?.querySelector<HTMLElement>(row) ?? list.current)?.focus();
          }}
        />
      )}
    </div>
  );
}

/** How lines look; the same object for as long as they look the same. */
function useLook(
  { state, lines }: RunView,
  query: Query,
  { isWrapped, hasStep, needle }: Pick<LineLook, "isWrapped" | "hasStep" | "needle">,
): LineLook {
  const time = query.get("time");
  const { lens } = logFilterOf(query);
  const startedAt = Date.parse(state?.total.firstAt ?? "") || lines.time(lines.first);
  return useMemo(() => {
    const mode = time === "since" || time === "none" ? time : "clock";
    return { time: mode, startedAt, lens, isWrapped, hasStep, needle };
  }, [time, startedAt, lens, isWrapped, hasStep, needle]);
}

function NoLines({ store }: { store: RunView }) {
  const isEmpty = store.lineEnd === 0;
  const hint = store.past
    ? "Lines appear here as time goes on."
    : store.hasEnded
      ? "This has ended without a line of log."
      : "Lines appear here as they come.";
  return (
    <Nothing title={isEmpty ? "Nothing has been logged" : "No line passes the filters"}>
      <p>{isEmpty ? hint : `There are ${countOf(store.lineEnd, "line")} in all.`}</p>
    </Nothing>
  );
}

/** Goes to the line that the address names, once it is there; and again only when it names another. */
function useGoToLine(
  selected: number | undefined,
  end: number,
  goTo: (place: number) => void,
): void {
  const done = useRef<number>(undefined);
  useEffect(() => {
    if (selected === undefined) done.current = undefined;
    if (selected === undefined || selected === done.current || selected >= end) return;
    done.current = selected;
    goTo(selected);
  }, [selected, end, goTo]);
}

function placeOf(line: string | undefined): number | undefined {
  return line !== undefined && /^[1-9][0-9]{0,8}$/.test(line) ? Number(line) - 1 : undefined;
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}

function textOf(rows: LogRows, { lines }: RunView): string {
  const texts: string[] = [];
  for (let i = Math.max(0, rows.count - MAX_COPIED); i < rows.count; i++) {
    const row = rows.at(i);
    if (row?.kind !== "line") continue;
    texts.push(`${clockText(lines.time(row.place))} ${plainText(lines.message(row.place))}`);
  }
  return texts.join("\n");
}
