import { useCallback, useMemo } from "react";
import { navigate, useSearch } from "wouter/use-browser-location";
import type { Query } from "./query.js";

/** What stands behind the question mark of the page's address. What stands behind a # stays. */
export function useAddressQuery(): Query {
  const search = useSearch();
  const parameters = useMemo(() => new URLSearchParams(search), [search]);
  const get = useCallback((name: string) => parameters.get(name) ?? undefined, [parameters]);
  return useMemo(() => ({ get, set: setQuery }), [get]);
}

function setQuery(
  changes: Readonly<Record<string, string | undefined>>,
  step: "push" | "replace" = "replace",
): void {
  const { pathname, search, hash } = window.location;
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  const address = `${pathname}${text === "" ? "" : `?${text}`}${hash}`;
  if (address !== `${pathname}${search}${hash}`) navigate(address, { replace: step === "replace" });
}
