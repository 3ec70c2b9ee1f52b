import { useRef, type KeyboardEvent, type ReactNode } from "react";
import { navigate } from "wouter/use-browser-location";
import { countText } from "../app/format.js";
import type { RunView } from "./run-view.js";
import { TABS, type Tab } from "./tabs.js";

/** The views to choose from. */
export function RunTabs({
  tab: shown,
  store,
  children,
}: {
  tab: Tab;
  store: RunView;
  /** What stands beside them. */
  children?: ReactNode;
}) {
  const list = useRef<HTMLDivElement>(null);
  const counts: Record<string, number> = { log: store.lineEnd, events: store.recordEnd };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const next = TABS[(TABS.indexOf(shown) + step + TABS.length) % TABS.length];
    if (!next) return;
    open(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <div className="run-tabs">
      <div
        className="run-tab-list"
        role="tablist"
        aria-label="Views"
        ref={list}
        onKeyDown={onKeyDown}
      >
        {TABS.map((tab) => {
          const { id, title, icon: Icon } = tab;
          const isShown = tab === shown;
          const count = counts[id] ?? 0;
          return (
            <button
              key={id}
              id={`tab-${id}`}
              role="tab"
              className="run-tab"
              aria-selected={isShown}
              aria-controls="run-view"
              tabIndex={isShown ? 0 : -1}
              onClick={() => {
                open(tab);
              }}
            >
              <Icon size={15} aria-hidden />
              {title}
              {count > 0 && <span className="run-tab-count">{countText(count)}</span>}
            </button>
          );
        })}
      </div>
      {children}
    </div>
  );
}

/** What belongs to the view before, a line or an event, is not taken along. */
function open({ id }: Tab): void {
  const parameters = new URLSearchParams(window.location.search);
  parameters.set("view", id);
  parameters.delete("line");
  navigate(`${window.location.pathname}?${parameters.toString()}`);
}
