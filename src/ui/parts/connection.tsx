import { CheckCheck, CircleAlert, CircleCheck, LoaderCircle, RotateCw } from "lucide-react";
import { useNow } from "../app/clock.js";
import { durationText } from "../app/format.js";
import type { Link } from "../feed/link.js";
import "./connection.css";

/** A clock that is further off makes the lag no lag. */
const PLAUSIBLE_LAG_MS = 60_000;

/** Whether what is on the page is what there is; and a button to connect anew where it is not. */
export function Connection({
  link: { link, reconnect },
}: {
  link: { link: Link; reconnect: () => void };
}) {
  const isWaiting = "retryAt" in link && link.retryAt !== undefined;
  const now = useNow(isWaiting);
  const { tone, word, detail } = described(link, now);
  const Icon = ICONS[tone];
  return (
    <div className="connection" data-state={link.state}>
      <span className={`connection-words tone-${tone}`} title={titleOf(link)}>
        <Icon size={14} aria-hidden className={tone === "busy" ? "spin" : undefined} />
        {/* What changes each second or each event is not read out. */}
        <span role="status">{word}</span>
        {detail !== "" && <span className="connection-detail">{detail}</span>}
      </span>
      {link.state !== "connected" && link.state !== "loading" && link.state !== "closed" && (
        <button className="button" onClick={reconnect}>
          <RotateCw size={13} aria-hidden />
          Reconnect
        </button>
      )}
    </div>
  );
}

type Tone = "good" | "busy" | "done" | "bad";

const ICONS = {
  good: CircleCheck,
  busy: LoaderCircle,
  done: CheckCheck,
  bad: CircleAlert,
} as const;

function described(link: Link, now: number): { tone: Tone; word: string; detail: string } {
  switch (link.state) {
    case "connecting":
    case "reconnecting": {
      const word = link.state === "connecting" ? "Connecting" : "Reconnecting";
      const { attempt, retryAt } = link;
      if (retryAt === undefined) return { tone: "busy", word, detail: `attempt ${attempt}` };
      const seconds = Math.max(0, Math.ceil((retryAt - now) / 1000));
      return { tone: "busy", word, detail: `attempt ${attempt} failed, next in ${seconds} s` };
    }
    case "loading":
      return { tone: "busy", word: "Loading history", detail: "" };
    case "connected":
      return { tone: "good", word: "Connected", detail: lagText(link.lagMs) };
    case "closed":
      return { tone: "done", word: "Closed", detail: "complete" };
    case "error":
      return { tone: "bad", word: "Not connected", detail: link.message };
  }
}

function lagText(lagMs: number | undefined): string {
  if (lagMs === undefined || lagMs > PLAUSIBLE_LAG_MS || lagMs < -PLAUSIBLE_LAG_MS) return "";
  return `${durationText(Math.max(1, lagMs))} behind`;
}

function titleOf(link: Link): string {
  switch (link.state) {
    case "connected":
      return link.lagMs === undefined
        ? "What happens is shown as it happens."
        : "From when the newest event happened, by its producer's clock, until it was on this screen.";
    case "closed":
      return link.reason;
    case "error":
      return link.message;
    case "loading":
      return "What has happened so far is coming in.";
    default:
      return link.reason ?? "";
  }
}
