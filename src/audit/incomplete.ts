/** Why a bundle that holds is not all that there is to check. */
export type IncompleteReason =
  | "redacted" // events were left out by whoever handed the bundle on
  | "trimmed" // events have reached the end of their retention
  | "open" // the scope has not ended
  | "unreceipted" // a scope has ended, and no receipt says with how many events
  | "outgrown" // a scope has more events than its receipt says: there will be another receipt
  | "untrusted-receipt" // a receipt is signed by none of the keys
  | "unproven-growth"; // nothing shows that the log has grown from the checkpoint that is remembered

/** One reason, and how often it is there. */
export interface Incomplete {
  reason: IncompleteReason;
  /** Events (`redacted`, `trimmed`), scopes or receipts. */
  count: number;
  /** The first scope. */
  scope: string | undefined;
}

/** Counts the reasons. */
export class Incompleteness {
  readonly #reasons = new Map<IncompleteReason, Incomplete>();

  add(reason: IncompleteReason, scope?: string): void {
    const known = this.#reasons.get(reason);
    if (known) known.count++;
    else this.#reasons.set(reason, { reason, count: 1, scope });
  }

  get all(): Incomplete[] {
    return [...this.#reasons.values()];
  }
}
