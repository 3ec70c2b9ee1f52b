import { closes } from "../envelope/closes.js";
import type { EventEnvelope } from "../envelope/envelope.js";
import { MalformedEnvelopeError, parseEnvelope } from "../envelope/parse.js";

/** A stored event: its place in the log, and its bytes as they are stored. */
export interface StoredBytes {
  sequence: number;
  bytes: Uint8Array;
}

/** What did not hold. */
export type ChainCheck =
  | "sequence" // events must come in the order of the log, each once
  | "canonical" // the bytes must be the one canonical text of an object
  | "shape" // the object must be an envelope
  | "hash" // the hash must be that of everything else in the envelope
  | "origin" // origin and tenant must be the same throughout
  | "index" // each scope must count 1, 2, 3 …
  | "prev"; // each event must name the hash of the one before it

/** One place where the chain does not hold. */
export interface ChainFinding {
  check: ChainCheck;
  sequence: number;
  /** Undefined where the bytes do not tell. */
  scope: string | undefined;
  index: number | undefined;
  detail: string;
}

/** What was looked at, and what it adds up to. */
export interface ChainSummary {
  events: number;
  scopes: number;
  findings: number;
  /** Scopes whose first events are not there: trimmed, or not part of what was given. */
  trimmedScopes: number;
  /** Whether the scope asked for has ended; undefined when it was everything. */
  isEnded: boolean | undefined;
}

interface Head {
  index: number;
  hash: string | undefined;
}

/**
 * Checks stored events one after the other: bytes, hash, and their place in the chain of their scope.
 * Holds one index and hash a scope, and nothing of the events.
 *
 * Finds every edit, removal in the middle, insertion and swap, and where; not what was cut off at the end
 * of a scope, nor a chain that was written anew from some event on.
 */
export class ChainVerifier {
  readonly #heads = new Map<string, Head>();
  #sequence = 0;
  #origin: { origin: string; tenant: string } | undefined;
  #events = 0;
  #findings = 0;
  #trimmedScopes = 0;
  #isEnded = false;

  /** @param scope - the scope whose timeline it is; empty for that of a tenant */
  constructor(readonly scope: string) {}

  /** What does not hold at the next event. */
  check({ sequence, bytes }: StoredBytes): ChainFinding[] {
    this.#events++;
    const findings: ChainFinding[] = [];
    let at: { scope?: string; index?: number } = {};
    const find = (check: ChainCheck, detail: string) => {
      findings.push({ check, sequence, scope: at.scope, index: at.index, detail });
    };

    if (sequence <= this.#sequence) find("sequence", `comes after sequence ${this.#sequence}`);
    this.#sequence = sequence;

    const read = readEnvelope(bytes);
    at = read.claimed;
    if (read.flaw)
      find(read.flaw.check, `${read.flaw.pointer || "the envelope"} ${read.flaw.reason}`);
    if (read.envelope) this.#checkOrigin(read.envelope, find);
    this.#checkPlace(read, find);
    this.#findings += findings.length;
    return findings;
  }

  get summary(): ChainSummary {
    return {
      events: this.#events,
      scopes: this.#heads.size,
      findings: this.#findings,
      trimmedScopes: this.#trimmedScopes,
      isEnded: this.scope === "" ? undefined : this.#isEnded,
    };
  }

  #checkOrigin({ origin, tenant }: EventEnvelope, find: Find): void {
    this.#origin ??= { origin, tenant };
    if (origin === this.#origin.origin && tenant === this.#origin.tenant) return;
    const expected = `${this.#origin.origin}, tenant ${this.#origin.tenant}`;
    find("origin", `is of ${origin}, tenant ${tenant}; the others are of ${expected}`);
  }

  /**
   * What an event claims to be is taken for the head even where it does not hold: so one change is one
   * finding, at its own place, and not another at each event behind it.
   */
  #checkPlace({ envelope, claimed }: ReadEnvelope, find: Find): void {
    const { scope, index, hash } = claimed;
    if (scope === undefined || index === undefined) return;
    const head = this.#heads.get(scope);
    this.#heads.set(scope, { index, hash });
    if (scope === this.scope && claimed.type !== undefined && closes(scope, claimed.type)) {
      this.#isEnded = true;
    }
    if (head === undefined) {
      if (index > 1) this.#trimmedScopes++;
      return;
    }
    if (index !== head.index + 1) find("index", `event ${head.index + 1} of the scope is due`);
    else if (envelope && envelope.prev !== head.hash) {
      find("prev", `does not name the hash of event ${head.index}`);
    }
  }
}

type Find = (check: ChainCheck, detail: string) => void;

interface ReadEnvelope {
  /** Only where the bytes are an envelope with the right hash. */
  envelope: EventEnvelope | undefined;
  flaw: MalformedEnvelopeError | undefined;
  /** What the bytes say they are. */
  claimed: { scope?: string; index?: number; hash?: string; type?: string };
}

function readEnvelope(bytes: Uint8Array): ReadEnvelope {
  try {
    const envelope = parseEnvelope(bytes);
    return { envelope, flaw: undefined, claimed: envelope };
  } catch (error) {
    if (!(error instanceof MalformedEnvelopeError)) throw error;
    return { envelope: undefined, flaw: error, claimed: claimsOf(bytes) };
  }
}

function claimsOf(bytes: Uint8Array): ReadEnvelope["claimed"] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
  if (typeof value !== "object" || value === null) return {};
  const { scope, index, hash, type } = value as Record<string, unknown>;
  return {
    ...(typeof scope === "string" ? { scope } : {}),
    ...(typeof index === "number" ? { index } : {}),
    ...(typeof hash === "string" ? { hash } : {}),
    ...(typeof type === "string" ? { type } : {}),
  };
}
