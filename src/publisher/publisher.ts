import { setMaxListeners } from "node:events";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import type { Catalogue } from "../envelope/catalogue/validate.js";
import { parseEnvelope } from "../envelope/parse.js";
import type { Scope } from "../envelope/scope.js";
import { closes } from "../envelope/closes.js";
import { commit, MAX_BATCH, type CommitResult } from "../log/commit.js";
import { TooManyKeysError } from "../log/personal-keys.js";
import { readAt } from "../log/read.js";
import type { LogRecord } from "../log/record.js";
import type { Log } from "../log/stream.js";
import type { Redactor } from "../redaction/redactor.js";
import { admit } from "./admit.js";
import { Heads } from "./heads.js";
import { rootKey, scopeKey, type PendingDraft, type Unit } from "./pending.js";
import type { PersonalData } from "./personal-data.js";
import { plan, splitShipment, type Decision, type PlannedUnit, type Shipment } from "./plan.js";
import { RecentIds } from "./recent-ids.js";
import type { AppendResult, Unavailable } from "./result.js";

export interface PublisherOptions {
  catalogue: Catalogue;
  /** `source` of events whose draft names none. */
  source: string;
  /** Takes secrets out of payloads before they are stored. Default: they are stored as they come. */
  redactor?: Redactor;
  /** Encrypts personal data. Default: drafts that hold some are refused. */
  personalData?: PersonalData;
  /** How many of the log's newest ids are recognised when they come again. */
  recentIds: number;
  /** How many scopes' heads are kept in memory. */
  heads: number;
  /** Drafts that may wait; beyond, appends are told `overloaded`. */
  maxPending: number;
  /** Text length that may wait, in UTF-16 code units. */
  maxPendingLength: number;
  /** How long an append may wait for JetStream before it is told `unavailable`. */
  appendTimeoutMs: number;
  /** Told what kept a commit from going through; it is tried again. */
  onTrouble: (cause: unknown) => void;
}

/** How much text goes into one batch: the server holds it in memory until the commit. */
const MAX_BATCH_LENGTH = 4 * 1024 * 1024;

/** One round trip to JetStream, a leader's fsync included. An election is ridden out by trying again. */
const COMMIT_TIMEOUT_MS = 5000;

/** Up to this many drafts are sent as single publishes: staging a batch costs the server more than that. */
const MAX_SINGLES = 8;

/**
 * Commits under way at once: while JetStream works on one, the other is drawn up. More would only make
 * batches smaller, and each costs the server about 2 ms however small it is.
 */
const MAX_LANES = 2;

/** Units that are worth a lane of their own. */
const LANE_DRAFTS = 64;

/** Pause before JetStream is tried again after it refused or did not answer. */
const RETRY_DELAY_MS = 100;

const RETRY_AFTER_MS = 1000;

const AGAIN = "Send it again with the same id: it is stored once.";

/**
 * Appends events: validates, seals and commits them, all scopes together (group commit). What arrives
 * while a commit is under way goes out with the next one.
 *
 * Guarantees: an `appended` or `duplicate` result means that the event is stored as durably as the
 * stream's configuration says; in each scope events are stored in the order in which `append` was called;
 * the same id in the same scope is stored once; one draft's failure is not another one's.
 */
export class Publisher {
  readonly #log: Log;
  readonly #options: PublisherOptions;
  readonly #recentIds: RecentIds;
  readonly #heads: Heads;
  #queue: Unit[] = [];
  #order = 0;
  #pending = 0;
  #pendingLength = 0;
  /** Roots on which another writer was met, and the round in which that was. */
  readonly #contended = new LRUCache<string, number>({ max: 10_000 });
  #rounds = 0;
  /** Lanes, each with one commit after the other, side by side on different roots. */
  #lanes = 0;
  readonly #running = new Set<Promise<void>>();
  /** Root scopes of what is under way. */
  readonly #busy = new Set<string>();
  #isClosed = false;
  /** What JetStream said when it last refused, until it takes something again. */
  #lastRefusal: string | undefined;

  constructor(
    log: Log,
    /** The log is observed from behind this sequence on. */
    position: number,
    options: PublisherOptions,
  ) {
    this.#log = log;
    this.#options = options;
    this.#recentIds = new RecentIds(position, options.recentIds);
    this.#heads = new Heads(log, this.#recentIds, options.heads);
  }

  /** Takes in the next event of the log; every one must come by, whoever appended it. */
  observe(record: LogRecord): void {
    const key = scopeKey(record.tenant, record.scope);
    this.#heads.observe(key, record);
    this.#recentIds.observe(key, record);
  }

  /** Resolves when every event up to `sequence` has come by. */
  caughtUp(sequence: number, signal: AbortSignal): Promise<void> {
    return this.#recentIds.reached(sequence, signal);
  }

  get stats() {
    return { pending: this.#pending, pendingLength: this.#pendingLength, commits: this.#rounds };
  }

  /** Appends one draft, of which nothing is known yet, to a scope. Never rejects. */
  async append(tenant: string, scope: Scope, draft: unknown): Promise<AppendResult> {
    const [result] = await this.appendTogether([{ tenant, scope, draft }]);
    if (!result) throw new Error("one draft has one result");
    return result;
  }

  /** Appends all drafts (at most {@link MAX_BATCH}) or none. One result a draft, in order. Never rejects. */
  appendTogether(
    requests: readonly { tenant: string; scope: Scope; draft: unknown }[],
  ): Promise<AppendResult[]> {
    const { catalogue, source, redactor, personalData } = this.#options;
    const maxBytes = (this.#log.nc.info?.max_payload ?? 1024 * 1024) - 1024;
    const context = {
      catalogue,
      source,
      redactor,
      takesPersonal: personalData !== undefined,
      origin: this.#log.origin,
      maxBytes,
    };
    const admitted = requests.map(({ tenant, scope, draft }) =>
      admit(tenant, scope, draft, context),
    );

    const drafts = admitted.filter((item): item is PendingDraft => !("outcome" in item));
    if (drafts.length < admitted.length) {
      return Promise.resolve(
        admitted.map((item) => ("outcome" in item ? item : { outcome: "not-applied" })),
      );
    }
    const length = drafts.reduce((sum, { prepared }) => sum + prepared.length, 0);
    const refusal = this.#refusal(drafts.length, length);
    if (refusal) return Promise.resolve(drafts.map(() => refusal));

    return new Promise((resolve) => {
      this.#pending += drafts.length;
      this.#pendingLength += length;
      const unit: Unit = {
        order: this.#order++,
        drafts,
        roots: [...new Set(drafts.map(({ tenant, scope }) => rootKey(tenant, scope)))],
        isReady: drafts.every(({ personal }) => personal.length === 0),
        length,
        deadlineMs: Date.now() + this.#options.appendTimeoutMs,
        resolve,
      };
      this.#queue.push(unit);
      if (!unit.isReady) this.#startEncrypting(unit);
      else if (this.#lanes === 0) this.#startLane();
    });
  }

  /** Takes no more drafts, and resolves when those that wait have their results. */
  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #refusal(count: number, length: number): Unavailable | undefined {
    if (this.#isClosed) return unavailable("The server is shutting down.");
    const { maxPending, maxPendingLength } = this.#options;
    if (this.#pending + count <= maxPending && this.#pendingLength + length <= maxPendingLength) {
      return undefined;
    }
    return { ...unavailable("Too many events are waiting to be stored."), code: "overloaded" };
  }

  /** Keeps the unit's place in the queue: what comes behind it on its roots waits for it. */
  #startEncrypting(unit: Unit): void {
    const encrypting = this.#encrypt(unit).finally(() => {
      this.#running.delete(encrypting);
      if (this.#lanes === 0) this.#startLane();
    });
    this.#running.add(encrypting);
  }

  async #encrypt(unit: Unit): Promise<void> {
    const { personalData, onTrouble } = this.#options;
    for (;;) {
      try {
        for (const draft of unit.drafts) {
          if (draft.personal.length > 0) await personalData?.encrypt(draft);
        }
        unit.isReady = true;
        return;
      } catch (error) {
        onTrouble(error);
        if (error instanceof TooManyKeysError) {
          this.#giveUp(unit, { ...unavailable(`${error.message}.`), code: "overloaded" });
          return;
        }
        // Then it has been told.
        if (!this.#queue.includes(unit)) return;
        if (unit.deadlineMs <= Date.now()) {
          this.#giveUp(unit, unavailable(`The store of keys did not answer in time. ${AGAIN}`));
          return;
        }
        await delay(RETRY_DELAY_MS);
      }
    }
  }

  /** Takes a unit that nothing has been sent of out of the queue. */
  #giveUp(unit: Unit, result: Unavailable): void {
    if (!this.#queue.includes(unit)) return;
    this.#queue = this.#queue.filter((other) => other !== unit);
    this.#finish(
      unit,
      unit.drafts.map(() => result),
    );
  }

  #startLane(): void {
    this.#lanes++;
    const lane = this.#run().finally(() => this.#running.delete(lane));
    this.#running.add(lane);
  }

  async #run(): Promise<void> {
    for (;;) {
      // Whoever was answered in this turn, and appends again at once, comes along in the next round.
      await nextTurn();
      const units = this.#take();
      if (units.length === 0) {
        this.#lanes--;
        return;
      }
      // What this lane has left over is worth another one.
      if (this.#lanes < MAX_LANES && this.#queue.length >= LANE_DRAFTS) this.#startLane();
      const roots = units.flatMap((unit) => unit.roots);
      for (const root of roots) this.#busy.add(root);
      const isProgress = await this.#round(units);
      for (const root of roots) this.#busy.delete(root);
      this.#expire();
      if (!isProgress) await delay(RETRY_DELAY_MS);
    }
  }

  /**
   * The units of the next round: as many as one batch holds, or half of what waits where a second lane
   * is free to take the other half. Units that are not ready, or whose root is under way in the other lane,
   * stay, and so does whatever comes behind them on their roots.
   */
  #take(): Unit[] {
    const isSplit = this.#lanes < MAX_LANES && this.#queue.length >= 2 * LANE_DRAFTS;
    const most = isSplit ? Math.ceil(this.#queue.length / 2) : MAX_BATCH;
    const taken: Unit[] = [];
    const left: Unit[] = [];
    const blocked = new Set<string>();
    let drafts = 0;
    let length = 0;
    for (const unit of this.#queue) {
      const isBlocked =
        !unit.isReady || unit.roots.some((root) => this.#busy.has(root) || blocked.has(root));
      const isTooMuch =
        drafts > 0 &&
        (drafts + unit.drafts.length > Math.min(most, MAX_BATCH) ||
          length + unit.length > MAX_BATCH_LENGTH);
      if (isBlocked || isTooMuch) {
        for (const root of unit.roots) blocked.add(root);
        left.push(unit);
        continue;
      }
      taken.push(unit);
      drafts += unit.drafts.length;
      length += unit.length;
    }
    this.#queue = left;
    return taken;
  }

  /** Commits what can be, and puts the rest back; false when JetStream gave no answer. */
  async #round(units: Unit[]): Promise<boolean> {
    this.#rounds++;
    const signal = AbortSignal.timeout(COMMIT_TIMEOUT_MS);
    // Every head that is loaded listens to it.
    setMaxListeners(0, signal);
    try {
      await this.#loadWhatIsMissing(units, signal);
    } catch (error) {
      this.#options.onTrouble(error);
      this.#putBack(units);
      return false;
    }
    const { shipments, deferred } = plan(units, this.#heads, (root) => this.#isContended(root));
    this.#putBack(deferred);
    const sent = await Promise.all(
      shipments
        .flatMap((shipment) =>
          shipment.messages.length > MAX_SINGLES
            ? [shipment]
            : (splitShipment(shipment) ?? [shipment]),
        )
        .map((shipment) => this.#ship(shipment)),
    );
    return sent.every((outcome) => outcome === "committed" || outcome === "stale");
  }

  /** Reads heads that are not known, and stored events whose ids have come again. */
  async #loadWhatIsMissing(units: readonly Unit[], signal: AbortSignal): Promise<void> {
    const loads = new Map<string, Promise<void>>();
    const again: Promise<void>[] = [];
    for (const { drafts } of units) {
      for (const pending of drafts) {
        const { tenant, scope, keys } = pending;
        for (const [i, key] of keys.entries()) {
          // Of a scope that contains it, all that counts is whether it has ended.
          const isKnown = i === 0 ? this.#heads.isFresh(key) : this.#heads.get(key);
          if (isKnown || loads.has(key)) continue;
          const path = i === 0 ? scope.path : (scope.ancestors[i - 1] ?? "");
          loads.set(key, this.#heads.load(tenant, path, signal));
        }
      }
    }
    if (loads.size > 0) await Promise.all(loads.values());
    for (const { drafts } of units) {
      for (const pending of drafts) {
        const sequence = this.#recentIds.sequenceOf(pending.keys[0] ?? "", pending.id);
        if (sequence !== undefined && !pending.stored)
          again.push(this.#loadStored(pending, sequence));
      }
    }
    if (again.length > 0) await Promise.all(again);
  }

  async #loadStored(pending: PendingDraft, sequence: number): Promise<void> {
    const record = await this.#log.connection.answer(readAt(this.#log, sequence));
    if (!record) return;
    const event = parseEnvelope(record.bytes);
    const { personalData } = this.#options;
    if (pending.personal.length > 0 && personalData) {
      event.payload = await personalData.restore(event, pending.personal);
    }
    pending.stored = { sequence, event };
  }

  async #ship(shipment: Shipment): Promise<CommitResult["outcome"]> {
    const { units, messages } = shipment;
    for (const decision of units.flatMap(({ decisions }) => decisions)) {
      if (decision.kind === "append") decision.pending.sentHashes.push(decision.sealed.hash);
    }
    const result: CommitResult =
      messages.length === 0
        ? { outcome: "committed", lastSequence: 0 }
        : await commit(this.#log, messages, COMMIT_TIMEOUT_MS);
    if (result.outcome === "committed") {
      this.#settle(units, result.lastSequence - messages.length + 1);
      return "committed";
    }
    if (result.outcome === "unknown") this.#options.onTrouble(result.cause);
    if (result.outcome === "refused") {
      this.#lastRefusal = `The event store refused: ${result.description}.`;
      this.#options.onTrouble(new Error(this.#lastRefusal));
    }
    // Whatever the reason, the heads it went behind are in doubt; and a stale one has another writer.
    for (const { unit } of units) {
      for (const { keys } of unit.drafts) this.#heads.forget(keys[0] ?? "");
      if (result.outcome !== "stale") continue;
      for (const root of unit.roots) this.#contended.set(root, this.#rounds);
    }
    this.#putBack(units.map(({ unit }) => unit));
    return result.outcome;
  }

  #settle(units: readonly PlannedUnit[], firstSequence: number): void {
    this.#lastRefusal = undefined;
    for (const { unit, decisions } of units) {
      const isWhole = !decisions.some(({ kind }) => kind === "conflict");
      for (const decision of decisions) {
        if (decision.kind !== "append" || !isWhole) continue;
        const { pending, sealed, position } = decision;
        const {
          keys: [key = ""],
          scope,
          id,
          draft,
        } = pending;
        const sequence = firstSequence + position;
        this.#recentIds.add(key, id, sequence);
        this.#heads.set(key, {
          index: sealed.index,
          hash: sealed.hash,
          sequence,
          isClosed: closes(scope.path, draft.type),
          readAtMs: performance.now(),
        });
      }
      this.#finish(
        unit,
        decisions.map((decision, i) =>
          resultOf(decision, unit.drafts[i]?.id ?? "", firstSequence, isWhole),
        ),
      );
    }
  }

  #finish(unit: Unit, results: AppendResult[]): void {
    this.#pending -= unit.drafts.length;
    this.#pendingLength -= unit.length;
    unit.resolve(results);
  }

  #putBack(units: readonly Unit[]): void {
    if (units.length === 0) return;
    this.#queue = [...units, ...this.#queue].sort((a, b) => a.order - b.order);
  }

  #expire(): void {
    const nowMs = Date.now();
    const [overdue, rest] = [[] as Unit[], [] as Unit[]];
    for (const unit of this.#queue) (unit.deadlineMs <= nowMs ? overdue : rest).push(unit);
    if (overdue.length === 0) return;
    this.#queue = rest;
    const reason = this.#lastRefusal ?? "The event store did not answer in time.";
    for (const unit of overdue) {
      const result = unavailable(`${reason} ${AGAIN}`);
      this.#finish(
        unit,
        unit.drafts.map(() => result),
      );
    }
  }

  #isContended(root: string): boolean {
    const round = this.#contended.get(root);
    if (round === undefined) return false;
    if (this.#rounds - round <= CONTENDED_ROUNDS) return true;
    this.#contended.delete(root);
    return false;
  }
}

/** How long a root travels alone after another writer was met on it. */
const CONTENDED_ROUNDS = 100;

function resultOf(
  decision: Decision,
  id: string,
  firstSequence: number,
  isWhole: boolean,
): AppendResult {
  switch (decision.kind) {
    case "append": {
      if (!isWhole) return { outcome: "not-applied" };
      const { index, hash } = decision.sealed;
      return { outcome: "appended", id, index, hash, sequence: firstSequence + decision.position };
    }
    case "repeated": {
      if (!isWhole) return { outcome: "not-applied" };
      const { index, hash } = decision.of;
      return { outcome: "duplicate", id, index, hash, sequence: firstSequence + decision.position };
    }
    case "stored": {
      const { index, hash, sequence, isOwn } = decision;
      return { outcome: isOwn ? "appended" : "duplicate", id, index, hash, sequence };
    }
    case "conflict":
      return decision.conflict;
  }
}

function unavailable(detail: string): Unavailable {
  return { outcome: "unavailable", code: "unavailable", detail, retryAfterMs: RETRY_AFTER_MS };
}
