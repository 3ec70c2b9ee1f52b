import { createContext, use, useSyncExternalStore } from "react";
import type { ProofSession } from "./proof-session.js";

/** What checks the timeline that is shown inside; undefined where nothing does. */
export const Proving = createContext<ProofSession | undefined>(undefined);

const NONE: ReadonlyMap<number, string> = new Map();
const none = () => NONE;
const still = () => () => undefined;

/** Which of the events that are shown do not hold: by the sequence of each, the first check that it fails. */
export function useBrokenEvents(): ReadonlyMap<number, string> {
  const session = use(Proving);
  return useSyncExternalStore(session?.subscribe ?? still, session?.broken ?? none);
}
