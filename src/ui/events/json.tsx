import { countText } from "../app/format.js";
import type { JsonValue } from "../../envelope/envelope.js";
import { visibleText } from "../parts/visible-text.js";

/** Laying out more takes a browser longer than anybody reads; copying gives all of it. */
const MAX_LENGTH = 100_000;

const TOKENS =
  /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A JSON value for people: indented, and with its kinds of values told apart. */
export function Json({ value }: { value: JsonValue }) {
  const whole = visibleText(JSON.stringify(value, null, 2));
  const text = whole.slice(0, MAX_LENGTH);
  const parts: React.ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    const [token, string, colon] = match;
    const kind = colon !== undefined ? "key" : string !== undefined ? "string" : "other";
    const shown = string ?? token;
    parts.push(text.slice(end, match.index));
    parts.push(
      <span key={match.index} className={`json-${kind}`}>
        {shown}
      </span>,
    );
    end = match.index + shown.length;
  }
  parts.push(text.slice(end));
  return (
    <>
      <pre className="json" dir="ltr" tabIndex={0}>
        {parts}
      </pre>
      {whole.length > MAX_LENGTH && (
        <p className="muted">
          {countText(whole.length - MAX_LENGTH)} characters more; copy has all.
        </p>
      )}
    </>
  );
}
