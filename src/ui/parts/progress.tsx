import type { AnyStatus } from "./status.js";
import { lookOf } from "./status.js";
import "./progress.css";

/** How far something has come, 0 to 100; with null it is not known. */
export function Progress({ value, status }: { value: number | null; status: AnyStatus }) {
  const { tone } = lookOf(status);
  const percent = value === null ? undefined : Math.round(value);
  return (
    <span className="progress">
      <span
        className={`progress-bar tone-${tone}`}
        role="progressbar"
        aria-label="Progress"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
      >
        <span style={{ width: `${percent ?? 0}%` }} />
      </span>
      <span className="progress-number">{percent === undefined ? "–" : `${percent}%`}</span>
    </span>
  );
}
