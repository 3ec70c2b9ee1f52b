import {
  createContext,
  use,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import type { Link } from "../feed/link.js";

/** Something that keeps a page up to date, and says how its connection stands. */
export interface Linked {
  readonly link: Link;
  subscribe(listener: () => void): () => void;
  reconnect(): void;
}

interface Shown {
  linked: Linked | undefined;
  show: (linked: Linked | undefined) => void;
}

const Context = createContext<Shown>({ linked: undefined, show: () => undefined });

/** Lets a page put the connection it lives on into the bar above it. */
export function LinkProvider({ children }: { children: ReactNode }) {
  const [linked, show] = useState<Linked>();
  const value = useMemo(() => ({ linked, show }), [linked]);
  return <Context value={value}>{children}</Context>;
}

/** Shows this connection in the bar for as long as the caller is there. */
export function useShowLink(linked: Linked): void {
  const { show } = use(Context);
  useEffect(() => {
    show(linked);
    return () => {
      show(undefined);
    };
  }, [linked, show]);
}

const never = () => () => undefined;

/** The connection that the page shown lives on. */
export function useShownLink(): { link: Link; reconnect: () => void } | undefined {
  const { linked } = use(Context);
  const link = useSyncExternalStore(
    linked ? (on) => linked.subscribe(on) : never,
    () => linked?.link,
  );
  return (
    linked &&
    link && {
      link,
      reconnect: () => {
        linked.reconnect();
      },
    }
  );
}
