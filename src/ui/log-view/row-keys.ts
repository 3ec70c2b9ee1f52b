import type { KeyboardEvent } from "react";

/** What of a row can be pressed. */
const PRESSED = ".log-number, .log-group";

/** These scroll the list, and the row that has the focus may not be there afterwards. */
const SCROLLING: ReadonlySet<string> = new Set(["PageUp", "PageDown", "Home", "End"]);

/**
 * Leads from the list to the rows that are seen, and from row to row, by arrow keys; Escape leads back. Tab goes
 * past all of them: to whoever needs the keyboard a hundred thousand stops would be a trap.
 *
 * @param onEnd the end is wanted, which may have moved before the list has been scrolled to it
 */
export function onRowKeys(
  onMove: () => void,
  onEnd: () => void,
): (event: KeyboardEvent<HTMLElement>) => void {
  return (event) => {
    const { key, currentTarget: list, target } = event;
    if (key === "End") onEnd();
    if (SCROLLING.has(key) || key === "Escape") list.focus({ preventScroll: true });
    if (key !== "ArrowDown" && key !== "ArrowUp") return;
    const row = target instanceof Element ? target.closest("[data-index]") : null;
    const next = nextRow(list, row, key === "ArrowDown");
    if (!next) return;
    event.preventDefault();
    onMove();
    next.focus();
  };
}

/** Of the next row that has something to press; from the list itself the first or last one that is seen. */
function nextRow(list: HTMLElement, row: Element | null, isDown: boolean): HTMLElement | undefined {
  const rows = [...list.querySelectorAll<HTMLElement>(PRESSED)];
  if (!isDown) rows.reverse();
  if (row) return rows[rows.findIndex((each) => row.contains(each)) + 1];
  const { top, bottom } = list.getBoundingClientRect();
  return rows.find((each) => {
    const box = each.getBoundingClientRect();
    return box.top >= top && box.bottom <= bottom;
  });
}
