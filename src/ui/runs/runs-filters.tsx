import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Query } from "../app/query.js";
import { lookOf } from "../parts/status.js";
import { visibleText } from "../parts/visible-text.js";
import { statusesOf, TIMES } from "./runs-filter.js";

const ACTIVE = "created,queued,leased,running,paused";
const CHOICES = ["running", "completed", "failed", "canceled", "timed_out"] as const;

/** What is typed is looked for when it has stood so long. */
const TYPED_MS = 250;

/** Which runs are listed; all of it is in the address. */
export function RunsFilters({ query, workflows }: { query: Query; workflows: readonly string[] }) {
  const status = query.get("status") ?? "";
  const isKnown = ["", ACTIVE, ...CHOICES].includes(status);
  const change = (name: string, value: string) => {
    query.set({ [name]: value, after: undefined }, "push");
  };
  return (
    <form
      className="runs-filters"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <TextFilter query={query} />
      <select
        className="field"
        aria-label="Status"
        value={status}
        onChange={(event) => {
          change("status", event.target.value);
        }}
      >
        <option value="">Any status</option>
        <option value={ACTIVE}>Active</option>
        {CHOICES.map((choice) => (
          <option key={choice} value={choice}>
            {lookOf(choice).word}
          </option>
        ))}
        {!isKnown && (
          <option value={status}>
            {statusesOf(status)
              .map((known) => lookOf(known).word)
              .join(", ") || "Any status"}
          </option>
        )}
      </select>
      <Choice
        label="Workflow"
        any="Any workflow"
        value={query.get("workflow") ?? ""}
        choices={workflows.map((id) => [id, visibleText(id)])}
        onChange={(value) => {
          change("workflow", value);
        }}
      />
      <Choice
        label="Time"
        any="Any time"
        value={query.get("since") ?? ""}
        choices={Object.entries(TIMES).map(([id, { words }]) => [id, words])}
        onChange={(value) => {
          change("since", value);
        }}
      />
    </form>
  );
}

function Choice({
  label,
  any,
  value,
  choices,
  onChange,
}: {
  label: string;
  any: string;
  value: string;
  choices: readonly (readonly [id: string, words: string])[];
  onChange: (value: string) => void;
}) {
  const isKnown = value === "" || choices.some(([id]) => id === value);
  return (
    <select
      className="field"
      aria-label={label}
      value={value}
      onChange={(event) => {
        onChange(event.target.value);
      }}
    >
      <option value="">{any}</option>
      {!isKnown && <option value={value}>{visibleText(value)}</option>}
      {choices.map(([id, words]) => (
        <option key={id} value={id}>
          {words}
        </option>
      ))}
    </select>
  );
}

function TextFilter({ query }: { query: Query }) {
  const asked = query.get("q") ?? "";
  const [text, setText] = useState(asked);
  const [shown, setShown] = useState(asked);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // Back and forward change it too.
  if (asked !== shown) {
    setShown(asked);
    if (asked !== text.trim()) setText(asked);
  }
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  return (
    <label className="runs-search">
      <Search size={14} aria-hidden />
      <span className="sr-only">Search runs</span>
      <input
        className="field"
        type="search"
        placeholder="Id, name or workflow"
        value={text}
        maxLength={512}
        data-shortcut="search"
        onChange={({ target: { value } }) => {
          setText(value);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            query.set({ q: value.trim(), after: undefined });
          }, TYPED_MS);
        }}
      />
    </label>
  );
}
