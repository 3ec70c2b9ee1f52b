import { lazy, type ComponentType } from "react";
import { ChartGantt, ScrollText, Table2, type LucideIcon } from "lucide-react";
import { LogView } from "../log-view/log-view.js";
import { TimelineView } from "../timeline/timeline-view.js";
import type { RunView } from "./run-view.js";

/** A way to look at a timeline. */
export interface Tab {
  id: string;
  title: string;
  icon: LucideIcon;
  view: ComponentType<{ store: RunView }>;
}

const EventsView = lazy(async () => ({
  default: (await import("../events/events-view.js")).EventsView,
}));

/** In the order in which they are shown. */
export const TABS: readonly Tab[] = [
  { id: "timeline", title: "Timeline", icon: ChartGantt, view: TimelineView },
  { id: "log", title: "Log", icon: ScrollText, view: LogView },
  { id: "events", title: "Events", icon: Table2, view: EventsView },
];
