import { Download, Flag, Layers, WrapText, X } from "lucide-react";
import { LOG_LEVELS } from "../../envelope/catalogue/log-entry.js";
import { addressOf, type ConnectionOptions } from "../../client/connection.js";
import type { Query } from "../app/query.js";
import { useSurroundings } from "../app/surroundings.js";
import { CopyButton } from "../parts/copy-button.js";
import { visibleText } from "../parts/visible-text.js";
import type { LogFilter } from "./log-filter.js";

const FORMS = [
  ["txt", "Text"],
  ["ndjson", "NDJSON"],
  ["csv", "CSV"],
] as const;

/** How the log is shown, and what of it; all of it is in the address. */
export function LogToolbar({
  query,
  filter,
  path,
  isPast,
  textOfAll,
}: {
  query: Query;
  filter: LogFilter;
  path: string;
  /** It is shown as it was; a download has all that there is now. */
  isPast: boolean;
  textOfAll: () => string;
}) {
  const { server } = useSurroundings();
  const { level, lens, milestones, node } = filter;
  const download = isPast ? "Download the log as it is now" : "Download the log";
  const toggle = (name: string, isOn: boolean) => {
    query.set({ [name]: isOn ? undefined : "1" });
  };
  const isGrouped = query.get("group") === "1";
  const isWrapped = query.get("wrap") === "1";
  return (
    <div className="log-tools" role="group" aria-label="What of the log is shown">
      {node !== undefined && (
        <button
          className="button log-node"
          title="Show the log of everything again"
          onClick={() => {
            query.set({ node: undefined }, "push");
          }}
        >
          <span className="cut">{visibleText(shortName(node))}</span>
          <X size={13} aria-hidden />
        </button>
      )}
      <select
        className="field"
        aria-label="Level"
        value={level ?? ""}
        onChange={(event) => {
          query.set({ level: event.target.value });
        }}
      >
        <option value="">All levels</option>
        {LOG_LEVELS.slice(1).map((known) => (
          <option key={known} value={known}>
            {known === "critical" ? "critical only" : `${known} and above`}
          </option>
        ))}
      </select>
      <select
        className="field"
        aria-label="Lens"
        value={lens ?? ""}
        onChange={(event) => {
          query.set({ lens: event.target.value });
        }}
      >
        <option value="">Business and technical</option>
        <option value="business">Business</option>
        <option value="technical">Technical</option>
      </select>
      <select
        className="field"
        aria-label="Times"
        value={query.get("time") ?? "clock"}
        onChange={({ target: { value } }) => {
          query.set({ time: value === "clock" ? undefined : value });
        }}
      >
        <option value="clock">Time of day</option>
        <option value="since">Since the start</option>
        <option value="none">No times</option>
      </select>
      <button
        className="button"
        aria-pressed={milestones}
        onClick={() => {
          toggle("milestones", milestones);
        }}
      >
        <Flag size={14} aria-hidden />
        Milestones
      </button>
      <button
        className="button"
        aria-pressed={isGrouped}
        onClick={() => {
          toggle("group", isGrouped);
        }}
      >
        <Layers size={14} aria-hidden />
        By step
      </button>
      <button
        className="button"
        aria-pressed={isWrapped}
        onClick={() => {
          toggle("wrap", isWrapped);
        }}
      >
        <WrapText size={14} aria-hidden />
        Wrap
      </button>
      <CopyButton text={textOfAll} what="the lines that are shown" />
      {/* A link shows no token. */}
      {server.token === undefined && (
        <details
          className="log-download"
          onBlur={({ currentTarget, relatedTarget }) => {
            if (!currentTarget.contains(relatedTarget)) currentTarget.open = false;
          }}
          onKeyDown={({ key, currentTarget }) => {
            if (key === "Escape") currentTarget.open = false;
          }}
        >
          <summary className="button quiet icon" aria-label={download} title={download}>
            <Download size={14} aria-hidden />
          </summary>
          <div className="log-download-menu">
            {FORMS.map(([format, title]) => (
              <a key={format} href={downloadAddress(server, path, filter, format)} download>
                {title}
              </a>
            ))}
          </div>
        </details>
      )}
    </div>
  );
}

/** All lines of the log on the server that pass the same filter. */
function downloadAddress(
  server: ConnectionOptions,
  path: string,
  filter: LogFilter,
  format: string,
): string {
  const { level, lens, milestones, node } = filter;
  const [scope = path, nodeId] = node?.split("#", 2) ?? [];
  const milestone = milestones ? 1 : undefined;
  const parameters = { format, level, category: lens, milestone, nodeId };
  return addressOf(server, scope, "logs", parameters).href;
}

function shortName(node: string): string {
  return node.slice(Math.max(node.lastIndexOf("/"), node.lastIndexOf("#")) + 1);
}
