import { useMemo, useSyncExternalStore, type ComponentType, type CSSProperties } from "react";
import type { ConnectionOptions } from "../../client/connection.js";
import { SurroundingsContext, type Surroundings } from "../app/surroundings.js";
import { Connection } from "../parts/connection.js";
import { Nothing } from "../parts/nothing.js";
import type { RunStore } from "../run/run-store.js";
import { useLocalQuery } from "./local-query.js";
import { useServer, useStore, type RunOptions } from "./use-store.js";

/** What a component of a run takes. */
export interface EmbeddedProps extends RunOptions {
  /** A scope's path, such as `runs/r-42`, or `correlations/<id>`. */
  scope: string;
  /** Beside `runtrail`, which all that it is made of stands below. */
  className?: string | undefined;
  style?: CSSProperties | undefined;
}

/** A view of a timeline in somebody else's page. */
export function Embedded({
  scope,
  className,
  style,
  view,
  ...options
}: EmbeddedProps & { view: ComponentType<{ store: RunStore }> }) {
  const server = useServer(options);
  const store = useStore(server, scope);
  return (
    <div className={className === undefined ? "runtrail" : `runtrail ${className}`} style={style}>
      {/* With another timeline nothing of what was selected goes on. */}
      {server && store && <Shown key={scope} server={server} store={store} view={view} />}
    </div>
  );
}

function Shown({
  server,
  store,
  view: View,
}: {
  server: ConnectionOptions;
  store: RunStore;
  view: ComponentType<{ store: RunStore }>;
}) {
  useSyncExternalStore(store.subscribe, store.version);
  const query = useLocalQuery();
  const surroundings = useMemo(() => ({ server, query, Link: linkTo(server) }), [server, query]);
  const { link } = store;
  if (link.state === "error" && store.records.end === 0) {
    return (
      <div role="alert">
        <Nothing title="This cannot be shown">
          <p>{link.message}</p>
        </Nothing>
      </div>
    );
  }
  return (
    <SurroundingsContext value={surroundings}>
      {isCut(store) && (
        <div className="runtrail-cut">
          <Connection
            link={{
              link,
              reconnect: () => {
                store.reconnect();
              },
            }}
          />
        </div>
      )}
      <View store={store} />
    </SurroundingsContext>
  );
}

/** What is shown may not be what there is. */
function isCut({ link }: RunStore): boolean {
  return (
    link.state === "error" ||
    link.state === "reconnecting" ||
    (link.state === "connecting" && link.retryAt !== undefined)
  );
}

const links = new Map<string, Surroundings["Link"]>();

/** Leads into the application of the server, beside the page. The same component for the same server. */
function linkTo({ url }: ConnectionOptions): Surroundings["Link"] {
  const base = url.replace(/\/$/, "");
  let Link = links.get(base);
  if (!Link) {
    Link = ({ href, ...props }) => (
      <a href={`${base}${href}`} target="_blank" rel="noreferrer" {...props} />
    );
    links.set(base, Link);
  }
  return Link;
}
