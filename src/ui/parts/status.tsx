import {
  Ban,
  Circle,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleSlash,
  CircleX,
  Clock,
  Hand,
  LoaderCircle,
  TimerOff,
  Unlink,
  type LucideIcon,
} from "lucide-react";
import type { NodeStatus } from "../../projections/nodes.js";
import type { Attempt } from "../../projections/attempts.js";
import type { Status as ScopeStatus } from "../../projections/status.js";
import "./status.css";

/** Whatever has a status: scopes, nodes and attempts; null of which nothing has been told. */
export type AnyStatus = ScopeStatus | NodeStatus | Attempt["status"] | null;

interface Look {
  word: string;
  icon: LucideIcon;
  tone: "waiting" | "running" | "success" | "failure" | "warning";
}

const LOOKS: Record<NonNullable<AnyStatus> | "unknown", Look> = {
  created: { word: "Created", icon: CircleDashed, tone: "waiting" },
  queued: { word: "Queued", icon: Clock, tone: "waiting" },
  leased: { word: "Leased", icon: Hand, tone: "waiting" },
  running: { word: "Running", icon: LoaderCircle, tone: "running" },
  paused: { word: "Paused", icon: CirclePause, tone: "warning" },
  completed: { word: "Completed", icon: CircleCheck, tone: "success" },
  failed: { word: "Failed", icon: CircleX, tone: "failure" },
  canceled: { word: "Canceled", icon: Ban, tone: "waiting" },
  timed_out: { word: "Timed out", icon: TimerOff, tone: "failure" },
  skipped: { word: "Skipped", icon: CircleSlash, tone: "waiting" },
  abandoned: { word: "Abandoned", icon: Unlink, tone: "warning" },
  unknown: { word: "Unknown", icon: Circle, tone: "waiting" },
};

export function lookOf(status: AnyStatus): Look {
  return LOOKS[status ?? "unknown"];
}

/** A status as icon and word. */
export function Status({ status }: { status: AnyStatus }) {
  const { word, tone } = lookOf(status);
  return (
    <span className={`status tone-${tone}`}>
      <StatusIcon status={status} isNamed />
      {word}
    </span>
  );
}

/** The icon alone, where there is no room for the word, which is its name. */
export function StatusIcon({ status, isNamed = false }: { status: AnyStatus; isNamed?: boolean }) {
  const { word, icon: Icon, tone } = lookOf(status);
  const name = isNamed ? { "aria-hidden": true } : { role: "img", "aria-label": word };
  const spin = status === "running" ? " spin-slow" : "";
  return (
    <Icon size={15} strokeWidth={2.25} className={`status-icon tone-${tone}${spin}`} {...name} />
  );
}
