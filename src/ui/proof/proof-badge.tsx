import {
  CircleDashed,
  CircleQuestionMark,
  KeyRound,
  LoaderCircle,
  ShieldAlert,
  ShieldCheck,
  ShieldX,
} from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { navigate } from "wouter/use-browser-location";
import type { RunStore } from "../run/run-store.js";
import { useQuery } from "../app/query.js";
import { viewAddress } from "../run/view-address.js";
import { ProofPanel } from "./proof-panel.js";
import type { ProofSession } from "./proof-session.js";
import { verdictOf, type Verdict } from "./verdict.js";
import "./proof-badge.css";

const ICONS = {
  verifying: LoaderCircle,
  verified: ShieldCheck,
  unsealed: CircleDashed,
  incomplete: ShieldAlert,
  broken: ShieldX,
  "new-key": KeyRound,
  unknown: CircleQuestionMark,
} as const;

/** Whether what is shown is what was sealed, as checked in this browser; and on a click, what was checked. */
export function ProofBadge({ store, session }: { store: RunStore; session: ProofSession }) {
  const [isAsked, ask] = useState(false);
  const query = useQuery();
  const report = useSyncExternalStore(session.subscribe, session.report);
  const verdict = verdictOf(report, {
    events: store.records.end,
    isCaughtUp: store.isCaughtUp,
    hasEnded: store.hasEnded,
    isTornOff: session.isTornOff,
  });
  if (store.records.end === 0) return null;
  const { is, word, detail } = verdict;
  const show = (sequence: number) => {
    navigate(viewAddress(store.path, query, "events", { sequence }));
  };
  const Icon = ICONS[is];
  return (
    <>
      <button
        className="proof-badge"
        data-proof={is}
        data-shortcut="proof"
        aria-haspopup="dialog"
        title={titleOf(verdict)}
        onClick={() => {
          const at = is === "broken" ? verdict.finding.sequence : undefined;
          if (at !== undefined && store.records.placeOf(at) !== undefined) show(at);
          else ask(true);
        }}
      >
        <Icon size={15} aria-hidden className={is === "verifying" ? "spin" : undefined} />
        <span className="proof-word">{word}</span>
        {detail !== "" && <span className="proof-detail cut">{detail}</span>}
      </button>
      {is === "broken" && (
        <button
          className="button quiet"
          onClick={() => {
            ask(true);
          }}
        >
          Proof
        </button>
      )}
      {/* The count is not read out as it grows. */}
      <span className="sr-only" role="status">
        {is === "verifying" ? "Verifying" : `${word}, ${detail}`}
      </span>
      {isAsked && (
        <ProofPanel
          store={store}
          report={report}
          verdict={verdict}
          onShow={(sequence) => {
            ask(false);
            show(sequence);
          }}
          onTrust={(keys) => {
            session.trust(keys);
          }}
          onClose={() => {
            ask(false);
          }}
        />
      )}
    </>
  );
}

function titleOf({ is }: Verdict): string {
  switch (is) {
    case "broken":
      return "Something does not hold. Go to it.";
    case "new-key":
      return "The log is signed with a key that this browser does not know.";
    default:
      return "What was checked in this browser";
  }
}
