import type { FindingPlace } from "./finding.js";
import { placeOf, type Place } from "./place.js";

/** Lines that follow each other and whose proofs lead to one root, or to none. */
interface Stretch {
  root: Uint8Array | undefined;
  first: FindingPlace;
  lines: number;
}

/** Lines that do not belong to the tree of all others. */
export interface Stray {
  at: FindingPlace;
  /** From `at` on; they share their wrong root. */
  lines: number;
}

/** Stretches that are kept: of a bundle in which everything is wrong, the first thousand are enough. */
const MAX_STRETCHES = 1000;

/**
 * The roots that the proofs of a bundle lead to. The checkpoint that says which is right comes last: until
 * then as much is kept as there are changes of the root, and that is nothing in a good bundle.
 */
export class ProvenRoots {
  readonly #stretches: Stretch[] = [];
  #untold = 0;

  /**
   * Adds a line's root.
   *
   * @returns whether it is also that of the first line, or of the one before; if not, then until the
   * checkpoint comes nobody knows which of them are of this log
   */
  add(root: Uint8Array | undefined, place: Place, line: number): boolean {
    const last = this.#stretches.at(-1);
    if (last && areSame(last.root, root)) {
      last.lines++;
      return true;
    }
    if (this.#stretches.length < MAX_STRETCHES) {
      this.#stretches.push({ root, first: { line, ...placeOf(place) }, lines: 1 });
    } else this.#untold++;
    return areSame(this.#stretches[0]?.root, root);
  }

  /**
   * What all proofs lead to, where it is one root.
   *
   * @returns undefined where they disagree, and where there are none
   */
  get only(): Uint8Array | undefined {
    const [first, ...others] = this.#stretches;
    return others.length === 0 && this.#untold === 0 ? first?.root : undefined;
  }

  /** The root of most lines. */
  get prevalent(): Uint8Array | undefined {
    const counts: { root: Uint8Array; lines: number }[] = [];
    for (const { root, lines } of this.#stretches) {
      if (root === undefined) continue;
      const known = counts.find((one) => areSame(one.root, root));
      if (known) known.lines += lines;
      else counts.push({ root, lines });
    }
    return counts.sort((one, other) => other.lines - one.lines)[0]?.root;
  }

  /** The lines whose proofs do not lead to `root`. */
  strays(root: Uint8Array | undefined): Stray[] {
    return this.#stretches
      .filter((stretch) => stretch.root === undefined || !areSame(stretch.root, root))
      .map(({ first, lines }) => ({ at: first, lines }));
  }

  /** Lines of which it is not known to which root they lead. */
  get untold(): number {
    return this.#untold;
  }
}

function areSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  return one.every((byte, i) => byte === other[i]);
}
