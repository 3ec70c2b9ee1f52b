import { History } from "lucide-react";
import { Suspense, useEffect, useState } from "react";
import { Link } from "wouter";
import { PastNow } from "../app/clock.js";
import { useShowLink } from "../app/link.js";
import { useQuery } from "../app/query.js";
import { server } from "../app/server.js";
import { lookOf } from "../parts/status.js";
import { Notice } from "../parts/notice.js";
import { Nothing } from "../parts/nothing.js";
import { visibleText } from "../parts/visible-text.js";
import { Proving } from "../proof/broken-events.js";
import { ProofBadge } from "../proof/proof-badge.js";
import { ProofSession } from "../proof/proof-session.js";
import { TravelBar } from "../travel/travel-bar.js";
import { useTravel, type Travel } from "../travel/use-travel.js";
import { RunHeader } from "./run-header.js";
import { RunStore } from "./run-store.js";
import { TABS, type Tab } from "./tabs.js";
import { useRunVersion } from "./use-run.js";
import { RunTabs } from "./run-tabs.js";
import { useHash } from "./use-hash.js";
import "./run.css";

/** A scope with everything below it, or all events of a correlation, as it is now or was at some time. */
export function RunPage({ path }: { path: string }) {
  const [store] = useState(() => new RunStore(path, server));
  useEffect(() => {
    store.start();
    return () => {
      store.stop();
    };
  }, [store]);
  const session = useProof(store);
  useShowLink(store);
  const travel = useTravel(store);
  const { past } = travel;
  const view = past ?? store;
  useRunVersion(view);
  const tab = useTab(path);
  const { state, link } = store;
  const name = visibleText(String(state?.about.name ?? path.slice(path.lastIndexOf("/") + 1)));
  const word = !state?.status ? "" : `${lookOf(state.status).word} · `;
  useEffect(() => {
    document.title = `${word}${name} · Runtrail`;
  }, [word, name]);

  if (link.state === "error" && store.records.end === 0) {
    return (
      <Nothing isPage title="This cannot be shown">
        <p>{link.message}</p>
        <Link href="/">All runs</Link>
      </Nothing>
    );
  }
  const View = tab.view;
  return (
    <PastNow value={past?.past.now}>
      <div className="run" data-past={past !== undefined}>
        <RunHeader store={view} badge={session && <ProofBadge store={store} session={session} />} />
        {past && <TravelBar travel={travel} past={past} />}
        <RunTabs tab={tab} store={view}>
          <TravelButton travel={travel} isEmpty={store.records.end === 0} />
        </RunTabs>
        {tab.id === "timeline" && view.gap !== undefined && <Notice>{view.gap}</Notice>}
        <div className="run-view" role="tabpanel" id="run-view" aria-labelledby={`tab-${tab.id}`}>
          <Suspense fallback={null}>
            <Proving value={session}>
              <View store={view} />
            </Proving>
          </Suspense>
        </div>
      </div>
    </PastNow>
  );
}

/** A correlation is a choice from many chains, which has holes, and there is no bundle of it. */
function useProof(store: RunStore): ProofSession | undefined {
  const [session] = useState(() =>
    store.correlationId === undefined ? new ProofSession(store) : undefined,
  );
  useEffect(() => {
    session?.start();
    return () => {
      session?.stop();
    };
  }, [session]);
  return session;
}

function TravelButton({ travel, isEmpty }: { travel: Travel; isEmpty: boolean }) {
  const { past, enter, leave } = travel;
  return (
    <button
      className="button quiet run-travel"
      aria-label="Time travel"
      aria-pressed={past !== undefined}
      title={past ? "Back to now (t)" : "Show it as it was at any time (t)"}
      data-shortcut="travel"
      disabled={isEmpty && !past}
      onClick={past ? leave : enter}
    >
      <History size={15} aria-hidden />
      <span>Time travel</span>
    </button>
  );
}

function useTab(path: string): Tab {
  const query = useQuery();
  const hash = useHash();
  const wanted = query.get("view") ?? implied(path, query.get("line"), hash);
  return TABS.find(({ id }) => id === wanted) ?? (TABS[0] as Tab);
}

/** What is looked at when the address does not say: what else it names, or what there is most of. */
function implied(path: string, line: string | undefined, hash: string): string {
  if (hash.startsWith("#seq=")) return "events";
  const isJob = path.startsWith("jobs/") || path.includes("/jobs/");
  return line !== undefined || isJob ? "log" : "timeline";
}
