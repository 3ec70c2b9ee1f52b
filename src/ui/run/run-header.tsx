import { ChevronRight, Link2 } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "wouter";
import type { TimelineState } from "../../projections/timeline-state.js";
import { correlationAddress, scopeAddress, workflowAddress } from "../app/address.js";
import { countOf, countText } from "../app/format.js";
import { CopyButton } from "../parts/copy-button.js";
import { Progress } from "../parts/progress.js";
import { lookOf, Status } from "../parts/status.js";
import { Duration, Moment } from "../parts/times.js";
import { visibleText } from "../parts/visible-text.js";
import type { RunView } from "./run-view.js";

/** What it is, how it stands, and how to name it. */
export function RunHeader({ store, badge }: { store: RunView; badge?: ReactNode }) {
  const { state, path, correlationId } = store;
  const title = visibleText(
    String(state?.about.name ?? correlationId ?? path.slice(path.lastIndexOf("/") + 1)),
  );
  return (
    <header className="run-head">
      <Crumbs path={path} isCorrelation={correlationId !== undefined} />
      <div className="run-title">
        <h1 className="cut" title={title}>
          {title}
        </h1>
        {correlationId === undefined ? (
          <Standing state={state} isKnown={store.isCaughtUp || state !== undefined} />
        ) : (
          <span className="muted">
            {countOf(Object.keys(store.timeline.below).length, "scope")} with this correlation id
          </span>
        )}
        {badge && <span className="proof-place">{badge}</span>}
      </div>
      <div className="run-facts">
        {state && correlationId === undefined && <Facts state={state} />}
        <Names store={store} />
      </div>
      {state?.error?.message && (
        <p className="run-failure">
          <span className="run-failure-code mono cut">
            {visibleText(state.error.code ?? "error")}
          </span>
          <bdi>{visibleText(state.error.message)}</bdi>
        </p>
      )}
      {state?.reason && <p className="run-reason">{visibleText(state.reason)}</p>}
      <p className="sr-only" role="status">
        {!state?.status ? "" : `The status is ${lookOf(state.status).word}.`}
      </p>
    </header>
  );
}

function Standing({ state, isKnown }: { state: TimelineState | undefined; isKnown: boolean }) {
  if (!isKnown) return <span className="run-status muted">Loading</span>;
  if (!state) return <span className="run-status muted">Waiting for its first event</span>;
  return (
    <>
      <span className="run-status">
        <Status status={state.status} />
      </span>
      {state.progress !== null && <Progress value={state.progress} status={state.status} />}
    </>
  );
}

function Facts({ state }: { state: TimelineState }) {
  const { workflowId, packId, triggeredBy, host } = state.about;
  const { counts } = state.total;
  const began = state.startedAt ?? state.createdAt;
  return (
    <dl className="facts">
      <Fact name="Elapsed">
        <Duration
          startedAt={began}
          endedAt={state.endedAt}
          durationMs={state.endedAt === null ? null : state.durationMs}
        />
      </Fact>
      <Fact name="Started">
        <Moment at={began} />
      </Fact>
      {workflowId !== undefined && (
        <Fact name="Workflow">
          <Link href={workflowAddress(String(workflowId))}>{visibleText(String(workflowId))}</Link>
        </Fact>
      )}
      {workflowId === undefined && packId !== undefined && (
        <Fact name="Pack">{visibleText(String(packId))}</Fact>
      )}
      {triggeredBy !== undefined && <Fact name="By">{visibleText(String(triggeredBy))}</Fact>}
      {host !== undefined && <Fact name="Host">{visibleText(String(host))}</Fact>}
      {state.attemptCount > 1 && <Fact name="Attempts">{state.attemptCount}</Fact>}
      {state.exitCode !== null && <Fact name="Exit code">{state.exitCode}</Fact>}
      {counts.errors > 0 && (
        <Fact name="Errors">
          <span className="fact-failure">{countText(counts.errors)}</span>
        </Fact>
      )}
      {counts.warnings > 0 && <Fact name="Warnings">{countText(counts.warnings)}</Fact>}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd className="cut">{children}</dd>
    </div>
  );
}

/** What it can be asked for by, each to be copied. */
function Names({ store }: { store: RunView }) {
  const { path, cursor, firstCorrelationId: own } = store;
  return (
    <div className="run-names">
      {store.correlationId === undefined && own !== undefined && (
        <span className="run-name">
          <Link href={correlationAddress(own)} title="All events with this correlation id">
            <Link2 size={13} aria-hidden />
            <span className="mono cut">{visibleText(own)}</span>
          </Link>
          <CopyButton text={own} what="correlation id" />
        </span>
      )}
      <CopyButton text={path} what="scope">
        Scope
      </CopyButton>
      {cursor !== undefined && (
        <CopyButton text={cursor} what={`cursor ${cursor}`}>
          Cursor
        </CopyButton>
      )}
    </div>
  );
}

/** Where it is: each scope that contains it leads there. */
function Crumbs({ path, isCorrelation }: { path: string; isCorrelation: boolean }) {
  const parts = isCorrelation ? [] : path.split("/");
  const scopes = parts.flatMap((_, i) => (i % 2 === 1 ? [parts.slice(0, i + 1).join("/")] : []));
  return (
    <nav className="run-crumbs" aria-label="Where this is">
      <Link href="/">Runs</Link>
      {isCorrelation && (
        <>
          <ChevronRight size={13} aria-hidden />
          <span>Correlation</span>
        </>
      )}
      {scopes.map((scope, i) => {
        const id = scope.slice(scope.lastIndexOf("/") + 1);
        return (
          <span key={scope} className="run-crumb">
            <ChevronRight size={13} aria-hidden />
            {i === scopes.length - 1 ? (
              <span className="mono cut" aria-current="page">
                {id}
              </span>
            ) : (
              <Link href={scopeAddress(scope)} className="mono cut">
                {id}
              </Link>
            )}
          </span>
        );
      })}
    </nav>
  );
}
