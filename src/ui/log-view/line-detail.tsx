import { X } from "lucide-react";
import type { ReactNode } from "react";
import { timelineAddress } from "../app/address.js";
import { momentText, clockText } from "../app/format.js";
import { useSurroundings } from "../app/surroundings.js";
import { CopyButton } from "../parts/copy-button.js";
import { onEscape } from "../parts/on-escape.js";
import { visibleText } from "../parts/visible-text.js";
import type { RunView } from "../run/run-view.js";
import { viewAddress } from "../run/view-address.js";
import { plainText } from "./segments.js";

/** What is said apart, or shown with the line already. */
const SHOWN = new Set(["message", "at", "level", "stackTrace", "userFriendlyMessage"]);

/** All that a line's entry says. */
export function LineDetail({
  store,
  place,
  onClose,
}: {
  store: RunView;
  place: number;
  onClose: () => void;
}) {
  const { lines, records } = store;
  const { server, query, Link } = useSurroundings();
  const address = timelineAddress(store.path);
  const own = () => `${server.url.replace(/\/$/, "")}${address}?view=log&line=${place + 1}`;
  const record = lines.record(place);
  const entries = records.event(record)?.payload["entries"];
  const entry = Array.isArray(entries) ? entries[lines.entry(place)] : undefined;
  const members = typeof entry === "object" && entry !== null && !Array.isArray(entry) ? entry : {};
  const { message, at, level } = lines.at(place);
  const rest = Object.entries(members).filter(([name]) => !SHOWN.has(name));
  const friendly = lines.friendlyMessage(place);
  const { stackTrace } = members;
  return (
    <section className="log-detail" aria-label={`Line ${place + 1}`} onKeyDown={onEscape(onClose)}>
      <header>
        <h2>Line {place + 1}</h2>
        <span className="muted">
          {level}, {momentText(at).slice(0, 10)} {clockText(at)}, {lines.scope(place)}
        </span>
        <Link
          href={viewAddress(store.path, query, "events", { sequence: records.sequence(record) })}
        >
          Event {records.sequence(record)}
        </Link>
        <span className="log-detail-tools">
          <CopyButton text={own} what="a link to this line" />
          <button className="button quiet icon" aria-label="Close the line" onClick={onClose}>
            <X size={15} aria-hidden />
          </button>
        </span>
      </header>
      <div className="log-detail-body">
        <Block title="Message" text={plainText(message)} />
        {friendly !== message && <Block title="In plain words" text={friendly} />}
        {typeof stackTrace === "string" && <Block title="Stack trace" text={stackTrace} />}
        {rest.length > 0 && (
          <Block title="More" text={JSON.stringify(Object.fromEntries(rest), null, 2)} />
        )}
      </div>
    </section>
  );
}

function Block({ title, text }: { title: string; text: string }): ReactNode {
  return (
    <div className="log-detail-block">
      <h3>
        {title}
        <CopyButton text={text} what={title.toLowerCase()} />
      </h3>
      <pre dir="ltr">{visibleText(text)}</pre>
    </div>
  );
}
