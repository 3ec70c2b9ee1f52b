import { useSurroundings } from "./surroundings.js";

/** How something is shown and what of it is selected, by names of parameters. */
export interface Query {
  get: (name: string) => string | undefined;
  /** Sets what is given, and takes away what is undefined. A step of its own in the history, or not. */
  set: (changes: Readonly<Record<string, string | undefined>>, step?: "push" | "replace") => void;
}

/** That of the surroundings: in the application, what stands behind the question mark of the page's address. */
export function useQuery(): Query {
  return useSurroundings().query;
}
