/** What a bundle is checked for. */
export type BundleCheck =
  | "canonical" // a line must be the one canonical text (RFC 8785) of an object, of bounded length
  | "shape" // the object must be a line of a bundle, at a place where it may stand
  | "origin" // everything must be of the log and the tenant that the header names
  | "scope" // every event must be of the header's scope, or of one below it
  | "gap" // sequences must rise; in a whole bundle they must count 1, 2, 3 …, with an event at each
  | "hash" // an event's hash must be that of everything else in it
  | "leaf" // the leaf must be that of the event beside it
  | "index" // each scope must count 1, 2, 3 …
  | "prev" // each event must name the hash of the one before it in its scope
  | "inclusion" // a proof must lead from its leaf to the checkpoint's root
  | "root" // the leaves must have the checkpoint's root
  | "size" // the leaves must be as many as the checkpoint says, and as many as are remembered
  | "signature" // a note must be signed by a key that is trusted
  | "receipt" // a closed scope must hold what its receipt says
  | "fork" // there must be one root for one size
  | "consistency"; // the log must have grown from the checkpoint that is remembered

/** One thing that does not hold. */
export interface BundleFinding {
  check: BundleCheck;
  /** The number of the line in the bundle, from 1; undefined for what is about the bundle as a whole. */
  line: number | undefined;
  /** The place in the log; at a gap, the one that is due. */
  sequence: number | undefined;
  scope: string | undefined;
  index: number | undefined;
  /** How many there should be: leaves (`size`), or events of the scope (`receipt`). */
  expected: number | undefined;
  detail: string;
}

/** What is known of the place of a finding. */
export type FindingPlace = Partial<
  Pick<BundleFinding, "line" | "sequence" | "scope" | "index" | "expected">
>;

/** Takes findings as they are made. */
export type Find = (check: BundleCheck, detail: string, at?: FindingPlace) => void;

/** A finding at a place. */
export function findingAt(check: BundleCheck, detail: string, at: FindingPlace): BundleFinding {
  const { line, sequence, scope, index, expected } = at;
  return { check, line, sequence, scope, index, expected, detail };
}
