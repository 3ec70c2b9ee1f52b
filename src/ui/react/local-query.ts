import { useCallback, useMemo, useState } from "react";
import type { Query } from "../app/query.js";

/** What is selected and how it is shown, kept here: the address of the page is its owner's. */
export function useLocalQuery(): Query {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const set = useCallback<Query["set"]>((changes) => {
    setValues((now) => {
      const next = { ...now };
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined || value === "") Reflect.deleteProperty(next, name);
        else next[name] = value;
      }
      return next;
    });
  }, []);
  return useMemo(() => ({ get: (name) => values[name], set }), [values, set]);
}
