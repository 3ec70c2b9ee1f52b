import { Suspense, useEffect, useState } from "react";
import { Link } from "wouter";
import { useShowLink } from "../app/link.js";
import { useQuery } from "../app/query.js";
import { lookOf } from "../parts/status.js";
import { Notice } from "../parts/notice.js";
import { Nothing } from "../parts/nothing.js";
import { visibleText } from "../parts/visible-text.js";
import { ProofBadge } from "../proof/proof-badge.js";
import { RunHeader } from "./run-header.js";
import { RunStore } from "./run-store.js";
import { TABS, type Tab } from "./tabs.js";
import { useRunVersion } from "./use-run.js";
import { RunTabs } from "./run-tabs.js";
import { useHash } from "./use-hash.js";
import "./run.css";

/** A scope with everything below it, or all events of a correlation, as it is now. */
export function RunPage({ path }: { path: string }) {
  const [store] = useState(() => new RunStore(path));
  useEffect(() => {
    store.start();
    return () => {
      store.stop();
    };
  }, [store]);
  useShowLink(store);
  useRunVersion(store);
  const tab = useTab(path);
  const { state, link } = store;
  const name = visibleText(String(state?.about.name ?? path.slice(path.lastIndexOf("/") + 1)));
  const word = !state?.status ? "" : `${lookOf(state.status).word} · `;
  useEffect(() => {
    document.title = `${word}${name} · Runtrail`;
  }, [word, name]);

  if (link.state === "error" && store.records.end === 0) {
    return (
      <Nothing title="This cannot be shown">
        <p>{link.message}</p>
        <Link href="/">All runs</Link>
      </Nothing>
    );
  }
  const View = tab.view;
  return (
    <div className="run">
      <RunHeader
        store={store}
        // A correlation is a choice from many chains, which has holes, and there is no bundle of it.
        badge={store.correlationId === undefined && <ProofBadge store={store} />}
      />
      <RunTabs tab={tab} store={store} />
      {tab.id === "timeline" && store.gap !== undefined && <Notice>{store.gap}</Notice>}
      <div className="run-view" role="tabpanel" id="run-view" aria-labelledby={`tab-${tab.id}`}>
        <Suspense fallback={null}>
          <View store={store} />
        </Suspense>
      </div>
    </div>
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
