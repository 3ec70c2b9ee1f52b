import { ScrollText, X } from "lucide-react";
import { findById } from "../../projections/keyed-list.js";
import { scopeAddress } from "../app/address.js";
import { clockText, countOf, durationText } from "../app/format.js";
import { useSurroundings } from "../app/surroundings.js";
import { onEscape } from "../parts/on-escape.js";
import { Status } from "../parts/status.js";
import { visibleText } from "../parts/visible-text.js";
import type { RunView } from "../run/run-view.js";
import { scopeStateOf } from "../run/step.js";
import { viewAddress } from "../run/view-address.js";
import type { Bar } from "./timeline-rows.js";

/** What is known of the bar that is selected, and where its log is. */
export function BarDetail({
  store,
  bar,
  now,
  onClose,
}: {
  store: RunView;
  bar: Bar;
  now: number;
  onClose: () => void;
}) {
  const { query, Link } = useSurroundings();
  const { scope, nodeId, name, status, pieces, marks } = bar;
  const state = scopeStateOf(store, scope);
  const node = nodeId === "" ? undefined : state && findById(state.nodes, "nodeId", nodeId);
  const error = nodeId === "" ? state?.error : node?.error;
  const reason = nodeId === "" ? state?.reason : node?.reason;
  return (
    <section className="bar" aria-label={name} onKeyDown={onEscape(onClose)}>
      <header className="bar-head">
        <h2 className="cut">
          <bdi>{name}</bdi>
        </h2>
        <button className="button quiet icon" aria-label="Close the details" onClick={onClose}>
          <X size={15} aria-hidden />
        </button>
      </header>
      <div className="bar-body">
        <p className="bar-status">
          <Status status={status} />
          {(nodeId !== "" || state === undefined) && (
            <span className="muted mono cut">{visibleText(nodeId)}</span>
          )}
        </p>
        {error?.message && (
          <p className="bar-failure">
            <bdi>{visibleText(error.message)}</bdi>
          </p>
        )}
        {reason && <p className="muted">{visibleText(reason)}</p>}
        <p className="bar-links">
          <Link className="button" href={viewAddress(store.path, query, "log", { node: bar.key })}>
            <ScrollText size={14} aria-hidden />
            Log
          </Link>
          {nodeId === "" && scope !== store.path && (
            <Link className="button" href={scopeAddress(scope)}>
              Its own page
            </Link>
          )}
        </p>
        {pieces.length > 0 && (
          <table className="bar-pieces">
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">From</th>
                <th scope="col">Took</th>
              </tr>
            </thead>
            <tbody>
              {pieces.map((piece, i) => (
                <tr key={i}>
                  <td>
                    <span className="bar-piece">
                      {piece.title}
                      {piece.kind === "active" && <Status status={piece.status} />}
                    </span>
                  </td>
                  <td>{clockText(piece.from)}</td>
                  <td>{durationText((piece.to ?? now) - piece.from)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {marks.length > 0 && (
          <>
            <h3>{countOf(marks.length, "milestone")}</h3>
            <ol className="bar-marks">
              {marks.slice(-20).map(({ at, title }, i) => (
                <li key={i}>
                  <span className="muted">{clockText(at)}</span> <bdi>{title}</bdi>
                </li>
              ))}
            </ol>
          </>
        )}
      </div>
    </section>
  );
}
