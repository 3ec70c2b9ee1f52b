import type { KeyboardEvent } from "react";

/** To be put on what Escape closes while the focus is in it. */
export function onEscape(close: () => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  };
}
