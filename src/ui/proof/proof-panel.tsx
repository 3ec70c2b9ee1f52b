import { Check, CircleDashed, Download, LoaderCircle, X } from "lucide-react";
import type { ReactNode } from "react";
import { addressOf } from "../../client/connection.js";
import { countOf, countText, momentText } from "../app/format.js";
import { server } from "../app/server.js";
import { CopyButton } from "../parts/copy-button.js";
import { Dialog } from "../parts/dialog.js";
import type { RunStore } from "../run/run-store.js";
import type { ProofReport } from "./proof-report.js";
import { REASONS, type Verdict } from "./verdict.js";
import "./proof-panel.css";

const MAX_LISTED = 20;

/** What was checked, by which key, and how to check it without this browser and this server. */
export function ProofPanel({
  store,
  report,
  verdict,
  onShow,
  onTrust,
  onClose,
}: {
  store: RunStore;
  report: ProofReport | undefined;
  verdict: Verdict;
  onShow: (sequence: number) => void;
  onTrust: (keys: readonly string[]) => void;
  onClose: () => void;
}) {
  const title = (
    <>
      {verdict.word}
      {verdict.detail !== "" && <span className="muted"> · {verdict.detail}</span>}
    </>
  );
  return (
    <Dialog className="proof" label="Proof" title={title} data-proof={verdict.is} onClose={onClose}>
      <div className="proof-body">
        {report?.strangeKeys && <StrangeKeys report={report} onTrust={onTrust} />}
        {report && report.found > 0 && <Findings report={report} store={store} onShow={onShow} />}
        {report && <Checks report={report} store={store} />}
        {report?.incomplete.map(({ reason, count }) => (
          <p key={reason} className="proof-note">
            {REASONS[reason](count)}
          </p>
        ))}
        {report?.isFull && (
          <p className="proof-note">There are more events than a tab checks: verify it offline.</p>
        )}
        {report?.checkpoint && <Sealed report={report} checkpoint={report.checkpoint} />}
        <Offline path={store.path} keys={report?.keys ?? []} />
      </div>
    </Dialog>
  );
}

type Mark = "yes" | "no" | "busy" | "waiting";

function Checks({ report, store }: { report: ProofReport; store: RunStore }) {
  const { chained, sealed, findings, receipts, checkpoint, rememberedSize } = report;
  const broken = new Set<string>(findings.map(({ check }) => check));
  const mark = (checks: readonly string[], isDone: boolean): Mark =>
    checks.some((check) => broken.has(check)) ? "no" : isDone ? "yes" : "busy";
  const total = store.records.end;
  const of = (count: number) => `${countText(count)} of ${countText(total)}`;
  const isSealed = checkpoint !== undefined;
  return (
    <ul className="proof-checks" aria-label="Checks">
      <Item
        mark={mark(["hash", "canonical", "shape"], chained >= total)}
        title="Every hash is that of its bytes"
      >
        {of(chained)} events, as they came
      </Item>
      <Item
        mark={mark(["prev", "index", "sequence"], chained >= total)}
        title="Every event names the one before it"
      >
        in the chain of its scope
      </Item>
      <Item
        mark={
          isSealed && sealed < total && broken.size === 0
            ? "waiting"
            : mark(["inclusion", "leaf", "gap", "root"], isSealed)
        }
        title="Every event is one that was sealed"
      >
        {of(sealed)} in the checkpoint
      </Item>
      <Item mark={mark(["signature", "origin"], isSealed)} title="The checkpoint is signed">
        {report.isFirstVisit
          ? "by the key that the server named on this first visit"
          : "by the key that this browser remembers"}
      </Item>
      <Item
        mark={mark(["consistency", "fork", "size"], isSealed)}
        title="The log has only grown since"
      >
        {rememberedSize === undefined
          ? "nothing was remembered: this is the first visit"
          : `size ${countText(rememberedSize)}, remembered from before`}
      </Item>
      <Item
        mark={store.hasEnded ? mark(["receipt"], report.isWhole && receipts > 0) : "waiting"}
        title="Nothing is left out"
      >
        {store.hasEnded
          ? `${countOf(receipts, "signed receipt")} of what has ended`
          : "to be shown by the receipt, when it has ended"}
      </Item>
    </ul>
  );
}

const MARKS = { yes: Check, no: X, busy: LoaderCircle, waiting: CircleDashed } as const;
const SAID: Record<Mark, string> = {
  yes: "Holds",
  no: "Broken",
  busy: "Checking",
  waiting: "To come",
};

function Item({ mark, title, children }: { mark: Mark; title: string; children: ReactNode }) {
  const Icon = MARKS[mark];
  return (
    <li data-mark={mark}>
      <Icon size={16} aria-hidden className={mark === "busy" ? "spin" : undefined} />
      <div>
        <span className="sr-only">{SAID[mark]}: </span>
        {title}
        <small>{children}</small>
      </div>
    </li>
  );
}

function Findings({
  report,
  store,
  onShow,
}: {
  report: ProofReport;
  store: RunStore;
  onShow: (sequence: number) => void;
}) {
  return (
    <section>
      <h3>What does not hold</h3>
      <ul className="proof-findings">
        {report.findings.slice(0, MAX_LISTED).map(({ check, sequence, detail }, i) => (
          <li key={i}>
            <strong className="mono">{check}</strong>{" "}
            {sequence !== undefined &&
              (store.records.placeOf(sequence) === undefined ? (
                <>at #{sequence} </>
              ) : (
                <button
                  className="proof-link"
                  onClick={() => {
                    onShow(sequence);
                  }}
                >
                  at #{sequence}
                </button>
              ))}{" "}
            <bdi>{detail}</bdi>
          </li>
        ))}
      </ul>
      {report.found > MAX_LISTED && (
        <p className="muted">and {countText(report.found - MAX_LISTED)} more</p>
      )}
    </section>
  );
}

function StrangeKeys({
  report,
  onTrust,
}: {
  report: ProofReport;
  onTrust: (keys: readonly string[]) => void;
}) {
  const strange = report.strangeKeys ?? [];
  return (
    <section className="proof-strange">
      <p>
        The log is signed with a key that this browser does not know. If whoever runs it has changed
        its key, they can tell you this one:
      </p>
      {strange.map((key) => (
        <code key={key}>{key}</code>
      ))}
      <p>Known so far:</p>
      {report.keys.map((key) => (
        <code key={key}>{key}</code>
      ))}
      <button
        className="button"
        onClick={() => {
          onTrust([...report.keys, ...strange]);
        }}
      >
        Trust the new key from now on
      </button>
    </section>
  );
}

function Sealed({
  report,
  checkpoint: { note, origin, size, root, signedBy, checkedAt },
}: {
  report: ProofReport;
  checkpoint: NonNullable<ProofReport["checkpoint"]>;
}) {
  return (
    <section>
      <h3>
        Checkpoint <CopyButton text={note} what="checkpoint" />
      </h3>
      <dl className="proof-facts">
        <Fact name="Log">{origin}</Fact>
        <Fact name="Size">{countOf(size, "event")}</Fact>
        <Fact name="Root">{root}</Fact>
        <Fact name="Signed by">{signedBy.join(", ")}</Fact>
        <Fact name="Checked">{momentText(checkedAt)}, in this browser</Fact>
        <Fact name="Remembered">
          size {countText(size)}: the next visit demands that the log has grown from it
        </Fact>
        {report.keys.map((key) => (
          <Fact key={key} name="Key">
            {key} <CopyButton text={key} what="key" />
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Offline({ path, keys }: { path: string; keys: readonly string[] }) {
  const file = `${path.slice(path.lastIndexOf("/") + 1)}.bundle`;
  const trusted = keys.map((key) => ` \\\n  --key ${key}`).join("");
  const command = `runtrail verify ${file}${trusted}`;
  return (
    <section>
      <h3>
        Verify it elsewhere <CopyButton text={command} what="command" />
      </h3>
      <p className="muted">
        The bundle holds all that is needed, without asking this server. The key is best had from
        somebody whom you believe.
      </p>
      <a className="button" href={addressOf(server, path, "bundle").href} download={file}>
        <Download size={14} aria-hidden />
        Bundle
      </a>
      <pre tabIndex={0}>{command}</pre>
    </section>
  );
}
