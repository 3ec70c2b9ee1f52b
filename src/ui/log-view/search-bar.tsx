import { ChevronDown, ChevronUp, Search } from "lucide-react";
import { useState } from "react";
import { countText } from "../app/format.js";
import type { Find } from "./use-find.js";

/** What is looked for in the log, how often it is there, and from one match to the next. */
export function SearchBar({ find }: { find: Find }) {
  const { text: needle, current, count, isDone, change: onChange, step: onStep } = find;
  const [text, setText] = useState(needle);
  const [asked, setAsked] = useState(needle);
  // Back and forward change it too.
  if (asked !== needle) {
    setAsked(needle);
    setText(needle);
  }
  return (
    <div className="log-search" role="search">
      <Search size={14} aria-hidden className="log-search-icon" />
      <input
        className="field"
        type="search"
        aria-label="Find in the log"
        placeholder="Find in the log"
        data-shortcut="search"
        value={text}
        onChange={({ target: { value } }) => {
          setText(value);
          setAsked(value);
          onChange(value);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          onStep(event.shiftKey ? -1 : 1);
        }}
      />
      {needle !== "" && (
        <span className="log-search-count" role="status">
          {count === 0
            ? isDone
              ? "No match"
              : "Looking"
            : `${current === undefined ? "–" : countText(current + 1)} of ${countText(count)}${isDone ? "" : "+"}`}
        </span>
      )}
      <button
        className="button quiet icon"
        aria-label="Previous match"
        data-shortcut="previous"
        disabled={count === 0}
        onClick={() => {
          onStep(-1);
        }}
      >
        <ChevronUp size={15} aria-hidden />
      </button>
      <button
        className="button quiet icon"
        aria-label="Next match"
        data-shortcut="next"
        disabled={count === 0}
        onClick={() => {
          onStep(1);
        }}
      >
        <ChevronDown size={15} aria-hidden />
      </button>
    </div>
  );
}
