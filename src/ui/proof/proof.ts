import { base64 } from "@scure/base";
import { parseCheckpoint, type Checkpoint } from "../../audit/checkpoint.js";
import { checkRemembered } from "../../audit/checkpoint-check.js";
import { Incompleteness, type Incomplete } from "../../audit/incomplete.js";
import { parseNote } from "../../audit/note.js";
import { openCheckpoint } from "../../audit/sealed-checkpoint.js";
import {
  MalformedVerifierKeyError,
  parseVerifierKey,
  type VerifierKey,
} from "../../audit/verifier-key.js";
import { ChainVerifier } from "../../audit/verify-chain.js";
import type { EventEnvelope } from "../../envelope/envelope.js";
import { fetchKeys } from "../../client/bundle.js";
import type { ConnectionOptions } from "../../client/connection.js";
import { RequestRefusedError } from "../../client/errors.js";
import { fetchCheckpoint, fetchConsistency } from "../../client/proofs.js";
import { messageOf } from "../app/message-of.js";
import { passBundle } from "./bundle-pass.js";
import type { CheckedCheckpoint, Memory, ProofFinding, ProofReport } from "./proof-report.js";
import { MAX_SHOWN, ShownEvents } from "./shown-events.js";
import { checkTail, MAX_TAIL } from "./tail.js";

/** While events wait to be sealed, and receipts to be made. */
const POLL_MS = 1000;
const MAX_RETRY_MS = 30_000;
/**
 * While a run goes on, at most so much of the time is for holding all of it against a bundle again: many viewers of a
 * busy run would have the server send it on and on, and each page would have little time for anything else.
 */
const PASS_SHARE = 1 / 5;
/** How often a receipt is waited for that is not there yet. */
const RECEIPT_ATTEMPTS = 5;
const MAX_FINDINGS = 1000;

/** What a receipt that is still to come would mend. */
const RECEIPT_REASONS: ReadonlySet<string> = new Set(["unreceipted", "outgrown"]);

const utf8 = new TextEncoder();

export interface ProofReader {
  onReport: (report: ProofReport) => void;
  onRemember: (memory: Memory) => void;
}

/**
 * Checks that what a page shows of a scope is what was sealed: bytes, hashes and chains as they come; then a
 * bundle of all of it; then each checkpoint that follows, with proofs for the events that are new in it; and
 * the whole once more when it has ended, as only then there are receipts.
 */
export class Proof {
  readonly #connection: ConnectionOptions;
  readonly #path: string;
  readonly #reader: ProofReader;
  readonly #shown = new ShownEvents();
  readonly #signal = new AbortController().signal;
  #chains: ChainVerifier;
  #chained = 0;
  #sealed = 0;
  #findings: ProofFinding[] = [];
  #found = 0;
  #incomplete: readonly Incomplete[] = [];
  #receipts = 0;
  #keys: readonly VerifierKey[] | undefined;
  #keyTexts: readonly string[] = [];
  readonly #rememberedSize: number | undefined;
  #isFirstVisit = false;
  #strangeKeys: readonly string[] | undefined;
  #last: Checkpoint | undefined;
  #checked: CheckedCheckpoint | undefined;
  #hasPassed = false;
  #isCaughtUp = false;
  #hasEnded = false;
  #isWhole = false;
  #isAwaitingSeal = false;
  #receiptAttempts = 0;
  #trouble: string | undefined;
  #wake: () => void = () => undefined;
  #onEnd: () => void = () => undefined;

  constructor(
    connection: ConnectionOptions,
    path: string,
    memory: Memory | undefined,
    reader: ProofReader,
  ) {
    this.#connection = connection;
    this.#path = path;
    this.#reader = reader;
    this.#chains = new ChainVerifier(path);
    if (!memory) return;
    this.#trustKeys(memory.keys);
    // What was remembered was found to hold then; whose it was shows below.
    const opened =
      memory.note === undefined ? undefined : openCheckpoint(memory.note, this.#keys ?? []);
    if (opened?.outcome === "signed") this.#last = opened.checkpoint;
    this.#rememberedSize = this.#last?.size;
  }

  /** Checks for as long as there is anything to check. */
  async run(): Promise<never> {
    let retryMs = POLL_MS;
    for (;;) {
      if (!this.#hasWork()) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      let restMs: number;
      try {
        restMs = await this.#round();
        this.#trouble = undefined;
        retryMs = POLL_MS;
      } catch (error) {
        this.#trouble = messageOf(error);
        restMs = retryMs = Math.min(MAX_RETRY_MS, 2 * retryMs);
      }
      this.#report();
      if (restMs > 0) await this.#rest(restMs);
    }
  }

  /** Looks at the next events. @param isAfterGap whether others are missing before them, as has been said */
  take(
    events: { sequences: readonly number[]; texts: readonly string[] },
    isAfterGap: boolean,
  ): void {
    if (isAfterGap) this.#chains = new ChainVerifier(this.#path);
    events.sequences.forEach((sequence, i) => {
      const text = events.texts[i] ?? "";
      const bytes = utf8.encode(text);
      for (const finding of this.#chains.check({ sequence, bytes })) this.#find(finding);
      // What it claims: whether that is right has just been looked at.
      this.#shown.add(sequence, (JSON.parse(text) as EventEnvelope).hash);
      this.#chained++;
    });
    this.#report();
    this.#wake();
  }

  caughtUp(hasEnded: boolean): void {
    this.#isCaughtUp = true;
    this.#hasEnded = hasEnded;
    this.#wake();
    if (hasEnded) this.#onEnd();
  }

  /** Trusts these keys from now on. */
  trust(keys: readonly string[]): void {
    this.#trustKeys(keys);
    this.#strangeKeys = undefined;
    // A log of another name has not grown from this one.
    if (!this.#keys?.some(({ name }) => name === this.#last?.origin)) this.#last = undefined;
    this.#wake();
  }

  /** What does not hold does not hold again later, and a key that is not trusted is for the reader to judge. */
  #hasWork(): boolean {
    if (!this.#isCaughtUp || this.#found > 0 || this.#strangeKeys) return false;
    return this.#sealed < this.#shown.count || (this.#hasEnded && !this.#isWhole);
  }

  /** Not longer than until it has ended: then there is little to be checked, and somebody who waits for it. */
  async #rest(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      if (this.#hasEnded) return;
      this.#onEnd = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#onEnd = () => undefined;
  }

  /** One step; how long to rest before the next one, in milliseconds. */
  async #round(): Promise<number> {
    const keys = this.#keys ?? (await this.#trustFirst());
    if (!keys) {
      this.#isAwaitingSeal = true;
      return POLL_MS;
    }
    let note: string;
    try {
      note = await fetchCheckpoint(this.#connection, this.#signal);
    } catch (error) {
      // Nothing is sealed yet.
      if (!(error instanceof RequestRefusedError) || error.status !== 404) throw error;
      this.#isAwaitingSeal = true;
      return POLL_MS;
    }
    const sealed = openCheckpoint(note, keys);
    if (sealed.outcome === "unknown") {
      await this.#meetStranger();
      return POLL_MS;
    }
    if (sealed.outcome !== "signed") {
      this.#find({ check: "signature", sequence: undefined, detail: sealed.detail });
      return POLL_MS;
    }
    const { checkpoint, by } = sealed;
    if (!(await this.#hasGrown(checkpoint))) return POLL_MS;
    const isEnd = this.#hasEnded && !this.#isWhole;
    const waiting = this.#shown.countUpTo(checkpoint.size) - this.#sealed;
    this.#isAwaitingSeal = waiting === 0 && this.#sealed < this.#shown.count;
    if (waiting === 0 && (!isEnd || this.#isAwaitingSeal)) return POLL_MS;
    if (isEnd || !this.#hasPassed || waiting > MAX_TAIL) return this.#pass(keys);
    const tail = { shown: this.#shown, from: this.#sealed, checkpoint };
    const find = this.#find;
    this.#sealed = await checkTail(this.#connection, tail, find, this.#signal);
    if (this.#found === 0) this.#hold(note, checkpoint, by);
    return 0;
  }

  /** Undefined where nothing is sealed yet: there is no key then, and the one that comes is no stranger's. */
  async #trustFirst(): Promise<readonly VerifierKey[] | undefined> {
    this.#isFirstVisit = true;
    const served = await fetchKeys(this.#connection, { signal: this.#signal });
    if (served.length === 0) return undefined;
    return this.#trustKeys(served.map(({ verifierKey }) => verifierKey));
  }

  #trustKeys(texts: readonly string[]): readonly VerifierKey[] {
    this.#keyTexts = texts;
    return (this.#keys = texts.flatMap((text) => {
      try {
        return [parseVerifierKey(text)];
      } catch (error) {
        if (error instanceof MalformedVerifierKeyError) return [];
        throw error;
      }
    }));
  }

  /** The log is signed with a key that is not trusted. */
  async #meetStranger(): Promise<void> {
    const served = await fetchKeys(this.#connection, { signal: this.#signal });
    const strange = served
      .map(({ verifierKey }) => verifierKey)
      .filter((key) => !this.#keyTexts.includes(key));
    if (strange.length > 0) this.#strangeKeys = strange;
    else {
      const detail = "the checkpoint is signed by none of the keys that the log is known by";
      this.#find({ check: "signature", sequence: undefined, detail });
    }
  }

  /** Holds a checkpoint against the one before it. */
  async #hasGrown(checkpoint: Checkpoint): Promise<boolean> {
    const last = this.#last;
    if (!last) return true;
    if (last.origin !== checkpoint.origin) {
      const detail = `the log is ${checkpoint.origin}, and was ${last.origin}`;
      this.#find({ check: "origin", sequence: undefined, detail });
      return false;
    }
    const isGrowth = last.size > 0 && last.size < checkpoint.size;
    const sizes = { from: last.size, to: checkpoint.size };
    const proof = isGrowth ? await fetchConsistency(this.#connection, sizes, this.#signal) : [];
    const before = this.#found;
    checkRemembered(
      checkpoint,
      { minSize: 0, checkpoint: last },
      { earlierRoot: undefined, proof },
      {
        find: (check, detail) => {
          this.#find({ check, sequence: undefined, detail });
        },
        incomplete: new Incompleteness(),
      },
    );
    return this.#found === before;
  }

  /** How long to rest before the next step, in milliseconds. */
  async #pass(keys: readonly VerifierKey[]): Promise<number> {
    const isEnd = this.#hasEnded;
    const before = this.#sealed;
    const start = performance.now();
    const { summary, note } = await passBundle(
      this.#connection,
      {
        scope: this.#path,
        keys,
        remembered: { minSize: 0, checkpoint: this.#last },
        shown: this.#shown,
        isComplete: isEnd,
        find: this.#find,
        onProgress: (count) => {
          // Nothing is in a signed checkpoint before its signature has come, at the end.
          this.#report(Math.max(before, count));
        },
      },
      this.#signal,
    );
    if (note === undefined || summary.undecided !== undefined) {
      throw new Error(summary.undecided ?? "the bundle has no checkpoint that could be trusted");
    }
    this.#incomplete = summary.incomplete.filter(({ reason }) => reason !== "open");
    this.#receipts = summary.receipts;
    if (this.#found > 0) return POLL_MS;
    const checkpoint = parseCheckpoint(parseNote(note).text);
    this.#sealed = this.#shown.countUpTo(checkpoint.size);
    this.#hasPassed = true;
    this.#hold(note, checkpoint, summary.signedBy);
    if (!isEnd) return (performance.now() - start) * (1 / PASS_SHARE - 1);
    const isReceiptDue = this.#incomplete.some(({ reason }) => RECEIPT_REASONS.has(reason));
    this.#isWhole = !isReceiptDue || ++this.#receiptAttempts >= RECEIPT_ATTEMPTS;
    return this.#isWhole ? 0 : POLL_MS;
  }

  #hold(note: string, checkpoint: Checkpoint, by: readonly (VerifierKey | string)[]): void {
    this.#last = checkpoint;
    this.#checked = {
      note,
      origin: checkpoint.origin,
      size: checkpoint.size,
      root: base64.encode(checkpoint.root),
      signedBy: by.map((key) => (typeof key === "string" ? key : `${key.name}+${key.keyId}`)),
      checkedAt: Date.now(),
    };
    this.#reader.onRemember({ keys: this.#keyTexts, note });
  }

  readonly #find = ({ check, sequence, detail }: ProofFinding): void => {
    this.#found++;
    if (this.#findings.length < MAX_FINDINGS) this.#findings.push({ check, sequence, detail });
  };

  #report(passing = this.#sealed): void {
    this.#reader.onReport({
      chained: this.#chained,
      passing,
      sealed: this.#sealed,
      findings: [...this.#findings],
      found: this.#found,
      incomplete: this.#incomplete,
      receipts: this.#receipts,
      checkpoint: this.#checked,
      keys: this.#keyTexts,
      isFirstVisit: this.#isFirstVisit,
      rememberedSize: this.#rememberedSize,
      strangeKeys: this.#strangeKeys,
      isAwaitingSeal: this.#isAwaitingSeal,
      isPassed: this.#hasPassed,
      isWhole: this.#isWhole,
      isFull: this.#chained > MAX_SHOWN,
      trouble: this.#trouble,
    });
  }
}
