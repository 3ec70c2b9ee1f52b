import { X } from "lucide-react";
import { Link } from "wouter";
import { correlationAddress, scopeAddress } from "../app/address.js";
import { clockText, momentText } from "../app/format.js";
import { CopyButton } from "../parts/copy-button.js";
import { onEscape } from "../parts/on-escape.js";
import type { RunView } from "../run/run-view.js";
import { visibleText } from "../parts/visible-text.js";
import { Json } from "./json.js";

/** All that is stored of an event. */
export function EventDetail({
  store,
  place,
  onClose,
}: {
  store: RunView;
  place: number;
  onClose: () => void;
}) {
  const { records } = store;
  const event = records.event(place);
  if (!event) return null;
  const { type, id, scope, index, correlationId, causationId, occurredAt, source, actor } = event;
  const at = Date.parse(occurredAt);
  return (
    <section
      className="event"
      aria-label={`Event ${records.sequence(place)}`}
      onKeyDown={onEscape(onClose)}
    >
      <header className="event-head">
        <h2 className="cut mono">{type}</h2>
        <CopyButton text={() => records.text(place)} what="the event as it is stored" />
        <button className="button quiet icon" aria-label="Close the event" onClick={onClose}>
          <X size={15} aria-hidden />
        </button>
      </header>
      <div className="event-body">
        <dl className="event-facts">
          <Fact name="Cursor" value={records.cursor(place)} />
          <Fact name="Scope" value={scope} href={scopeAddress(scope)} />
          <Fact name="Index" value={String(index)} />
          <Fact name="Occurred" value={`${momentText(at).slice(0, 10)} ${clockText(at)}`} />
          <Fact name="Correlation" value={correlationId} href={correlationAddress(correlationId)} />
          {causationId !== undefined && <Fact name="Caused by" value={causationId} />}
          <Fact name="Source" value={source} />
          {actor && <Fact name="Actor" value={actor.subject} />}
          <Fact name="Id" value={id} />
          <Fact name="Hash" value={event.hash} />
          <Fact name="Previous" value={event.prev ?? "none: it is the first of its scope"} />
        </dl>
        <h3 className="event-payload">
          Payload
          <CopyButton text={() => JSON.stringify(event.payload, null, 2)} what="payload" />
        </h3>
        <Json value={event.payload} />
      </div>
    </section>
  );
}

function Fact({ name, value, href }: { name: string; value: string; href?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {href === undefined ? (
          <span className="mono cut" title={visibleText(value)}>
            {visibleText(value)}
          </span>
        ) : (
          <Link href={href} className="mono cut" title={visibleText(value)}>
            {visibleText(value)}
          </Link>
        )}
        <CopyButton text={value} what={name.toLowerCase()} />
      </dd>
    </div>
  );
}
