import { useEffect, useMemo, useRef, type ReactNode } from "react";
import { Link } from "wouter";
import { usePathname } from "wouter/use-browser-location";
import { Keys } from "../keys/keys.js";
import { Connection } from "../parts/connection.js";
import { Nothing } from "../parts/nothing.js";
import { RunPage } from "../run/run-page.js";
import { RunsPage } from "../runs/runs-page.js";
import { WorkflowPage } from "../workflow/workflow-page.js";
import { placeOf } from "./address.js";
import { useAddressQuery } from "./address-query.js";
import { ErrorBoundary } from "./error-boundary.js";
import { LinkProvider, useShownLink } from "./link.js";
import { server } from "./server.js";
import { SurroundingsContext } from "./surroundings.js";
import iconUrl from "./icon.svg";
import "./shell.css";

/** The whole application: the bar that is always there, and what the address names. */
export function App() {
  return (
    <LinkProvider>
      <div className="shell">
        <Bar />
        <main id="content" tabIndex={-1}>
          <ErrorBoundary>
            <InThisPage>
              <Page />
            </InThisPage>
          </ErrorBoundary>
        </main>
        <Keys />
      </div>
    </LinkProvider>
  );
}

/** Views are shown by the address of this page, and lead to others of this application. */
function InThisPage({ children }: { children: ReactNode }) {
  const query = useAddressQuery();
  const surroundings = useMemo(() => ({ server, query, Link }), [query]);
  return <SurroundingsContext value={surroundings}>{children}</SurroundingsContext>;
}

function Bar() {
  const location = usePathname();
  const link = useShownLink();
  return (
    <header className="shell-bar">
      <a className="shell-skip" href="#content">
        Skip to the content
      </a>
      <Link href="/" className="shell-name" aria-label="Runtrail, home">
        <img src={iconUrl} width={22} height={22} alt="" />
        Runtrail
      </Link>
      <nav aria-label="Main">
        <Link href="/" aria-current={location === "/" ? "page" : undefined}>
          Runs
        </Link>
      </nav>
      {link && <Connection link={link} />}
    </header>
  );
}

function Page() {
  const location = usePathname();
  useFocusOnArrival(location);
  const place = placeOf(location);
  switch (place.page) {
    case "runs":
      return <RunsPage />;
    case "timeline":
      return <RunPage key={place.path} path={place.path} />;
    case "workflow":
      return <WorkflowPage key={place.workflowId} workflowId={place.workflowId} />;
    case "unknown":
      return (
        <Nothing isPage title="There is no such page">
          <p>
            <Link href="/">All runs</Link>
          </p>
        </Nothing>
      );
  }
}

/** The keyboard goes on in the page that has been gone to: what was pressed is not there any more. */
function useFocusOnArrival(location: string): void {
  const shown = useRef(location);
  useEffect(() => {
    if (shown.current === location) return;
    shown.current = location;
    document.getElementById("content")?.focus();
  }, [location]);
}
