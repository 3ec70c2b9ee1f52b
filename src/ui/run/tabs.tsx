import { lazy, type ComponentType } from "react";
import { ScrollText, Table2, type LucideIcon } from "lucide-react";
import { LogView } from "../log-view/log-view.js";
import type { RunStore } from "./run-store.js";

/** A way to look at a timeline. */
export interface Tab {
  id: string;
  title: string;
  icon: LucideIcon;
  view: ComponentType<{ store: RunStore }>;
}

const EventsView = lazy(async () => ({
  default: (await import("../events/events-view.js")).EventsView,
}));

/** In the order in which they are shown. */
export const TABS: readonly Tab[] = [
  { id: "log", title: "Log", icon: ScrollText, view: LogView },
  { id: "events", title: "Events", icon: Table2, view: EventsView },
];
