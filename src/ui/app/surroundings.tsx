import { createContext, use, type ComponentType, type ReactNode } from "react";
import type { ConnectionOptions } from "../../client/connection.js";
import type { Query } from "./query.js";

/** What the views need of where they are shown: in the application, or in somebody else's page. */
export interface Surroundings {
  /** Where what is shown comes from. */
  server: ConnectionOptions;
  /** How it is shown, and what is selected. */
  query: Query;
  /** Leads to an address of the application, such as `/runs/r-42?view=log`. */
  Link: ComponentType<{ href: string; className?: string; children: ReactNode }>;
}

export const SurroundingsContext = createContext<Surroundings | undefined>(undefined);

export function useSurroundings(): Surroundings {
  const surroundings = use(SurroundingsContext);
  if (!surroundings) throw new Error("a view is shown outside of any surroundings");
  return surroundings;
}
