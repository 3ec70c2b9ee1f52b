import { closes } from "../envelope/closes.js";
import { subjectOf } from "../envelope/scope.js";
import type { Sealed } from "../envelope/seal.js";
import type { CommitMessage } from "../log/commit.js";
import type { Head, Heads } from "./heads.js";
import { isSameContent, type PendingDraft, type Unit } from "./pending.js";
import type { Conflict } from "./result.js";

/** What is to become of a draft when its shipment is committed. */
export type Decision =
  | {
      kind: "append";
      pending: PendingDraft;
      sealed: Sealed;
      /** Place in the shipment. */ position: number;
    }
  /** Stored already; `isOwn`: by an attempt of ours whose answer was lost. */
  | { kind: "stored"; sequence: number; index: number; hash: Sealed["hash"]; isOwn: boolean }
  /** The same draft stands earlier in the shipment. */
  | { kind: "repeated"; of: Sealed; position: number }
  | { kind: "conflict"; conflict: Conflict };

export interface PlannedUnit {
  unit: Unit;
  decisions: Decision[];
}

/** What is sent to JetStream together: stored whole, or not at all. */
export interface Shipment {
  units: PlannedUnit[];
  messages: CommitMessage[];
}

export interface Plan {
  shipments: Shipment[];
  /** Must wait for a shipment of this plan. */
  deferred: Unit[];
}

/**
 * Puts units into shipments, sealing every draft behind the one before it in its scope.
 *
 * Uncontended roots travel together in one shipment; a root on which another writer has just been met
 * travels alone, so that its next conflict stops nobody else. A root is in one shipment only, because
 * JetStream cannot be told to expect a sequence that another one is still to bring about.
 *
 * Needs the heads of all scopes and their ancestors.
 */
export function plan(
  units: readonly Unit[],
  heads: Heads,
  isContended: (root: string) => boolean,
): Plan {
  const shared = new Draughtsman(heads);
  const alone = new Map<string, Draughtsman>();
  const placed = new Map<string, Draughtsman>();
  const deferredRoots = new Set<string>();
  const deferred: Unit[] = [];
  for (const unit of units) {
    const { roots } = unit;
    const contended = roots.find(isContended);
    const target =
      contended === undefined ? shared : (alone.get(contended) ?? new Draughtsman(heads));
    const isBlocked = roots.some(
      (root) => deferredRoots.has(root) || (placed.get(root) ?? target) !== target,
    );
    if (isBlocked) {
      for (const root of roots) deferredRoots.add(root);
      deferred.push(unit);
      continue;
    }
    for (const root of roots) placed.set(root, target);
    if (contended !== undefined) alone.set(contended, target);
    target.add(unit);
  }
  const shipments = [shared, ...alone.values()].map(({ shipment }) => shipment);
  return { shipments: shipments.filter(({ units }) => units.length > 0), deferred };
}

/**
 * The same messages, one shipment each, where nothing ties them to each other; undefined where something
 * does. Without a batch to stage, JetStream answers a few messages sooner.
 */
export function splitShipment({ units, messages }: Shipment): Shipment[] | undefined {
  const roots = new Set<string>();
  for (const { unit, decisions } of units) {
    const [root] = unit.roots;
    if (decisions.length > 1 || root === undefined || roots.has(root)) return undefined;
    roots.add(root);
  }
  return units.map((planned) => {
    const [decision] = planned.decisions;
    if (decision?.kind !== "append") return { units: [planned], messages: [] };
    const message = messages[decision.position];
    return {
      units: [{ unit: planned.unit, decisions: [{ ...decision, position: 0 }] }],
      messages: message ? [message] : [],
    };
  });
}

/** A scope as it will be when the shipment is committed. */
interface Drawn {
  head: Head;
  ids: Map<string, { pending: PendingDraft; sealed: Sealed; position: number }>;
}

/** Draws up one shipment. */
class Draughtsman {
  readonly shipment: Shipment = { units: [], messages: [] };
  readonly #scopes = new Map<string, Drawn>();

  constructor(readonly heads: Heads) {}

  /** Decides on every draft of a unit. Where one of several conflicts, none of them leaves a trace. */
  add(unit: Unit): void {
    const length = this.shipment.messages.length;
    const before = unit.drafts.length > 1 ? this.#copyOf(unit) : undefined;
    const decisions = unit.drafts.map((pending) => this.#decide(pending));
    if (before && decisions.some(({ kind }) => kind === "conflict")) {
      this.shipment.messages.length = length;
      for (const [key, drawn] of before) this.#scopes.set(key, drawn);
    }
    this.shipment.units.push({ unit, decisions });
  }

  #decide(pending: PendingDraft): Decision {
    const { tenant, scope, keys, id, draft } = pending;
    const drawn = this.#scope(keys[0] ?? "");
    const { head } = drawn;

    if (pending.stored) {
      const { event, sequence } = pending.stored;
      if (!isSameContent(draft, event)) return reused(id, head);
      const isOwn = pending.sentHashes.includes(event.hash);
      return { kind: "stored", sequence, index: event.index, hash: event.hash, isOwn };
    }
    const earlier = drawn.ids.get(id);
    if (earlier) {
      const { unsealed, draft: other } = earlier.pending;
      const isSame = isSameContent(draft, { ...unsealed, payload: other.payload });
      return isSame
        ? { kind: "repeated", of: earlier.sealed, position: earlier.position }
        : reused(id, head);
    }

    const closed = keys.findIndex((key) => this.#scope(key).head.isClosed);
    if (closed >= 0) {
      return conflict(
        "scope-closed",
        head,
        `${closed === 0 ? scope.path : (scope.ancestors[closed - 1] ?? "")} has ended; nothing can be appended to it or below it.`,
      );
    }
    if (draft.expect && draft.expect.index !== head.index) {
      return conflict(
        "conflict",
        head,
        `The draft expects ${scope.path} to be at index ${draft.expect.index}; it is at ${head.index}.`,
      );
    }

    const sealed = pending.prepared.seal(head);
    const position = this.shipment.messages.length;
    this.shipment.messages.push({
      subject: subjectOf(tenant, scope.path),
      text: sealed.text,
      expectedSequence: drawn.ids.size === 0 ? head.sequence : undefined,
    });
    drawn.ids.set(id, { pending, sealed, position });
    // The sequence stays that of the stored head: what the first message of the scope expects.
    drawn.head = {
      index: sealed.index,
      hash: sealed.hash,
      sequence: head.sequence,
      isClosed: closes(scope.path, draft.type),
      readAtMs: head.readAtMs,
    };
    return { kind: "append", pending, sealed, position };
  }

  #scope(key: string): Drawn {
    const known = this.#scopes.get(key);
    if (known) return known;
    const head = this.heads.get(key);
    if (!head) throw new Error(`the head of ${key} was not loaded`);
    const drawn: Drawn = { head, ids: new Map() };
    this.#scopes.set(key, drawn);
    return drawn;
  }

  #copyOf(unit: Unit): Map<string, Drawn> {
    return new Map(
      unit.drafts.map(({ keys: [key = ""] }) => {
        const { head, ids } = this.#scope(key);
        return [key, { head, ids: new Map(ids) }];
      }),
    );
  }
}

function reused(id: string, head: Head): Decision {
  return conflict("id-reused", head, `Another event with the id ${id} is in this scope already.`);
}

function conflict(code: Conflict["code"], head: Head, detail: string): Decision {
  return {
    kind: "conflict",
    conflict: { outcome: "conflict", code, detail, currentIndex: head.index },
  };
}
